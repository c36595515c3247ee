#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "backend/sqlite/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::sqlite {

/// Whether `sql` has one of `words` anywhere, in a comment or a text, too.
bool mentions(std::string_view sql, std::initializer_list<std::string_view> words);

/// Whether `table` has triggers, or the connection has temporary ones, of whatever table.
bool has_triggers(SqliteConnection& connection, const std::string& table);

/// Whether a row that goes into `table` may fire a trigger that reads it, or has a foreign key's
/// action read it, as far as the names in triggers and views tell.
bool triggers_may_read(SqliteConnection& connection, const std::string& table);

/// Whether SQLite looks for the parent of each row that goes into `table`.
bool looks_for_parents(SqliteConnection& connection, const std::string& table);

/// Whether SQLite looks for parents of rows, of any table, in `table`.
bool has_children(SqliteConnection& connection, const std::string& table);

/// Whether rows that go into `table` have parents and may be parents: then one of them may bring
/// the parent that another one lacks, which SQLite only sees at the end of a statement, and rows
/// may wait for their parents (RowOrder::parents_may_follow), which have to be cells.
bool has_parents_and_children(SqliteConnection& connection, const std::string& table);

/// Whether rows of `table` refer to others of it.
bool refers_to_itself(const schema::Table& table);

/// Whether rows of the open transaction still lack a parent that a deferred foreign key asks for.
bool has_missing_parents(SqliteConnection& connection);

/// Whether SQLite looks for parents of `table`'s rows, or evaluates CHECK constraints (or whether
/// the table's definition at least mentions one).
bool has_row_constraints(SqliteConnection& connection, const std::string& table);

/// Looks for parents and evaluates CHECK constraints for all rows of `table` at once. Throws
/// Error{constraint} if a row fails, or SQLite finds anything else wrong with the table.
void check_row_constraints(SqliteConnection& connection, const std::string& table);
/// Whether it would not throw.
bool passes_row_constraints(SqliteConnection& connection, const std::string& table);

}  // namespace dbmig::backend::sqlite
