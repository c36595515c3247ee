#include "schema/charset.hpp"

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

}  // namespace dbmig::schema
