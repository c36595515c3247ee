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

/// A table of the source, the table that it is copied into, and the conversion of values between
/// them.
class TablePair {
 public:
  /// Throws Error{invalid} for a column that only one side has, unless the target fills it. Between
  /// two SQLite databases, values are passed unchanged into a column of the same affinity, or one
  /// that keeps all values, even if they do not match its type: SQLite keeps them.
  TablePair(const schema::Table& source, DialectKind from, const schema::Table& target,
            DialectKind to);

  const std::string& name() const { return target_.name; }
  const schema::Table& source() const { return source_; }
  const schema::Table& target() const { return target_; }
  /// The target's column names, in order.
  std::vector<std::string> column_names() const;
  /// `range` is a condition that selects rows; empty for all.
  std::string select_source(const dialect::Dialect& dialect, const std::string& range = "") const;
  std::string select_target(const dialect::Dialect& dialect, const std::string& range = "") const;
  /// The source's column by whose value its rows can be read in parts: that of an integer key which
  /// every row has; or none.
  std::optional<std::string> range_column(DialectKind source) const;

  /// The target's column of that key, if it is such a key there, too; or none.
  std::optional<std::string> shared_range_column(DialectKind source) const;

  /// Indices of the primary key's columns.
  const std::vector<std::size_t>& key() const { return key_; }
  RowConverter& converter() { return *converter_; }
  /// The target's columns, in order.
  const std::vector<import::TargetColumn>& columns() const { return converter_->columns(); }
  /// See RowConverter.
  const std::vector<std::uint8_t>& as_is() const { return converter_->as_is(); }
  /// Indices of the columns that are MariaDB's FLOAT on one side, and wider on the other.
  const std::vector<std::size_t>& float_columns() const { return float_columns_; }
  /// "id 5", for messages; the row's number if there is no primary key.
  std::string describe_key(std::span<const backend::Cell> row, std::uint64_t number) const;

 private:
  /// Between two SQLite databases.
  RowConverter::AsIs kept(const schema::Column& from, const schema::Column& to) const;

  schema::Table source_;
  schema::Table target_;
  std::vector<schema::Column> source_columns_;
  std::vector<schema::Column> target_columns_;
  std::optional<RowConverter> converter_;
  std::vector<std::size_t> float_columns_;
  std::vector<std::size_t> key_;  ///< indices of the primary key's columns
};

}  // namespace dbmig::transfer
