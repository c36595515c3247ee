#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/accents.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

/// Whether text in `charset` can be compared by `collation`.
bool belongs_to(const std::string& collation, const std::string& charset) {
  const std::string name = canonical_charset_name(collation);
  const std::string of = canonical_charset_name(charset);
  constexpr std::array kUnicode{"utf8mb4", "utf8mb3", "ucs2", "utf16", "utf32"};
  // https://mariadb.com/kb/en/supported-character-sets-and-collations/: from 10.10 on.
  if (name.starts_with("uca1400_")) {
    return std::find(kUnicode.begin(), kUnicode.end(), of) != kUnicode.end();
  }
  return charset_of_collation(name) == of;
}

/// Character set and collation that a column names, or its table for it; empty: the database's.
struct Named {
  const std::string& charset;
  const std::string& collation;
};

Named named(const Table& table, const Column& column) {
  const bool has_own = !column.mariadb.collation.empty() || !column.mariadb.charset.empty();
  if (has_own) return {column.mariadb.charset, column.mariadb.collation};
  return {table.mariadb.charset, table.mariadb.collation};
}

/// Whether it compares as accents.hpp says; a language's own may keep more letters apart.
bool is_general(const Named& in) {
  const std::string& name = in.collation;
  if (name.empty()) return in.charset.empty() || in.charset.starts_with("utf8");
  return name.starts_with("utf8") &&
         (name.ends_with("general_ci") || name.ends_with("unicode_ci") ||
          name.ends_with("unicode_520_ci") || name.ends_with("uca1400_ai_ci"));
}

/// `value` as a collation that ignores case compares it.
std::string folded(const std::string& value, const Named& in) {
  std::string out = is_general(in) ? without_accents(value) : text::lower(value);
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

bool ignores_case(const Named& in) {
  return !in.collation.ends_with("_bin") && !in.collation.ends_with("_cs") &&
         in.charset != "binary" && in.collation != "binary";
}

}  // namespace

void collations(const Table& table, const LimitCheck& in) {
  const auto check = [&](const std::string& charset, const std::string& collation, Path path,
                         const std::string& what) {
    if (charset.empty() || collation.empty() || belongs_to(collation, charset)) return;
    in.found.push_back({std::move(path),
                        fmt::format("{} is to have character set {} and collation {}, which is not "
                                    "one of that",
                                    what, charset, collation),
                        "name one that begins with the character set's name, as in charset: "
                        "utf8mb4, collation: utf8mb4_bin"});
  };
  check(table.mariadb.charset, table.mariadb.collation,
        {"tables", table.name, "mariadb", "collation"}, fmt::format("table '{}'", table.name));
  for (const Column& column : table.columns) {
    if (!has_charset(type_of(column))) continue;
    Path path = column_path(table, column, "mariadb");
    path.emplace_back("collation");
    check(column.mariadb.charset, column.mariadb.collation, std::move(path),
          column_name(table, column));
  }
}

void charsets(const Table& table, const LimitCheck& in) {
  // As information_schema.character_sets of MariaDB 10.11 and 11.8 has them, and the alias utf8.
  static constexpr std::array<std::string_view, 42> kKnown{
      "armscii8", "ascii",    "big5",  "binary",  "cp1250",  "cp1251",  "cp1256",
      "cp1257",   "cp850",    "cp852", "cp866",   "cp932",   "dec8",    "eucjpms",
      "euckr",    "gb2312",   "gbk",   "geostd8", "greek",   "hebrew",  "hp8",
      "keybcs2",  "koi8r",    "koi8u", "latin1",  "latin2",  "latin5",  "latin7",
      "macce",    "macroman", "sjis",  "swe7",    "tis620",  "ucs2",    "ujis",
      "utf16",    "utf16le",  "utf32", "utf8",    "utf8mb3", "utf8mb4", "default"};
  const auto check = [&](const std::string& charset, Path path, const std::string& what) {
    const std::string name = text::lower(charset);
    if (name.empty() || std::find(kKnown.begin(), kKnown.end(), name) != kKnown.end()) return;
    in.found.push_back(
        {std::move(path),
         fmt::format("{} is to have character set {}, which MariaDB does not have", what, charset),
         "utf8mb4 holds every text"});
  };
  check(table.mariadb.charset, {"tables", table.name, "mariadb", "charset"},
        fmt::format("table '{}'", table.name));
  for (const Column& column : table.columns) {
    Path path = column_path(table, column, "mariadb");
    path.emplace_back("charset");
    check(column.mariadb.charset, std::move(path), column_name(table, column));
  }
}

void members(const Table& table, const LimitCheck& in) {
  for (const Column& column : table.columns) {
    const Type& type = type_of(column);
    if (type.kind != TypeKind::enum_ && type.kind != TypeKind::set) continue;
    if (type.kind == TypeKind::set && type.values.size() > 64) {
      in.found.push_back({column_path(table, column),
                          fmt::format("{} has {} members, and a set takes 64",
                                      column_name(table, column), type.values.size()),
                          "make a table of them"});
    }
    const Named in_force = named(table, column);
    if (!ignores_case(in_force)) continue;
    std::map<std::string, std::string> seen;
    for (const std::string& value : type.values) {
      const auto [first, is_new] = seen.emplace(folded(value, in_force), value);
      if (is_new) continue;
      in.found.push_back(
          {column_path(table, column),
           fmt::format("{} has the members '{}' and '{}', which are one on MariaDB",
                       column_name(table, column), first->second, value),
           "write one of them differently, or give the column a collation that tells case and "
           "accents apart: mariadb: {collation: utf8mb4_bin}"});
    }
  }
}

}  // namespace dbmig::dialect::mariadb::limit_checks
