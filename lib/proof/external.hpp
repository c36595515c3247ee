#pragma once

#include <map>
#include <span>
#include <string>

#include "backend/backend.hpp"
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

  /// `schema` with those that are there and that it does not have.
  schema::Schema with(schema::Schema schema) const;
  /// `schema`, as the database was inspected, without them.
  schema::Schema without(schema::Schema schema) const;

 private:
  void execute(std::span<const ops::Operation> operations, const schema::Schema& before);

  backend::Connection& connection_;
  std::map<std::string, schema::Table> made_;
};

}  // namespace dbmig::proof
