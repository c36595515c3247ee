#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::schema {

/// The portable types, and `native` for a type that only one database knows.
enum class TypeKind {
  tinyint,
  smallint,
  mediumint,
  integer,
  bigint,
  decimal,
  float_,
  double_,
  boolean,
  bit,
  year,
  char_,
  varchar,
  tinytext,
  text,
  mediumtext,
  longtext,
  binary,
  varbinary,
  tinyblob,
  blob,
  mediumblob,
  longblob,
  vector,
  date,
  time,
  datetime,
  timestamp,
  json,
  uuid,
  inet4,
  inet6,
  enum_,
  set,
  geometry,
  point,
  linestring,
  polygon,
  multipoint,
  multilinestring,
  multipolygon,
  geometrycollection,
  native,
};

/// A column's type. Plain value; the text form is SQL's (`decimal(10,2) unsigned`).
struct Type {
  TypeKind kind = TypeKind::integer;
  /// char/varchar: characters; binary/varbinary: bytes; vector: numbers; bit: bits; decimal, float
  /// and double: precision; time, datetime and timestamp: digits of the fraction, never 0; year: 2
  /// for YEAR(2); integers: MariaDB's display width, as written. What SQL leaves out is written out
  /// where it means one thing: char, binary and bit have 1.
  std::optional<int> length;
  std::optional<int> scale;  ///< decimal, float and double: digits after the point
  bool is_unsigned = false;
  bool zerofill = false;
  std::vector<std::string> values;  ///< enum and set, in order, unquoted
  std::string native;               ///< TypeKind::native: the type's text, may be empty (SQLite)

  friend bool operator==(const Type&, const Type&) = default;
};

/// Parses SQL's spelling, any case, with the aliases of both databases (`int`, `bool`, `numeric`,
/// `dec`, `character varying`, `double precision`, `real`, `datetime(6)`, `int(11) unsigned`…).
/// Throws Error{invalid} without position ("unknown type 'intt'; did you mean 'int'?", "varchar
/// needs a length, as in varchar(64)").
Type parse_type(std::string_view text);

/// The canonical spelling, lower case: `parse_type(to_string(t)) == t` for every valid non-native
/// t.
std::string to_string(const Type& type);

/// The name alone: "varchar".
std::string_view name_of(TypeKind kind);

bool is_integer(TypeKind kind);   ///< tinyint … bigint
bool is_text(TypeKind kind);      ///< char … longtext
bool is_binary(TypeKind kind);    ///< binary … longblob, vector
bool is_temporal(TypeKind kind);  ///< date, time, datetime, timestamp
bool is_geometry(TypeKind kind);
bool is_numeric(TypeKind kind);  ///< integers, decimal, float, double, boolean, bit, year

/// True when some value of `from` cannot be held by `to` without loss (fewer digits, shorter text,
/// lost sign, dropped enum value, another family): what needs consent as a narrowing.
bool is_narrowing(const Type& from, const Type& to);
/// Of a table on SQLite: whether it is STRICT before a change, and after it.
struct Strictness {
  bool before = false;
  bool after = false;
};

/// The same for the types that a column has on SQLite, where a native type holds what its affinity
/// does not change: a declared type limits nothing there.
bool is_narrowing_on_sqlite(const Type& from, const Type& to, Strictness strict);

}  // namespace dbmig::schema
