#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/dialect_kind.hpp"
#include "import/communicator.hpp"
#include "import/converter.hpp"
#include "import/csv_format.hpp"
#include "import/key_column.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// Everything that a rank needs to turn chunks of one file into batches of rows.
struct Plan {
  std::string table;
  DialectKind dialect = DialectKind::sqlite;
  CsvFormat format;
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  BitText bits = BitText::number;
  char decimal = '.';  ///< see ValueFormat
  ZeroDates zero_dates = ZeroDates::refused;
  std::string file_encoding = {};  ///< see OpenedInput::encoding
  std::string time_zone = {};      ///< see FileFormat; empty for a table without TIMESTAMP
  bool ignore_unknown = false;     ///< ignore extra fields
  bool fill_missing = false;       ///< missing fields are NULL
  /// Records are JSON objects: the key of each field. Empty for other formats.
  std::vector<std::string> keys = {};
  /// With `keys` and `ignore_unknown`: the columns without a field, which a later key may mean.
  std::vector<std::string> columns_without_key = {};
  /// Go on after a bad record.
  bool rejects = false;
  /// Check all fields of a record, even after the first that does not fit.
  bool every_field = false;
  std::vector<TargetColumn> columns;  ///< the sink's columns, in order
  /// For each field of a record its column, or kSkipped.
  std::vector<std::int32_t> targets;
  /// The value of each column without a field; nothing for NULL. These columns come last.
  std::vector<std::optional<std::string>> constants;
  std::string encoding;  ///< backend::row_encoder()
  /// The unique keys whose values are sent to the root, see KeyWatch.
  std::vector<FileKey> watched = {};

  static constexpr std::int32_t kSkipped = -1;
  friend bool operator==(const Plan&, const Plan&) = default;

  std::vector<std::string> column_names() const;
};

/// Which field of the file belongs to which column.
struct ColumnRequest {
  /// The user's --columns; empty if not given. "-" leaves a field out.
  std::vector<std::string> columns;
  /// The fields of the file's first line, if that is a header.
  std::optional<std::vector<std::string>> header;
  /// For messages.
  std::string file;
  /// A guess why the header names no column; may be empty.
  std::string guess = {};
  /// Ignore names of the header that match no column.
  bool ignore_unknown = false;
  std::uint64_t header_line = 1;
  /// See Options.
  std::vector<std::pair<std::string, std::string>> map = {};
  /// NULL is left to the table's triggers.
  bool is_filled_by_trigger = false;
  /// So are missing columns, which get NULL.
  bool fills_missing = false;
  /// Columns with a fixed value, which come after those of the file.
  std::vector<std::pair<std::string, std::optional<std::string>>> set = {};
};

/// What a value of `column` must fit on `dialect`.
TargetColumn target_column(const schema::Table& table, const schema::Column& column,
                           DialectKind dialect);

/// The column that `name` means, see ColumnFinder.
const schema::Column* find_column(const schema::Table& table, std::string_view name);

/// The plan's columns and targets for loading into `table`. --columns takes precedence over the
/// header; without either, the fields are the table's columns in order. Names match as ColumnFinder
/// says. The first columns of a reject file are left out, and unknown ones if the request says so.
///
/// Throws Error{invalid} with every error: unknown columns (with a suggestion), repeated names, a
/// header that names no column at all, generated columns, columns that need a value and have none.
Plan map_columns(const schema::Table& table, DialectKind dialect, const ColumnRequest& request);

/// The columns of a reject file before those of the data.
inline constexpr std::string_view kRejectFile = "dbmig_file";
inline constexpr std::string_view kRejectLine = "dbmig_line";
inline constexpr std::string_view kRejectReason = "dbmig_reason";

/// Encodes a plan for the ranks; `decode_plan(encode(p)) == p`.
void encode(const Plan& plan, Bytes& out);
/// Throws Error{failed} if the message is truncated, or was written by another version of dbmig.
Plan decode_plan(std::string_view message);

}  // namespace dbmig::import
