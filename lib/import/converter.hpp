#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "base/dialect_kind.hpp"
#include "dialect/capabilities.hpp"
#include "import/binary_text.hpp"
#include "import/date_format.hpp"
#include "import/shown.hpp"
#include "schema/type.hpp"

namespace dbmig::import {

/// A column of the table, as far as a value must fit it.
struct TargetColumn {
  std::string name;
  schema::Type type;  ///< the type in force on the database at hand
  bool nullable = true;
  bool fills_null = false;  ///< NULL makes the database choose a value: autoincrement, rowid
  /// SQLite makes a number of text that looks like one, whatever the type says.
  bool numeric_affinity = false;
  /// How dates are written, see DateFormat: the first one that fits a value counts. Empty: ISO
  /// 8601.
  std::vector<std::string> date_formats = {};

  friend bool operator==(const TargetColumn&, const TargetColumn&) = default;
};

/// How a file writes the values of all columns.
struct ValueFormat {
  BinaryText binary = BinaryText::guarded;
  char decimal = '.';  ///< between the digits of a number
  /// They come from a database, and no file: text may hold NUL bytes, and no option says its
  /// encoding.
  bool of_database = false;
  friend bool operator==(const ValueFormat&, const ValueFormat&) = default;
};

/// Turns a field's text into the typed value of one column, or says why it cannot. What it accepts
/// the database stores exactly: nothing is rounded, cut or replaced in silence.
///
/// Text, binary, json, enum, set and native columns take the field as it is; for all others spaces
/// around the value are ignored.
class Converter {
 public:
  /// Throws Error{usage} for a date format, see DateFormat.
  Converter(TargetColumn column, DialectKind dialect, const ValueFormat& format = {});

  /// False when the value does not fit; `reason` then completes the sentence "'abc' …". The cell
  /// borrows from `text` or from the converter, until its next call.
  bool convert(std::string_view text, backend::Cell& cell, std::string& reason);
  /// The same for NULL: "NULL …".
  bool convert_null(backend::Cell& cell, std::string& reason) const;

  const TargetColumn& column() const { return column_; }

  /// Longest text that a converter makes by itself: a decimal of 65 digits with sign and point.
  static constexpr std::size_t kScratch = 80;

 private:
  enum class Rule : std::uint8_t {
    integer,
    boolean,
    bit,
    year,
    decimal,
    real,
    text,
    binary,
    date,
    time,
    datetime,
    json,
    uuid,
    inet4,
    inet6,
    enum_,
    set,
    geometry,
    native_text,
    native_number,
  };
  static Rule rule_for(const schema::Type& type, DialectKind dialect);
  bool takes_numbers() const;
  bool with_point(std::string_view& text, std::string& reason);
  bool read_date(std::string_view text, DateFormat::Moment& moment, std::string& reason) const;
  bool read_datetime(std::string_view text, DateFormat::Moment& moment, std::string& reason) const;
  std::optional<DateFormat::Moment> by_format(std::string_view text) const;
  std::string expected_formats() const;
  bool convert_by_rule(std::string_view text, backend::Cell& cell, std::string& reason);

  bool convert_integer(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_boolean(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_bit(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_year(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_decimal(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_real(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_native_number(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_text(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_binary(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_native_text(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_json(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_uuid(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_inet(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_enum(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_set(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_geometry(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_date(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_time(std::string_view text, backend::Cell& cell, std::string& reason);
  bool convert_datetime(std::string_view text, backend::Cell& cell, std::string& reason);

  TargetColumn column_;
  const dialect::TypeRanges* ranges_;
  Rule rule_;
  std::int64_t lowest_ = 0;          ///< integers
  std::uint64_t highest_ = 0;        ///< integers and bits
  std::size_t most_characters_ = 0;  ///< text; 0 for any number
  std::size_t most_bytes_ = 0;       ///< text and binary; 0 for any number
  ValueFormat format_;
  std::vector<DateFormat> date_formats_;
  std::string decoded_;  ///< of the last binary field, or number with a decimal comma
  std::array<char, kScratch> scratch_;
};

/// Whether SQLite makes numbers of text that looks like one in a column declared as `declared`.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
bool has_numeric_affinity(std::string_view declared);

}  // namespace dbmig::import
