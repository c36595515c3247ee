#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

// Readers of the CREATE statements that sqlite_schema keeps: the only place where names of
// constraints, CHECKs, ON CONFLICT, DEFERRABLE, generated expressions, COLLATE, AUTOINCREMENT and
// the WHERE of partial indexes stand. They follow SQLite's own grammar with its leniencies (names
// in any quotes, missing commas between table constraints, types of any words) and throw
// Error{invalid} for what it would not accept.
// Source: https://www.sqlite.org/src/file/src/parse.y

struct ParsedTable {
  /// As it was written: the exact text of types and defaults. Constraints that have no name have
  /// an empty one; a foreign key that names no parent columns has none.
  schema::Table table;
  /// What the statement says and a schema::Table cannot hold, a clause each.
  std::vector<std::string> lost;
};

/// CREATE TABLE … (…). Not virtual tables, and not CREATE TABLE … AS, which sqlite_schema never
/// has.
ParsedTable parse_create_table(std::string_view sql);

/// CREATE VIRTUAL TABLE: a table with a module and no columns.
schema::Table parse_create_virtual_table(std::string_view sql);

/// The table with every constraint named, those without a name by the names that dbmig gives them
/// (SqliteTable::unnamed). A name that stands twice, which only SQLite takes, is lost: added to
/// `lost`. `table.indexes` must be complete: their names are taken.
schema::Table named(ParsedTable parsed, std::vector<std::string>& lost);

struct ParsedIndex {
  std::string table;
  schema::Index index;
};
ParsedIndex parse_create_index(std::string_view sql);

schema::View parse_create_view(std::string_view sql);

/// Trigger::sql is what follows the name.
schema::Trigger parse_create_trigger(std::string_view sql);

}  // namespace dbmig::dialect::sqlite
