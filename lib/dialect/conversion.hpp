#pragma once

#include <optional>
#include <string>

#include "base/dialect_kind.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect {

/// A column as one definition of its table has it.
struct ColumnOf {
  const schema::Table& table;
  const schema::Column& column;
};

/// What a column holds after its type or collation has changed, told from what it holds now.
struct Conversion {
  /// SQL that gives the value, with the new collation, for every row that the change takes.
  std::string value;
  /// The same for the use in expressions, where it behaves as the column will; empty when nothing
  /// does.
  std::string in_expressions;
  /// Condition for the rows for which `in_expressions` is right; empty when for all.
  std::string expressible;
  /// Condition for the rows whose characters the new character set does not have; empty when it
  /// has them all.
  std::string unwritable;
};

/// What becomes of `value`, an SQL expression that gives what the column `from` holds, when the
/// column turns into `to`. `value` itself when nothing does; nothing when SQL cannot tell. What is
/// said of values that do not fit (Dialect::invalid_casts) means nothing.
///
/// The databases convert on assignment, which CAST is not: SQLite by affinity, and MariaDB knows no
/// half numbers.
std::optional<Conversion> conversion(DialectKind kind, const std::string& value,
                                     const ColumnOf& from, const ColumnOf& to);

/// Condition for the rows whose bytes the column `to` does not take: no text in its character set,
/// or more than it holds in that. Empty when it takes all, or where this is not known.
std::string invalid_byte_casts(DialectKind kind, const std::string& value, const ColumnOf& from,
                               const ColumnOf& to);

/// `value` as the list of an enum or set that `from` turns into looks for it: MariaDB compares in
/// the collation of the list. `value` itself where that is no matter, or not known.
std::string sought_in_list(DialectKind kind, const std::string& value, const ColumnOf& from,
                           const ColumnOf& to);

}  // namespace dbmig::dialect
