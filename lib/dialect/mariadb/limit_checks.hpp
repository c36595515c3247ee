#pragma once

#include <string>
#include <vector>

#include "dialect/mariadb/limits.hpp"

// Internal to limits.cpp: its larger checks, a file for each thing that they look at.

namespace dbmig::dialect::mariadb::limit_checks {

using Path = std::vector<std::string>;

bool is_innodb(const schema::Table& table);
const schema::Type& type_of(const schema::Column& column);
Path column_path(const schema::Table& table, const schema::Column& column,
                 const char* key = "type");
/// "column 't.c'".
std::string column_name(const schema::Table& table, const schema::Column& column);

// limits_rows.cpp: what a row holds, in bytes.

inline constexpr int kMaxRowBytes = 65535;

/// Whether its length is said, in characters or bytes.
bool is_counted(const schema::Type& type);
/// Text and blobs of any length.
bool is_large(const schema::Type& type);
/// Bytes of the value of a type that is neither counted nor large; 0 for one that is not known.
int fixed_bytes(const schema::Type& type);
/// The characters or bytes of a char, varchar, binary or varbinary, in bytes.
int counted_bytes(const schema::Table& table, const schema::Column& column);
void row_bytes(const schema::Table& table, const LimitCheck& in);
void page_bytes(const schema::Table& table, const LimitCheck& in);

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

std::vector<Key> keys_of(const schema::Table& table);
void keys(const schema::Table& table, const LimitCheck& in);
void key_bytes(const schema::Table& table, const LimitCheck& in);
void key_kinds(const schema::Table& table, const LimitCheck& in);

// limits_text.cpp: character sets, collations and members of lists.
void collations(const schema::Table& table, const LimitCheck& in);
void members(const schema::Table& table, const LimitCheck& in);

}  // namespace dbmig::dialect::mariadb::limit_checks
