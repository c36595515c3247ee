#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/operation.hpp"

namespace dbmig::run {

/// A column that comes back to a table without the values that it once had.
struct BackfillValue {
  std::string table;   ///< by the name that it has when the operations are through
  std::string column;  ///< likewise
  std::string value;   ///< what its rows are given, as a person reads it
};

struct WithBackfillValues {
  std::vector<ops::Operation> operations;
  /// For each of `operations` the index of the one that it comes from.
  std::vector<std::size_t> origins;
  std::vector<BackfillValue> backfill_values;
};

/// The operations of a way back, planned on a database with the schema `before`, where a column
/// that is added NOT NULL without a default is given one to fill the rows with, which is taken away
/// again after that (dialect/backfill_value.hpp). The schema they lead to is the same.
WithBackfillValues with_backfill_values(const std::vector<ops::Operation>& operations,
                                        const schema::Schema& before, DialectKind kind);

}  // namespace dbmig::run
