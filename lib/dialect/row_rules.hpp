#pragma once

#include <optional>
#include <string>

#include "base/dialect_kind.hpp"
#include "dialect/conversion.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// What a database does with the rows of a table whose definition changes: what it converts,
/// compares, numbers and checks again. Needs no connection: conditions over rows are returned as
/// SQL. The checks of rows before a change use this interface alone and include no database's
/// folder.
class RowRules {
 public:
  virtual ~RowRules() = default;

  // --- Names in SQL -------------------------------------------------------------------------

  /// Whether the expression `sql` may refer to the column `name`.
  virtual bool mentions(const std::string& sql, const std::string& name) const = 0;

  /// The name under which a subquery hands `column` to the query around it, where that cannot be
  /// its own.
  virtual std::string name_in_subquery(const std::string& column) const = 0;

  /// `sql`, an expression over a table with `column`, for a query over such a subquery.
  virtual std::string over_subquery(const std::string& sql, const std::string& column) const = 0;

  // --- Values -------------------------------------------------------------------------------

  /// SQL for the character set and the collation of tables that name none; empty where a database
  /// has no such thing.
  virtual std::string default_charset_query() const = 0;

  /// `table` with the character set and collation that its columns take from it; `defaults` are
  /// those of tables that name none.
  virtual schema::Table with_charset(const schema::Table& table,
                                     const schema::MariadbTable& defaults) const = 0;

  /// What becomes of `value`, an SQL expression that gives what the column `from` holds, when the
  /// column turns into `to`. `value` itself when nothing does; nothing when SQL cannot tell. What
  /// is said of values that do not fit (`invalid_casts`) means nothing.
  ///
  /// The databases convert on assignment, which CAST is not: SQLite by affinity, and MariaDB knows
  /// no half numbers. Tables are as with_charset() gives them.
  virtual std::optional<Conversion> conversion(const std::string& value, const ColumnOf& from,
                                               const ColumnOf& to) const = 0;

  /// What `column` holds of `constant`, an SQL literal that is put into it.
  virtual Conversion stored(const std::string& constant, const ColumnOf& column) const = 0;

  /// SQL of what `value`, a default given as SQL, is in every row, before it is stored; nothing
  /// where only the database knows.
  virtual std::optional<std::string> constant(const schema::SqlText& value) const = 0;

  /// Condition for the values of `value` that `from` holds and `to` would cut, change or refuse;
  /// empty when it takes them all, or when SQL cannot tell. NULL fits everywhere.
  virtual std::string invalid_casts(const std::string& value, const ColumnOf& from,
                                    const ColumnOf& to) const = 0;

  /// Condition for the values of `value` that `from` holds and that come out of `to` written
  /// otherwise, though it takes them: `007` that becomes 7. Whoever writes such a change is asked
  /// for consent, and no row is looked at; on the way back, which nobody writes, they are counted.
  /// Empty when there are none, or when SQL cannot tell.
  virtual std::string rewritten(const std::string& value, const ColumnOf& from,
                                const ColumnOf& to) const = 0;

  /// Whether `table` refuses values of another type than its columns' instead of converting them
  /// or keeping them as they are.
  virtual bool refuses_other_types(const schema::Table& table) const = 0;

  /// Condition for the values that a column of `type` refuses where `refuses_other_types`, or
  /// where it is the number of the row (`is_rowid`); empty when it takes them all.
  virtual std::string of_another_type(const std::string& value, const schema::Type& type) const = 0;

  /// Whether `from` may hold NULL and `to`, which it turns into, may not.
  virtual bool loses_null(const ColumnOf& from, const ColumnOf& to) const = 0;

  /// Whether a generated column must have a value and be of its type.
  virtual bool checks_generated() const = 0;

  /// SQL for the number that the database gives each row of `table`; nothing where it gives none,
  /// or no name reaches it.
  virtual std::optional<std::string> rowid_name(const schema::Table& table) const = 0;

  // --- Constraints --------------------------------------------------------------------------

  /// `column`, SQL of an index's `part`, as the index compares it.
  virtual std::string indexed(std::string column, const schema::IndexPart& part) const = 0;

  /// `value`, what a column `child` of a foreign key holds, as it is compared with `parent`.
  virtual std::string compared_with_parent(const std::string& value, const ColumnOf& child,
                                           const ColumnOf& parent) const = 0;

  /// Whether a change of a column writes every row of its table anew, so that all constraints of
  /// the table meet all rows. Otherwise checks meet the rows where a column in them has another
  /// type, and columns of a foreign key that stays do not change.
  virtual bool rewrites_tables() const = 0;

  /// Whether rows that had lost their parent before a change may stay as they are.
  virtual bool tolerates_earlier_orphans() const = 0;

  /// What stands behind a table's name to read the old versions of its rows, too, where a change
  /// from `before` to `after` converts those as well; empty where there are none.
  virtual std::string with_old_versions(const schema::Table& before,
                                        const schema::Table& after) const = 0;

  /// The period that every row of `table` must have, beginning before it ends.
  virtual std::optional<schema::ApplicationPeriod> period(const schema::Table& table) const = 0;

  /// Condition for the rows that no partition of `after` takes, where `before` has other ones;
  /// nothing where every row finds one, or SQL cannot tell.
  virtual std::optional<std::string> outside_partitions(const schema::Table& before,
                                                        const schema::Table& after) const = 0;
};

/// The only instance for a database.
const RowRules& row_rules(DialectKind kind);

}  // namespace dbmig::dialect
