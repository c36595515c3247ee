#pragma once

#include <string_view>

namespace dbmig::text {

/// Whether all of `s` is what `pattern` says: `*` any characters, `?` one, `[a-z]` and `[!a-z]` one
/// of a set, `\` the next character itself. ASCII letters match in either case.
bool matches_glob(std::string_view s, std::string_view pattern);

}  // namespace dbmig::text
