#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data_check/data_checks.hpp"

namespace dbmig::data_check {

/// Rows that violate a check.
struct Violation {
  std::uint64_t rows = 0;
  std::string message;  ///< a sentence with number, table, what is wrong and up to three of them
  std::string refusal;  ///< the same, as the reason why something cannot run: they stand in the way
};

/// Runs one check; nothing when no row violates it. Throws the database's error when it cannot
/// answer.
std::optional<Violation> find_violation(backend::Connection& connection, const DataCheck& check);

}  // namespace dbmig::data_check
