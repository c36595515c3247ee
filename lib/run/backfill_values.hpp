#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/operation.hpp"

namespace dbmig::run {

/// A column that a downgrade restores, without its former values.
struct BackfillValue {
  std::string table;   ///< its name after the operations
  std::string column;  ///< its name after the operations
  std::string value;   ///< the value that its rows get, as messages show it
};

struct WithBackfillValues {
  std::vector<ops::Operation> operations;
  /// For each of `operations`, the index of the original operation.
  std::vector<std::size_t> origins;
  std::vector<BackfillValue> backfill_values;
};

/// Returns the operations of a downgrade, planned on a database with the schema `before`, with
/// temporary defaults: a column that is added NOT NULL without a default gets a default to fill its
/// rows, which is dropped again afterwards (dialect/backfill_value.hpp). The resulting schema is
/// the same.
WithBackfillValues with_backfill_values(const std::vector<ops::Operation>& operations,
                                        const schema::Schema& before, DialectKind kind);

}  // namespace dbmig::run
