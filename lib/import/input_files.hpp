#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::import {

/// Behind a file's name, that of the file beside it which says how it is written.
inline constexpr std::string_view kCompanionEnding = ".yaml";

/// `files` with patterns such as `data/[0-9]*.csv`, which the shell left alone, as the files that
/// they match, by name. A file of exactly that name is taken instead of matching a pattern. A
/// companion of another one of the files is left out. Throws Error{not_found} for a pattern that
/// nothing matches.
std::vector<std::string> expand_patterns(const std::vector<std::string>& files);

}  // namespace dbmig::import
