#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"

namespace dbmig::run {

/// The views that `statements`, MariaDB's, create or replace, with the index of the first statement
/// of each: those that operations name, and those that are made again because a table changes that
/// they read.
std::map<std::string, std::size_t> made_views(const std::vector<dialect::Statement>& statements);

}  // namespace dbmig::run
