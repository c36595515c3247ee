#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

/// Takes out of `table` what only the other kind of database than `to` has, and that no values hang
/// on: ON UPDATE, history, comments…; SET DEFAULT, ON CONFLICT, DEFERRABLE… What became of each:
/// "ON UPDATE current_timestamp() of 't.changed': SQLite has no such thing, …". Clocks among the
/// defaults that `to` words in another way are told so.
std::vector<std::string> drop_one_sided(schema::Table& table, DialectKind to);

}  // namespace dbmig::transfer
