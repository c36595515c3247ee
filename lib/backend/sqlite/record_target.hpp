#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "backend/sqlite/connection.hpp"
#include "backend/sqlite/record.hpp"

namespace dbmig::backend::sqlite {

/// The page on which the b-tree of `table` starts, if its rows may go in as finished records: it
/// has rowids, and neither triggers nor what makes INSERT treat some rows in another way (STRICT,
/// ON CONFLICT).
std::optional<unsigned> root_of_plain_table(SqliteConnection& connection, const std::string& table);

/// How rows of `columns` become records; nothing when a column needs INSERT's help.
std::optional<RecordLayout> layout_of(SqliteConnection& connection, const std::string& table,
                                      const std::vector<std::string>& columns);

/// The column, or the first one, of the primary key; empty if there is none.
std::string first_key_column(SqliteConnection& connection, const std::string& table);

/// Whether `table` gives a rowid only once (AUTOINCREMENT).
bool is_autoincrement(SqliteConnection& connection, const std::string& table);

/// The largest rowid that an AUTOINCREMENT table has ever had; nothing if somebody else has written
/// what only SQLite writes.
std::optional<std::int64_t> used_rowid(SqliteConnection& connection, const std::string& table);

}  // namespace dbmig::backend::sqlite
