#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dbmig::import {

/// Appended to a file's name, gives the companion file that describes its format.
inline constexpr std::string_view kCompanionEnding = ".yaml";

/// `files` with patterns such as `data/[0-9]*.csv`, which the shell left unchanged, replaced by the
/// matching files, by name. A file with exactly that name is used instead of the pattern.
/// Companions of other files are left out. Throws Error{not_found} for a pattern without a match.
std::vector<std::string> expand_patterns(const std::vector<std::string>& files);

}  // namespace dbmig::import
