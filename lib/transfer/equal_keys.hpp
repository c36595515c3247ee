#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// Text columns in a key or unique constraint.
struct EqualKey {
  std::string table;
  std::vector<std::string> columns;  ///< the text columns
  std::string example;               ///< a value that equals another one
};

/// The keys and unique constraints of `schema` whose rows differ in `source`, a SQLite database,
/// but would be equal in MariaDB's default comparison: with other letter case, accents or trailing
/// blanks.
std::vector<EqualKey> find_equal_keys(backend::Connection& source, const schema::Schema& schema,
                                      const std::vector<std::string>& tables,
                                      const std::atomic<bool>& stop);

/// The collation with which MariaDB distinguishes the same texts as SQLite.
inline constexpr const char* kExactCollation = "utf8mb4_nopad_bin";

}  // namespace dbmig::transfer
