#pragma once

#include <string>

namespace dbmig::yaml {

/// What changed of a text, line by line with `-` and `+` in front, each piece after its number of
/// line: for people.
std::string changed_lines(const std::string& before, const std::string& after);

}  // namespace dbmig::yaml
