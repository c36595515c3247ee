#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "dialect/dialect.hpp"
#include "schema/table.hpp"
#include "transfer/row_converter.hpp"

namespace dbmig::transfer {

/// A table of the source, the one that it goes into, and how values get from one to the other.
class TablePair {
 public:
  /// Throws Error{invalid} for a column that only one side has, unless the target fills it.
  /// Between two SQLite databases, a value goes as it is into a column of the same affinity, even
  /// against the column's type: SQLite keeps it.
  TablePair(const schema::Table& source, DialectKind from, const schema::Table& target,
            DialectKind to);

  const std::string& name() const { return target_.name; }
  const schema::Table& source() const { return source_; }
  const schema::Table& target() const { return target_; }
  /// Of the target, in order.
  std::vector<std::string> column_names() const;
  /// `range`, a condition, chooses rows; empty for all.
  std::string select_source(const dialect::Dialect& dialect, const std::string& range = "") const;
  std::string select_target(const dialect::Dialect& dialect, const std::string& range = "") const;
  /// The source's column by whose value its rows can be read in parts: that of a key of one whole
  /// number which every row has, or none.
  std::optional<std::string> range_column(DialectKind source) const;

  /// The target's column of that key, where it is one there, too; or none.
  std::optional<std::string> shared_range_column(DialectKind source) const;

  /// Places of the primary key's columns.
  const std::vector<std::size_t>& key() const { return key_; }
  RowConverter& converter() { return *converter_; }
  /// The target's, in order.
  const std::vector<import::TargetColumn>& columns() const { return converter_->columns(); }
  /// Places of the columns that are MariaDB's FLOAT on one side, and more on the other.
  const std::vector<std::size_t>& float_columns() const { return float_columns_; }
  /// "id 5", for messages; the row's number where there is no primary key.
  std::string describe_key(std::span<const backend::Cell> row, std::uint64_t number) const;

 private:
  schema::Table source_;
  schema::Table target_;
  std::vector<schema::Column> source_columns_;
  std::vector<schema::Column> target_columns_;
  std::optional<RowConverter> converter_;
  std::vector<std::size_t> float_columns_;
  std::vector<std::size_t> key_;  ///< places of the primary key's columns
};

}  // namespace dbmig::transfer
