#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"

namespace dbmig::dialect {

/// How a database writes what the other one writes in another way: pieces of statements, for
/// dbmig's own tables and queries. Needs no connection. Names come quoted.
class SqlForms {
 public:
  virtual ~SqlForms() = default;

  // --- dbmig's own tables -------------------------------------------------------------------

  /// The type of a text of any length.
  virtual std::string long_text() const = 0;
  /// What stands behind the columns of a table that compares texts by their bytes.
  virtual std::string table_options() const = 0;
  /// The end of an INSERT of rows with all columns: where a row with this key is there already, its
  /// `columns` take the values of the new one.
  virtual std::string update_existing(std::string_view key,
                                      const std::vector<std::string>& columns) const = 0;
  /// Expression: the time in UTC as text, to the second.
  virtual std::string utc_now() const = 0;
  /// What a query ends with that locks its rows; empty where a transaction locks the database.
  virtual std::string for_update() const = 0;
  /// A query of one text, which is another one as soon as anything was written to the database or
  /// by this connection; empty where the database has no such thing.
  virtual std::string change_mark() const = 0;

  // --- Rows ---------------------------------------------------------------------------------

  /// "INSERT INTO name", which fails where a row meets a conflict, whatever a constraint says.
  virtual std::string insert_into(std::string_view name) const = 0;
  /// What follows insert_into() for a row of defaults alone.
  virtual std::string only_defaults() const = 0;

  // --- Values -------------------------------------------------------------------------------

  /// Expression: `column` as a literal that gives the same value again; `is_binary` says that it
  /// holds bytes.
  virtual std::string as_literal(std::string_view column, bool is_binary) const = 0;
  /// Expression that differs wherever two values of `column` do, also in their type alone.
  virtual std::string exact_value(std::string_view column) const = 0;
  /// Condition: `column` holds `literal` to the byte; NULL equals NULL.
  virtual std::string is_exactly(std::string_view column, std::string_view literal) const = 0;
  /// The arguments of GROUP_CONCAT: `value`, parted by the string literal `separator`.
  virtual std::string group_concat(std::string_view value, std::string_view separator) const = 0;

  // --- Scripts ------------------------------------------------------------------------------

  /// Statements that fail with `message`, as far as the database can say it, unless `condition`, an
  /// expression in parentheses, holds.
  virtual std::vector<std::string> fail_unless(const std::string& condition,
                                               const std::string& message) const = 0;
};

/// The only instance for a database.
const SqlForms& sql_forms(DialectKind kind);

}  // namespace dbmig::dialect
