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

/// Everything that a rank must know to turn chunks of one file into batches of rows.
struct Plan {
  std::string table;
  DialectKind dialect = DialectKind::sqlite;
  CsvFormat format;
  NullMarks nulls;
  BinaryText binary = BinaryText::guarded;
  char decimal = '.';           ///< see ValueFormat
  std::string time_zone = {};   ///< see FileFormat; empty for a table without TIMESTAMP
  bool ignore_unknown = false;  ///< fields beyond those expected are left out
  bool fill_missing = false;    ///< fields that a record does not have are NULL
  /// Records are JSON objects: the key of each field. Empty for other files.
  std::vector<std::string> keys = {};
  /// Go on after a bad record.
  bool rejects = false;
  /// Look at all fields of a record, also behind the first that does not fit.
  bool every_field = false;
  std::vector<TargetColumn> columns;  ///< of the sink, in order
  /// For each field of a record the column it goes to, kSkipped for none.
  std::vector<std::int32_t> targets;
  /// The value of each column that no field goes to; nothing for NULL. They come last.
  std::vector<std::optional<std::string>> constants;
  std::string encoding;  ///< backend::row_encoder()
  /// The unique keys of which the root is told what each row has, see KeyWatch.
  std::vector<FileKey> watched = {};

  static constexpr std::int32_t kSkipped = -1;
  friend bool operator==(const Plan&, const Plan&) = default;

  std::vector<std::string> column_names() const;
};

/// Which field of the file goes where.
struct ColumnRequest {
  /// The user's --columns; empty for none. "-" leaves a field out.
  std::vector<std::string> columns;
  /// The fields of the file's first line, when that is a header.
  std::optional<std::vector<std::string>> header;
  /// For messages.
  std::string file;
  /// Why the header may name no column: what the file looks like; may be empty.
  std::string guess = {};
  /// Names of the header that match no column are left out.
  bool ignore_unknown = false;
  std::uint64_t header_line = 1;
  /// See Options.
  std::vector<std::pair<std::string, std::string>> map = {};
  /// Columns with a value of their own, which come behind those of the file.
  std::vector<std::pair<std::string, std::optional<std::string>>> set = {};
};

/// What a value of `column` must fit on `dialect`.
TargetColumn target_column(const schema::Table& table, const schema::Column& column,
                           DialectKind dialect);

/// The column that `name` means: exactly, or ignoring case, or with blanks and dashes as `_`. Null
/// when there is none, or when two could be meant.
const schema::Column* find_column(const schema::Table& table, std::string_view name);

/// The plan's columns and targets for loading into `table`. --columns wins over the header; with
/// neither, the fields are the table's columns in order. Names match exactly, or ignoring case, or
/// with blanks and dashes as `_` ("Organization Name" is organization_name). The columns that a
/// reject file begins with are left out, and unknown ones where the request says so.
///
/// Throws Error{invalid} with every mistake: unknown column (with a suggestion), a name twice, a
/// header that names no column at all, a generated column, a column that must have a value and is
/// not given.
Plan map_columns(const schema::Table& table, DialectKind dialect, const ColumnRequest& request);

/// The columns that a reject file has before those of the data.
inline constexpr std::string_view kRejectFile = "dbmig_file";
inline constexpr std::string_view kRejectLine = "dbmig_line";
inline constexpr std::string_view kRejectReason = "dbmig_reason";

/// As bytes, for the ranks; `decode_plan(encode(p)) == p`.
void encode(const Plan& plan, Bytes& out);
/// Throws Error{failed} when the message is cut short, or was written by another version of dbmig.
Plan decode_plan(std::string_view message);

}  // namespace dbmig::import
