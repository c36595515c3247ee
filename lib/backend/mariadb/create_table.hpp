#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::backend::mariadb {

/// A table as described by SHOW CREATE TABLE.
struct CreateTable {
  schema::Table table;
  /// What of it the model cannot hold: "its key 'k': WITHOUT OVERLAPS".
  std::vector<std::string> lacking;
};

/// Reads SHOW CREATE TABLE's text, token by token; nothing in it is passed over in silence. Names
/// qualified with `database` lose that. Character sets are as printed: the table's own, and a
/// column's where it differs. Throws Error{failed} for a text that is no CREATE TABLE.
/// Source: store_create_info() in MariaDB's sql/sql_show.cc.
CreateTable read_create_table(std::string_view sql, std::string_view database);

}  // namespace dbmig::backend::mariadb
