#pragma once

#include <optional>
#include <string>

#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// A table as CREATE TABLE says it: types and defaults as the SQL that is written, columns of the
/// primary key nullable where they stand without NOT NULL, the primary key's name empty where it is
/// not written, everything gone that SQLite does not have. Unlike the canonical form it tells
/// apart what only looks different: `INT` and `INTEGER`, `"x"` and `'x'`. What the planner compares
/// and render.hpp takes.
schema::Table written_table(const schema::Table& table);

/// The default that the SQL text `raw` is on a column of `table`, as the model says it: a literal
/// where dbmig would write it so, else its meaning for every database with `raw` for SQLite.
schema::Default default_as_written(const std::string& raw, const schema::Column& column,
                                   const schema::Table& table);

/// Whether `sql` is one literal, name or signed number, which stands behind DEFAULT without
/// parentheses. Names only with `names`: without parentheses they are texts.
bool is_bare_default(const std::string& sql, bool names);

/// The text that `sql` is behind DEFAULT without parentheses, where that is a name; nothing for
/// anything else.
std::optional<std::string> text_of_bare_name(const std::string& sql);

}  // namespace dbmig::dialect::sqlite
