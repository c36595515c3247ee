#pragma once

#include <string>

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

}  // namespace dbmig::dialect
