#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/operation.hpp"

namespace dbmig::ops {

enum class RiskKind {
  drops_table,       ///< all rows of a table
  drops_column,      ///< all values of a column
  drops_history,     ///< old versions of the rows of a system-versioned table
  narrows_type,      ///< values that do not fit the new type
  forgets_case,      ///< text that was compared letter by letter is compared without case, unsaid
  makes_not_null,    ///< fails over rows that hold NULL
  adds_not_null,     ///< a NOT NULL column without default on a table that may have rows
  adds_unique,       ///< fails over duplicates
  adds_check,        ///< fails over rows that violate it
  adds_foreign_key,  ///< fails over orphans
  renames,           ///< breaks applications that use the old name
  irreversible,      ///< no downgrade can be derived
};

struct Risk {
  RiskKind kind;
  std::string subject;  ///< "table 'x'" or "column 'x.y'"
  std::string message;  ///< one sentence for a person
  friend bool operator==(const Risk&, const Risk&) = default;
};

/// What may go wrong or get lost when `operation` is applied to a database whose schema is
/// `before`.
std::vector<Risk> risks(const Operation& operation, const schema::Schema& before);

/// Whether `risk` of `operation` on `before` is one on a database of `dialects` (none: on any).
/// SQLite keeps values whatever length, sign or digits a type of the same affinity says.
bool concerns(const Risk& risk, const Operation& operation, const schema::Schema& before,
              std::span<const DialectKind> dialects);

/// Loses data for certain or possibly: needs the user's consent (drops and narrowing).
bool is_destructive(const Risk& risk);

}  // namespace dbmig::ops
