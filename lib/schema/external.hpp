#pragma once

#include <map>
#include <string>

#include "schema/table.hpp"

namespace dbmig::schema {

/// Marks the foreign keys that refer to tables which `schema` does not have as external.
void mark_external(Schema& schema);

/// What the foreign keys of `schema` marked as external say of the tables that they refer to and
/// that it does not have: the referenced columns, with the types of those that refer to them, and
/// keys over them. By name. Enough to build the schema, and rows in it, in a scratch database.
std::map<std::string, Table> external_tables(const Schema& schema);
/// The same for a change from `before` to `after`: of the keys of both, without the tables that
/// `after` has as its own.
std::map<std::string, Table> external_tables(const Schema& before, const Schema& after);

}  // namespace dbmig::schema
