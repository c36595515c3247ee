#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dialect/row_storage.hpp"
#include "schema/table.hpp"
#include "schema/type.hpp"

namespace dbmig::dialect::sqlite {

// Portable types and what SQLite is told.
//
// SQLite keeps a column's declared type as text and derives from it only an affinity: the
// conversion that values undergo on their way in. The declared name therefore carries the whole
// meaning, and must be chosen so that its affinity changes no value of the type: in a column
// declared JSON (NUMERIC affinity) the text `1e5` becomes the number 100000.0, and in one declared
// UUID 32 digits lose all but 15. Source: https://www.sqlite.org/datatype3.html
//
//   type                          declared                        affinity   in STRICT tables
//   tinyint … bigint [unsigned]   TINYINT … BIGINT [UNSIGNED]     INTEGER    INTEGER
//   the only key of a rowid table, autoincrement: INTEGER         INTEGER    INTEGER
//   decimal(p,s) [unsigned]       DECIMAL[ UNSIGNED](p,s)         NUMERIC    REAL
//   float, double [unsigned]      FLOAT, DOUBLE[ UNSIGNED][(p,s)] REAL       REAL
//   boolean, year, bit(n)         BOOLEAN, YEAR, BIT(n)           NUMERIC    INTEGER
//   char(n), varchar(n), …text    CHAR(n), VARCHAR(n), …TEXT      TEXT       TEXT
//   binary(n), varbinary(n)       BINARY_BLOB(n), VARBINARY_BLOB(n) BLOB     BLOB
//   tinyblob … longblob           TINYBLOB … LONGBLOB             BLOB       BLOB
//   date, time, datetime,         DATE, TIME, DATETIME,           NUMERIC    TEXT
//     timestamp [(fraction)]        TIMESTAMP [(fraction)]
//   json, uuid, inet4, inet6      JSON_TEXT, UUID_TEXT, …         TEXT       TEXT
//   enum, set                     ENUM_TEXT, SET_TEXT and a CHECK TEXT       TEXT and a CHECK
//   geometry, point, …            GEOMETRY, POINT, …              any        BLOB
//   native                        its text                                   its text
//
// The temporal names are the ones that every other tool on SQLite writes and that drivers look for;
// their NUMERIC affinity is harmless because no date or time looks like a number. Geometries are
// blobs or well-known text, which no affinity changes. SQLite has no unsigned 64-bit integers and
// no decimals beyond 15 digits: larger values become floating point there, whatever is declared.

/// The type to write in CREATE TABLE. Values of enum and set are not part of it (value_check.hpp).
std::string declared_type(const schema::Type& type, bool strict);

/// A type that is just this text.
schema::Type native_type(std::string declared);

/// What a declared type means.
struct TypeReading {
  schema::Type type;  ///< portable where there is one that fits
  /// Set when `declared_type(type)` has another affinity than what was read, or when `type` is only
  /// the nearest portable type: the declared text, to be kept as the column's own SQLite type.
  std::optional<schema::Type> own;
  friend bool operator==(const TypeReading&, const TypeReading&) = default;
};

/// Never fails: unknown text is a native type. ENUM_TEXT and SET_TEXT are texts as long as their
/// values are not known. `declared_type` of the reading (of `own` where set) reads the same again.
TypeReading read_type(std::string_view declared, bool strict);

/// The same for the only primary key column of a table with rowids. Just the word INTEGER makes
/// such a column the rowid, so another name of that type (INT) is kept as the column's own.
TypeReading read_key_type(std::string_view declared, bool strict);

/// Whether two declared types are the same words, whatever their letter case and spacing.
bool same_words(std::string_view declared, std::string_view other);

/// Whether what the column is declared as on SQLite (`own`) is what its portable type `type` says.
/// Of the two the database follows `own`.
bool agrees(const schema::Type& own, const schema::Type& type);

/// A numbered key that SQLite numbers as it does every rowid, without the keyword AUTOINCREMENT:
/// `autoincrement: true` with `sqlite: {type: integer}`.
bool numbers_without_keyword(const schema::Column& column);

/// Whether SQLite fills `column` by itself and no other database does: the rowid of a table for all
/// databases, without `autoincrement`, a default or a foreign key that gives it its value.
bool is_filled_by_sqlite_alone(const schema::Table& table, const schema::Column& column);

/// Whether `column` is the only one of the primary key of a table with rowids.
bool is_rowid_key(const schema::Table& table, std::string_view column);

/// Whether `column` of `table` is the rowid, which every row has: the only key, declared just
/// INTEGER.
bool is_rowid(const schema::Table& table, const schema::Column& column);

/// A name for the rowid that no column of `table` hides; nothing when there is none.
std::optional<std::string> rowid_name(const schema::Table& table);

using dialect::Affinity;
using dialect::affinity;

/// The text that a numeric literal becomes in a column of text affinity; nothing when `literal` is
/// no number.
std::optional<std::string> text_of_number(std::string_view literal);

}  // namespace dbmig::dialect::sqlite
