#pragma once

#include <string>

#include "schema/table.hpp"

namespace dbmig::schema {

/// The character set that MariaDB gives `column` if the model gives one, its own or the
/// table's, by name or as the beginning of a collation's; lower case. Empty when nothing is said:
/// then it is the database's.
std::string charset_of(const Table& table, const Column& column);

/// The most bytes that a character of `column` takes on MariaDB; 4 when no character set is said.
/// Source: https://mariadb.com/kb/en/supported-character-sets-and-collations/
int bytes_per_character(const Table& table, const Column& column);

/// Character set and collation of text on MariaDB, where the model gives them; lower case.
struct TextRules {
  std::string charset;
  std::string collation;
  friend bool operator==(const TextRules&, const TextRules&) = default;
};

TextRules text_rules(const Table& table);
/// Of a column, which takes those of its table when it says neither.
TextRules text_rules(const Table& table, const Column& column);

/// Whether the column holds text that has a character set on MariaDB: char to longtext, enum, set.
bool has_text(const Column& column);

/// Whether `charset` has all of Unicode, as `utf8mb4`; also when it is empty, or `binary`, which
/// takes any byte.
bool holds_all_text(const std::string& charset);

/// Whether text that `from` compares letter by letter (`_bin`, `_cs`) would be compared without
/// case under `to` because that names another character set and no collation: each character set
/// but `binary` has a collation without case by default.
bool forgets_case(const TextRules& from, const TextRules& to);

}  // namespace dbmig::schema
