#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/sql_text.hpp"

namespace dbmig::ops {

// Finds and replaces the names of tables and columns in SQL that users wrote (checks, generated
// columns, partial indexes, views, triggers). Not a parser: it looks at where a name stands (after
// FROM, before a dot, before a parenthesis…), never inside strings and comments. Names are compared
// without case, as both databases do for columns.

/// Which uses of a column's name mean that column.
struct ColumnUse {
  std::string column;
  /// What may stand before the dot, in lower case: the table's name, its aliases, "new", "old".
  std::set<std::string> qualifiers;
  /// Names without a qualifier mean it too.
  bool bare = true;
  /// Names in the `UPDATE OF a, b` list of a trigger's head mean it too.
  bool update_of = false;
};

/// The names of tables and views, in lower case, that a query or trigger reads or writes.
std::set<std::string> tables_in(const schema::SqlText& sql);

/// What stands for `table` before a dot: its own name and the aliases it is given in `sql`; lower
/// case.
std::set<std::string> qualifiers_of(const schema::SqlText& sql, std::string_view table);

/// A quick look that never misses a use: false when `name` is nowhere in `sql`, not even as a part
/// of something else.
bool may_mention(const schema::SqlText& sql, std::string_view name);

bool mentions_column(const schema::SqlText& sql, const ColumnUse& use);

/// Whether `name` stands anywhere in `sql` as a name, whatever it means.
bool has_name(const schema::SqlText& sql, std::string_view name);

/// Whether the columns of a view are those that its tables happen to have: `SELECT *` or `t.*`, but
/// not `count(*)`.
bool selects_all(std::string_view sql, std::optional<DialectKind> dialect);
bool selects_all(const schema::SqlText& sql);

/// Whether `sql` of `table` (a check, an expression) uses one of `columns`.
bool mentions_any(const schema::SqlText& sql, std::string_view table,
                  const std::set<std::string>& columns);

/// `sql` with the table `from` called `to`.
schema::SqlText rename_table(schema::SqlText sql, std::string_view from, std::string_view to);

/// `sql` with the uses of a column replaced by `to`.
schema::SqlText rename_column(schema::SqlText sql, const ColumnUse& use, std::string_view to);

/// The same for one text; `dialect` as in tokenize().
std::string rename_table(std::string_view sql, std::optional<DialectKind> dialect,
                         std::string_view from, std::string_view to);
std::string rename_column(std::string_view sql, std::optional<DialectKind> dialect,
                          const ColumnUse& use, std::string_view to);

}  // namespace dbmig::ops
