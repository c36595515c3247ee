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
#include "import/file_encoding.hpp"
#include "import/shown.hpp"
#include "schema/type.hpp"

namespace dbmig::import {

/// A column of the table, with everything that a value must fit.
struct TargetColumn {
  std::string name;
  schema::Type type;  ///< the column's type on this database
  bool nullable = true;
  /// The database replaces NULL: by a number (autoincrement, rowid), or a trigger does.
  bool fills_null = false;
  /// SQLite turns text that looks like a number into one, by the affinity of the declared type.
  bool numeric_affinity = false;
  /// The formats of dates, see DateFormat: the first one that fits a value is used. Empty: ISO
  /// 8601.
  std::vector<std::string> date_formats = {};

  friend bool operator==(const TargetColumn&, const TargetColumn&) = default;
};

/// What becomes of dates without a year, month or day, as `0000-00-00` and `2024-00-00`.
enum class ZeroDates : std::uint8_t {
  refused,            ///< the database has none
  taken,              ///< MariaDB takes them
  refused_by_server,  ///< MariaDB would take them, but not with the sql_mode of the session
};

/// How a file writes the values of all columns.
struct ValueFormat {
  BinaryText binary = BinaryText::guarded;
  BitText bits = BitText::number;
  ZeroDates zero_dates = ZeroDates::refused;
  /// The encoding from which the file was converted; null: it is in UTF-8.
  const FileEncoding* encoding = nullptr;
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
  bool takes_bytes() const;
  bool writes_free_text() const;
  bool bytes_of_file(std::string_view& text, std::string& reason);
  bool is_known_day(const DateFormat::Moment& moment, std::string& reason) const;
  bool keeps_number(std::string_view text, std::string& reason) const;
  bool with_point(std::string_view& text, std::string& reason);
  bool read_date(std::string_view text, DateFormat::Moment& moment, std::string& reason) const;
  bool read_datetime(std::string_view text, DateFormat::Moment& moment, std::string& reason) const;
  std::optional<DateFormat::Moment> by_format(std::string_view text) const;
  std::string expected_formats() const;
  bool convert_by_rule(std::string_view text, backend::Cell& cell, std::string& reason);

  bool convert_integer(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_boolean(std::string_view text, backend::Cell& cell, std::string& reason) const;
  bool convert_bit(std::string_view text, backend::Cell& cell, std::string& reason) const;
  std::optional<std::uint64_t> bits_of_bytes(std::string_view text) const;
  std::optional<std::uint64_t> bits_of_digits(std::string_view text) const;
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
  bool may_become_number_ = false;   ///< SQLite makes a number of a text that looks like one
  ValueFormat format_;
  std::vector<DateFormat> date_formats_;
  std::string decoded_;  ///< of the last binary field, or of a number with a decimal comma
  std::string of_file_;  ///< the last field's own bytes in the file
  std::array<char, kScratch> scratch_;
};

/// Whether SQLite turns text that looks like a number into one in a column declared as `declared`.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
bool has_numeric_affinity(std::string_view declared);

}  // namespace dbmig::import
