#pragma once

#include <map>
#include <span>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/error.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::proof {

/// Stand-ins, in a scratch database, for the tables that foreign keys refer to and others manage
/// (schema/external.hpp).
class ExternalTables {
 public:
  /// `connection` must outlive it.
  explicit ExternalTables(backend::Connection& connection) : connection_(connection) {}

  /// Whether `operations` may need others than are there.
  bool are_concerned(std::span<const ops::Operation> operations) const;
  /// Makes those that leading from `before` to `after` needs on the way. Those that `after` has as
  /// its own, or that nothing refers to any more, go; returns whether any did.
  bool provide(const schema::Schema& before, const schema::Schema& after);

  /// MariaDB takes no view over a table that does not exist, as one that others manage does not in
  /// a scratch database: `sql`, a CREATE VIEW of an earlier revision, is executed, and the tables
  /// and columns that the server misses are made. Throws what else it has against it.
  void execute_view(const std::string& sql);
  /// SQLite takes it and cannot read it: the same for view `name`, whose query is `sql`, where all
  /// that it misses are tables of others. What else it misses stays so.
  void read_view(const std::string& name, const std::string& sql);

  /// `schema` with those that are there and that it does not have.
  schema::Schema with(schema::Schema schema) const;
  /// `schema`, as the database was inspected, without them.
  schema::Schema without(schema::Schema schema) const;

 private:
  void execute(std::span<const ops::Operation> operations, const schema::Schema& before);
  bool add_what_is_missing(const std::string& sql, const Error& error);
  bool add_table(const std::string& name);
  bool add_column(const std::string& sql, const std::string& name);

  backend::Connection& connection_;
  std::map<std::string, schema::Table> made_;
  /// Columns that views read, of tables of others.
  std::map<std::string, std::vector<schema::Column>> read_;
};

}  // namespace dbmig::proof
