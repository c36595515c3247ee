#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "backend/backend.hpp"

namespace dbmig::transfer {

/// Columns of text in a key or unique constraint.
struct EqualKey {
  std::string table;
  std::vector<std::string> columns;  ///< those of text
  std::string example;               ///< a value that another one equals
};

/// The keys and unique constraints of `schema` whose rows in `source`, a SQLite database, are
/// different there and would be equal as MariaDB compares text by default: in other letters, with
/// other accents or blanks at the end.
std::vector<EqualKey> find_equal_keys(backend::Connection& source, const schema::Schema& schema,
                                      const std::vector<std::string>& tables,
                                      const std::atomic<bool>& stop);

/// The collation by which MariaDB distinguishes the same texts as SQLite.
inline constexpr const char* kExactCollation = "utf8mb4_nopad_bin";

}  // namespace dbmig::transfer
