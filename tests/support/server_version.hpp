#pragma once

#include <string>

#include "backend/backend.hpp"

namespace dbmig::test {

/// Whether the MariaDB server behind `connection` is at least `major.minor`: what it refuses, takes
/// and compares is another thing by version.
inline bool is_at_least(backend::Connection& connection, int major, int minor) {
  const backend::Rows version = connection.query(
      "SELECT SUBSTRING_INDEX(VERSION(), '.', 1), "
      "SUBSTRING_INDEX(SUBSTRING_INDEX(VERSION(), '.', 2), '.', -1)");
  const int own_major = std::stoi(version.rows.at(0).at(0).value_or("0"));
  const int own_minor = std::stoi(version.rows.at(0).at(1).value_or("0"));
  return own_major > major || (own_major == major && own_minor >= minor);
}

}  // namespace dbmig::test
