#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "backend/scratch.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Asks the target of a copy whether it could create a table, invisibly for others: MariaDB with a
/// temporary table in its own session, SQLite in memory.
class TableTrial {
 public:
  explicit TableTrial(const backend::Connection& target);

  DialectKind kind() const { return connection().dialect().kind(); }
  /// Why the database refuses `table`, without its foreign keys; nothing if it accepts it, or if
  /// the user may not try. Features that temporary tables cannot have (partitions, versioning,
  /// full-text and spatial indexes) are not tested.
  std::optional<std::string> refusal_of(const schema::Table& table);

  backend::Connection& connection() const;
  /// Creates `table` for its rows, or throws the database's error.
  void make(const schema::Table& table);
  void drop(const schema::Table& table);

 private:
  std::unique_ptr<backend::Connection> session_;
  std::unique_ptr<backend::Scratch> scratch_;
};

}  // namespace dbmig::transfer
