#pragma once

#include "backend/backend.hpp"

namespace dbmig::backend::sqlite {

/// Connection::inspect for SQLite, from the CREATE statements that the database keeps.
Inspection inspect(Connection& connection, const InspectOptions& options);

/// Connection::dependent_objects for SQLite: every index and trigger that has a CREATE statement,
/// and every table with a constraint that has no name.
std::vector<dialect::DependentObject> dependent_objects(Connection& connection);

/// Connection::foreign_key_violations for SQLite.
std::vector<std::string> foreign_key_violations(Connection& connection, std::size_t limit);

/// The names of a table's foreign keys by the number that SQLite's pragmas give them: it counts
/// from the last one in the statement.
std::vector<std::string> foreign_key_names(Connection& connection, const std::string& table);

}  // namespace dbmig::backend::sqlite
