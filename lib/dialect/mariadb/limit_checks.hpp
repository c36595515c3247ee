#pragma once

#include <string>
#include <vector>

#include "dialect/mariadb/limits.hpp"
#include "schema/charset.hpp"

// Internal to limits.cpp: its larger checks, a file for each thing that they look at.

namespace dbmig::dialect::mariadb::limit_checks {

using Path = std::vector<std::string>;
using schema::bytes_per_character;
using schema::charset_of;
using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;

bool is_innodb(const Table& table);
const Type& type_of(const Column& column);
Path column_path(const Table& table, const Column& column, const char* key = "type");
/// "column 't.c'".
std::string column_name(const Table& table, const Column& column);

// limits_rows.cpp: what a row holds, in bytes.

inline constexpr int kMaxRowBytes = 65535;

/// Whether its length is said, in characters or bytes.
bool is_counted(const Type& type);
/// Text and blobs of any length.
bool is_large(const Type& type);
/// Bytes of the value of a type that is neither counted nor large; 0 for one that is not known.
int fixed_bytes(const Type& type);
/// The characters or bytes of a char, varchar, binary or varbinary, in bytes.
int counted_bytes(const Table& table, const Column& column);
void row_bytes(const Table& table, const LimitCheck& in);
void page_bytes(const Table& table, const LimitCheck& in);

// limits_keys.cpp

/// A key in whatever form it has.
struct Key {
  Path path;
  std::string name;
  std::vector<schema::IndexPart> parts;
  bool is_primary = false;
  bool is_unique = false;
  schema::IndexKind kind = schema::IndexKind::plain;
};

std::vector<Key> keys_of(const Table& table);
void keys(const Table& table, const LimitCheck& in);
void key_bytes(const Table& table, const LimitCheck& in);
void key_kinds(const Table& table, const LimitCheck& in);
void key_names(const Table& table, const LimitCheck& in);
void key_prefixes(const Table& table, const LimitCheck& in);
void partition_columns(const Table& table, const LimitCheck& in);

// limits_columns.cpp
void column_properties(const Table& table, const LimitCheck& in);

// limits_foreign_keys.cpp: what they are over, and what they do.
void foreign_keys(const Table& table, const LimitCheck& in);

// limits_text.cpp: character sets, collations and members of lists.
void collations(const Table& table, const LimitCheck& in);
void charsets(const Table& table, const LimitCheck& in);
void members(const Table& table, const LimitCheck& in);

// limits_periods.cpp: what foreign keys may not change of a period of the application.
void actions_on_periods(const Table& table, const LimitCheck& in);

}  // namespace dbmig::dialect::mariadb::limit_checks
