#pragma once

#include <string>
#include <vector>

#include "cli/console.hpp"
#include "project/changes.hpp"

namespace dbmig::cli {

/// As text: a line for each, `+`, `-` or `~` in front, tables with their parts below them.
std::string changes_text(const std::vector<project::Change>& changes);
Json changes_json(const std::vector<project::Change>& changes);

}  // namespace dbmig::cli
