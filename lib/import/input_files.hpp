#pragma once

#include <string>
#include <vector>

namespace dbmig::import {

/// `files` with patterns such as `data/[0-9]*.csv`, which the shell left alone, as the files that
/// they match, by name. What is there by that very name is no pattern. Throws Error{not_found} for
/// a pattern that nothing matches.
std::vector<std::string> expand_patterns(const std::vector<std::string>& files);

}  // namespace dbmig::import
