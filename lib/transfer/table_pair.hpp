#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "dialect/dialect.hpp"
#include "import/converter.hpp"
#include "schema/table.hpp"
#include "transfer/row_hash.hpp"

namespace dbmig::transfer {

/// A value of the source that the target's column does not hold.
struct InvalidCast {
  std::size_t column = 0;
  std::string shown;   ///< the value, as messages show it
  std::string reason;  ///< completes "'abc' …"
};

/// A table of the source, the one that it goes into, and how values get from one to the other.
class TablePair {
 public:
  /// Throws Error{invalid} for a column that only one side has, unless the target fills it.
  /// `kind` is the target's database.
  TablePair(const schema::Table& source, const schema::Table& target, DialectKind kind);

  const std::string& name() const { return target_.name; }
  const schema::Table& target() const { return target_; }
  /// Of the target, in order.
  std::vector<std::string> column_names() const;
  std::string select_source(const dialect::Dialect& dialect) const;
  std::string select_target(const dialect::Dialect& dialect) const;

  /// The target's cells for a row of the source; every value that does not fit goes to
  /// `invalid_casts`. They live until the next call.
  std::span<const backend::Cell> convert(std::span<const backend::Cell> row,
                                         std::vector<InvalidCast>& invalid_casts);

  /// What a row of the target's cells is compared by.
  std::string canonical_row(std::span<const backend::Cell> row) const;
  /// "id 5", for messages; the row's number where there is no primary key.
  std::string describe_key(std::span<const backend::Cell> row, std::uint64_t number) const;

  /// The line of a model by which the column would hold what did not fit; nothing when no type
  /// does.
  std::optional<std::string> remedy(std::size_t column) const;

 private:
  bool convert_value(std::size_t column, const backend::Cell& cell, std::string& reason);
  void note(std::size_t column, const backend::Cell& cell);

  schema::Table source_;
  schema::Table target_;
  std::vector<schema::Column> source_columns_;
  std::vector<schema::Column> target_columns_;
  std::vector<schema::Type> types_;  ///< of the target's columns
  std::vector<import::Converter> converters_;
  std::vector<std::size_t> key_;  ///< places of the primary key's columns

  std::vector<std::string> texts_;  ///< of the row at hand
  std::vector<backend::Cell> cells_;
  std::string reason_;

  /// The most that a column's invalid_casts need.
  struct Need {
    std::size_t characters = 0;
    std::size_t fraction = 0;
  };
  std::vector<Need> needs_;
};

}  // namespace dbmig::transfer
