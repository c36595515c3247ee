#pragma once

#include <string>
#include <string_view>

namespace dbmig::import {

/// The name of a column or table that every database takes, made of a name in a file: "Organization
/// Name" becomes organization_name. Letters in lower case, digits and letters beyond ASCII stay,
/// everything else becomes `_`; at most 64 characters. Empty for a name of nothing but blanks.
std::string plain_name(std::string_view name);

/// plain_name() as a person would write it: one `_` for several, and none at the beginning and the
/// end. "Price (EUR)" is price_eur.
std::string brief_name(std::string_view name);

/// The first `most` characters of `name`, which is UTF-8.
std::string cut_name(std::string_view name, std::size_t most);

inline constexpr std::size_t kMaxNameCharacters = 64;

}  // namespace dbmig::import
