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

/// A column of the table, with everything that a value must fit.
struct TargetColumn {
  std::string name;
  schema::Type type;  ///< the column's type on this database
  bool nullable = true;
  bool fills_null = false;  ///< the database replaces NULL by a number: autoincrement, rowid
  /// SQLite turns text that looks like a number into one, whatever the type.
  bool numeric_affinity = false;
  /// The formats of dates, see DateFormat: the first one that fits a value is used. Empty: ISO
  /// 8601.
  std::vector<std::string> date_formats = {};

  friend bool operator==(const TargetColumn&, const TargetColumn&) = default;
};

/// How a file writes the values of all columns.
struct ValueFormat {
  BinaryText binary = BinaryText::guarded;
  char decimal = '.';  ///< the decimal mark of numbers
  /// The values come from a database, not from a file: text may contain NUL bytes, and no error
  /// message suggests --encoding.
  bool of_database = false;
  friend bool operator==(const ValueFormat&, const ValueFormat&) = default;
};

/// Converts a field's text into the typed value of one column, or says why it cannot. Accepted
/// values are stored exactly: nothing is silently rounded, cut or replaced.
///
/// Text, binary, json, enum, set and native columns take the field unchanged; for all others,
/// spaces around the value are ignored.
class Converter {
 public:
  /// Throws Error{usage} for an invalid date format, see DateFormat.
  Converter(TargetColumn column, DialectKind dialect, const ValueFormat& format = {});

  /// False if the value does not fit; `reason` then completes the sentence "'abc' …". The cell
  /// refers to `text` or to the converter, until its next call.
  bool convert(std::string_view text, backend::Cell& cell, std::string& reason);
  /// The same for NULL: "NULL …".
  bool convert_null(backend::Cell& cell, std::string& reason) const;

  const TargetColumn& column() const { return column_; }

  /// The longest text that a converter produces itself: a decimal of 65 digits with sign and point.
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
  std::size_t most_characters_ = 0;  ///< text; 0: unlimited
  std::size_t most_bytes_ = 0;       ///< text and binary; 0: unlimited
  ValueFormat format_;
  std::vector<DateFormat> date_formats_;
  std::string decoded_;  ///< of the last binary field, or of a number with a decimal comma
  std::array<char, kScratch> scratch_;
};

/// Whether SQLite turns text that looks like a number into one in a column declared as `declared`.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
bool has_numeric_affinity(std::string_view declared);

}  // namespace dbmig::import
