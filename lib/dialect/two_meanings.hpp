#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// An expression that is written for both databases, as each of them has to be told it.
struct ForBoth {
  schema::SqlText sql;  ///< one text where one serves both
  /// What both take and answer differently, and cannot be told MariaDB in other words: "the bits
  /// that << moves: …".
  std::vector<std::string> differences;
  /// Texts whose comparison hangs on the collation, which is another by default on each, or on the
  /// case of letters beyond ASCII, which SQLite does not know: "s", "lower(s)".
  std::vector<std::string> collated;
  /// A name that a query has for two of its columns; empty when for none. SQLite gives the second
  /// one another name where it makes a view of it, and MariaDB makes none.
  std::string repeated;
};

/// Reads `sql`, an expression over `table`, as SQLite reads it, and says it for MariaDB: names in
/// double quotes or brackets, texts in double quotes, `||`, `/` between whole numbers, length() in
/// characters, min() and max() of several values, ==, CAST to TEXT and REAL. What it cannot parse
/// keeps its text but for the names. Sources: https://www.sqlite.org/lang_expr.html,
/// https://mariadb.com/kb/en/operator-precedence/
ForBoth for_both(std::string_view sql, const schema::Table& table);

/// `schema` with every text that is meant for both databases (checks, generated columns, defaults;
/// names and `||` in views and triggers) as for_both() words it. What is written for one database
/// stays, and what means different things.
schema::Schema for_both(schema::Schema schema);

/// `schema`, which MariaDB reported, with its own texts kept where for_both() would read them
/// otherwise: {sqlite: …, mariadb: …} with the same text twice.
schema::Schema as_written(schema::Schema schema);

/// Numbers the key that SQLite fills by itself, so that MariaDB does, too; on SQLite it stays what
/// it is. Not where an expression of the table names it, which MariaDB does not allow.
void number_keys(schema::Table& table);

/// Makes the FLOAT columns of `table`, as SQLite has it, DOUBLE on MariaDB, and those with digits,
/// as DOUBLE(8,2), plain ones: SQLite keeps every floating-point number in eight bytes, and rounds
/// none; MariaDB's FLOAT has four.
void keep_digits(schema::Table& table);

/// The expressions, views and triggers of `schema` for both databases that both take and that mean
/// different things.
std::vector<Refusal> two_meanings(const schema::Schema& schema);

}  // namespace dbmig::dialect
