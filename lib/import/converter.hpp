#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "backend/bulk.hpp"
#include "base/dialect_kind.hpp"
#include "import/binary_text.hpp"
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

  friend bool operator==(const TargetColumn&, const TargetColumn&) = default;
};

/// Turns a field's text into the typed value of one column, or says why it cannot. What it accepts
/// the database stores exactly: nothing is rounded, cut or replaced in silence.
///
/// Text, binary, json, enum, set and native columns take the field as it is; for all others spaces
/// around the value are ignored.
class Converter {
 public:
  Converter(TargetColumn column, DialectKind dialect, BinaryText binary = BinaryText::guarded);

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
  DialectKind dialect_;
  Rule rule_;
  std::int64_t lowest_ = 0;          ///< integers
  std::uint64_t highest_ = 0;        ///< integers and bits
  std::size_t most_characters_ = 0;  ///< text; 0 for any number
  std::size_t most_bytes_ = 0;       ///< text and binary; 0 for any number
  BinaryText binary_;
  std::string decoded_;  ///< of the last binary field
  std::array<char, kScratch> scratch_;
};

/// Whether SQLite makes numbers of text that looks like one in a column declared as `declared`.
/// Source: https://www.sqlite.org/datatype3.html#determination_of_column_affinity
bool has_numeric_affinity(std::string_view declared);

}  // namespace dbmig::import
