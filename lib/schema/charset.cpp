#include "schema/charset.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/text.hpp"

namespace dbmig::schema {

std::string charset_of(const Table& table, const Column& column) {
  const bool own = !column.mariadb.charset.empty() || !column.mariadb.collation.empty();
  std::string charset = own ? column.mariadb.charset : table.mariadb.charset;
  if (charset.empty()) charset = own ? column.mariadb.collation : table.mariadb.collation;
  charset = text::lower(charset.substr(0, charset.find('_')));
  // The collations uca1400_… are those of any Unicode set.
  return charset == "uca1400" ? std::string() : charset;
}

int bytes_per_character(const Table& table, const Column& column) {
  const std::string charset = charset_of(table, column);
  if (charset.empty()) return 4;
  for (const char* name : {"utf8mb4", "utf16", "utf16le", "utf32"}) {
    if (charset == name) return 4;
  }
  for (const char* name : {"utf8", "utf8mb3", "ujis", "eucjpms"}) {
    if (charset == name) return 3;
  }
  for (const char* name : {"ucs2", "big5", "gbk", "gb2312", "sjis", "cp932", "euckr"}) {
    if (charset == name) return 2;
  }
  return 1;
}

TextRules text_rules(const Table& table) {
  return {text::lower(table.mariadb.charset), text::lower(table.mariadb.collation)};
}

TextRules text_rules(const Table& table, const Column& column) {
  const MariadbColumn& own = column.mariadb;
  if (own.charset.empty() && own.collation.empty()) return text_rules(table);
  return {text::lower(own.charset), text::lower(own.collation)};
}

bool has_text(const Column& column) {
  const TypeKind kind = column.type_on(DialectKind::mariadb).kind;
  return is_text(kind) || kind == TypeKind::enum_ || kind == TypeKind::set;
}

bool holds_all_text(const std::string& charset) {
  static constexpr std::array<std::string_view, 7> kWhole{"",      "utf8mb4", "utf16",  "utf16le",
                                                          "utf32", "binary",  "uca1400"};
  return std::find(kWhole.begin(), kWhole.end(), charset) != kWhole.end();
}

bool forgets_case(const TextRules& from, const TextRules& to) {
  const bool by_letter = from.collation.ends_with("_bin") || from.collation.ends_with("_cs");
  const std::string old = from.collation.substr(0, from.collation.find('_'));
  return by_letter && to.collation.empty() && !to.charset.empty() && to.charset != "binary" &&
         to.charset != old;
}

}  // namespace dbmig::schema
