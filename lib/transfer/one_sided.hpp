#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

/// Removes from `table` what only the other kind of database than `to` has, and what no values
/// depend on: ON UPDATE, history, comments…; SET DEFAULT, ON CONFLICT, DEFERRABLE… Returns a
/// sentence for each: "ON UPDATE current_timestamp() of 't.changed': SQLite does not have it, …".
/// Defaults that use the clock are translated for `to`.
std::vector<std::string> drop_one_sided(schema::Table& table, DialectKind to);

/// The rows of `table` that a copy leaves behind, a sentence each: the old versions of a table WITH
/// SYSTEM VERSIONING, and what a virtual table does not give back.
std::vector<std::string> lost_rows(const schema::Table& table, DialectKind to);

}  // namespace dbmig::transfer
