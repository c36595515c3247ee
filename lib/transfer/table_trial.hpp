#pragma once

#include <memory>
#include <optional>
#include <string>

#include "backend/backend.hpp"
#include "backend/scratch.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Asks the database that rows are to be copied to whether it could make a table, and makes none
/// that anybody sees: MariaDB a temporary table of a session of its own, SQLite one in memory.
class TableTrial {
 public:
  explicit TableTrial(const backend::Connection& target);

  DialectKind kind() const { return connection().dialect().kind(); }
  /// Why the database refuses `table`, foreign keys aside; nothing when it takes it, or when it
  /// lets nobody try. What only tables that stay can have (partitions, versions, full-text and
  /// spatial indexes) is not asked for.
  std::optional<std::string> refusal_of(const schema::Table& table);

  backend::Connection& connection() const;
  /// Makes `table` for its rows, or throws the database's error.
  void make(const schema::Table& table);
  void drop(const schema::Table& table);

 private:
  std::unique_ptr<backend::Connection> session_;
  std::unique_ptr<backend::Scratch> scratch_;
};

}  // namespace dbmig::transfer
