#pragma once

#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// One table as SQLite would report it (Dialect::canonical), but for what needs the other tables:
/// the parent columns that a foreign key leaves out.
schema::Table canonical_table(const schema::Table& table);

/// The columns of the table's keys as the table itself spells them: SQLite compares names ignoring
/// case.
void match_names(schema::Table& table);
void match_names(schema::Index& index, const schema::Table& table);

/// Empties `parts` when they say nothing that SQLite does not do anyway.
void drop_plain(std::vector<schema::KeyPart>& parts);

/// Takes away the parts of an INTEGER key: to the rowid they mean nothing, but DESC alone, which
/// makes the key another column's.
void drop_rowid_parts(schema::Table& table);

/// Names of parent tables and columns as the parent spells them, and the parent's primary key where
/// no columns are named (SqliteTable::implied).
void resolve_parents(schema::Schema& schema);

/// A default as SQLite would report it on a column of `type`; nothing for none and for NULL.
std::optional<schema::Default> canonical_default(const schema::Default& value,
                                                 const schema::Column& column,
                                                 const schema::Table& table);

}  // namespace dbmig::dialect::sqlite
