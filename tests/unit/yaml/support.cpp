#include "support.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <vector>

#include "schema/validate.hpp"

namespace dbmig::test {
namespace {

const std::vector<std::string>& fragments() {
  static const std::vector<std::string> kFragments = {"a",
                                                      "SELECT",
                                                      " ",
                                                      "  ",
                                                      ":",
                                                      ": ",
                                                      " #",
                                                      "#",
                                                      "-",
                                                      "- ",
                                                      "?",
                                                      "? ",
                                                      ",",
                                                      "[",
                                                      "]",
                                                      "{",
                                                      "}",
                                                      "&a",
                                                      "*a",
                                                      "!",
                                                      "!!str ",
                                                      "|",
                                                      ">",
                                                      "'",
                                                      "''",
                                                      "\"",
                                                      "\\",
                                                      "\\n",
                                                      "%",
                                                      "@",
                                                      "`",
                                                      "null",
                                                      "Null",
                                                      "~",
                                                      "true",
                                                      "False",
                                                      "yes",
                                                      "No",
                                                      "on",
                                                      "y",
                                                      "0",
                                                      "1",
                                                      "-1",
                                                      "0x1F",
                                                      "0o17",
                                                      "1e10",
                                                      "1_000",
                                                      "12:30",
                                                      ".5",
                                                      ".inf",
                                                      "<<",
                                                      "=",
                                                      "---",
                                                      "...",
                                                      "2024-02-29",
                                                      "ñ",
                                                      "名",
                                                      "🎉",
                                                      "é",
                                                      "\xC2\x85",
                                                      "\xC2\xA0",
                                                      "\xE2\x80\xA8",
                                                      "\xEF\xBB\xBF",
                                                      "\xE2\x80\x8B",
                                                      "\xEF\xBF\xBF",
                                                      "\x7F",
                                                      "\x01",
                                                      "\x1B",
                                                      "\t",
                                                      "$x",
                                                      "${x}",
                                                      "(",
                                                      ")",
                                                      "decimal(10,2)",
                                                      "now()",
                                                      "CURRENT_TIMESTAMP",
                                                      "key: value",
                                                      "x",
                                                      "--",
                                                      ";"};
  return kFragments;
}

template <class T>
const T& pick_or(RandomSource& random, const std::vector<T>& items, const T& other) {
  return random.chance(50) ? random.pick(items) : other;
}

schema::SqlText nasty_sql(RandomSource& random) {
  const auto text = [&] { return "x" + nasty_text(random); };
  schema::SqlText sql;
  if (random.chance(70)) sql.any = text();
  if (random.chance(30)) sql.mariadb = text();
  if (random.chance(30) || sql.empty()) sql.sqlite = text();
  return sql;
}

const std::vector<std::string>& on_conflict_words() {
  static const std::vector<std::string> kWords = {"",       "abort",   "fail",
                                                  "ignore", "replace", "rollback"};
  return kWords;
}

schema::Type native(RandomSource& random) {
  schema::Type type;
  type.kind = schema::TypeKind::native;
  static const std::vector<std::string> kTypes = {"FOO(3)", "INTEGER", "",  "null",
                                                  "true",   "a: b",    "5", "double  precision"};
  type.native = random.pick(kTypes);
  return type;
}

void decorate(schema::Column& column, RandomSource& random) {
  using schema::Default;
  static const std::vector<std::string> kCollations = {"nocase", "binary", "a b"};
  if (random.chance(30)) column.comment = nasty_text(random);
  const bool is_text = column.type.kind == schema::TypeKind::text;
  if (is_text && random.chance(60)) {
    column.default_value = Default{Default::Kind::string, nasty_text(random), {}};
  }
  if (random.chance(15)) column.sqlite.type = native(random);
  if (random.chance(10)) column.sqlite.collation = random.pick(kCollations);
  if (random.chance(10)) column.sqlite.on_conflict = random.pick(on_conflict_words());
  if (random.chance(10)) column.mariadb.invisible = true;
  if (random.chance(30) && is_text) {  // no key, so nothing must match it
    column.mariadb.charset = "utf8mb4";
    column.mariadb.collation = "utf8mb4_bin";
    column.mariadb.compressed = random.chance(50);
  }
  if (random.chance(10)) column.mariadb.on_update = "current_timestamp()";
}

void decorate(schema::Index& index, RandomSource& random) {
  if (random.chance(30)) index.where = nasty_sql(random);
  if (random.chance(30)) index.comment = nasty_text(random);
  if (random.chance(20)) index.method = random.chance(50) ? "btree" : "hash";
  if (random.chance(10)) index.ignored = true;
  for (schema::IndexPart& part : index.parts) {
    if (random.chance(20)) part.collation = random.chance(80) ? "nocase" : "odd name";
  }
  if (random.chance(20)) {
    schema::IndexPart part;
    part.expression = "x" + nasty_text(random);
    part.descending = random.chance(50);
    index.parts.push_back(part);
  }
}

void decorate(schema::Table& table, RandomSource& random) {
  if (random.chance(40)) table.comment = nasty_text(random);
  if (random.chance(30)) {
    table.mariadb.engine = "InnoDB";
    table.mariadb.charset = pick_or<std::string>(random, {"utf8mb4"}, "");
    table.mariadb.collation = pick_or<std::string>(random, {"utf8mb4_unicode_ci"}, "");
    table.mariadb.row_format = pick_or<std::string>(random, {"DYNAMIC"}, "");
    if (random.chance(50)) table.mariadb.options["KEY_BLOCK_SIZE"] = "8";
    if (random.chance(50)) table.mariadb.options["DATA DIRECTORY"] = nasty_text(random, false);
  }
  table.sqlite.strict = random.chance(5);
  for (schema::Column& column : table.columns) decorate(column, random);
  if (table.primary_key && random.chance(20)) {
    table.primary_key->on_conflict = random.pick(on_conflict_words());
  }
  if (table.primary_key && random.chance(20)) table.primary_key->name = "odd: key";
  for (schema::Unique& unique : table.uniques) {
    if (random.chance(20)) unique.on_conflict = random.pick(on_conflict_words());
  }
  for (schema::ForeignKey& key : table.foreign_keys) key.deferrable = random.chance(20);
  for (schema::Index& index : table.indexes) decorate(index, random);
  for (schema::Check& check : table.checks) {
    if (random.chance(60)) check.sql = nasty_sql(random);
  }
}

}  // namespace

std::string nasty_text(RandomSource& random, bool multi_line) {
  std::string text;
  const int count = random.between(1, 6);
  for (int i = 0; i < count; ++i) {
    text += random.pick(fragments());
    if (multi_line && random.chance(15)) text += random.chance(90) ? "\n" : "\r\n";
  }
  return text;
}

schema::Schema decorated(schema::Schema schema, RandomSource& random) {
  for (auto& entry : schema.tables) decorate(entry.second, random);
  for (auto& entry : schema.views) {
    if (random.chance(70)) entry.second.sql = nasty_sql(random);
    if (random.chance(30)) entry.second.columns = {"a", nasty_text(random, false)};
    if (random.chance(20)) entry.second.only = DialectKind::mariadb;
  }
  for (auto& entry : schema.triggers) {
    if (random.chance(70)) entry.second.sql = nasty_sql(random);
    if (random.chance(20)) entry.second.only = DialectKind::sqlite;
  }
  return schema::normalized(std::move(schema));
}

std::string damaged(std::string text, RandomSource& random) {
  for (int i = 0; i < random.between(1, 4) && !text.empty(); ++i) {
    const std::size_t at = random.below(text.size());
    switch (random.below(5)) {
      case 0:
        text.erase(at, random.below(20));
        break;
      case 1:
        text.insert(at, nasty_text(random));
        break;
      case 2:
        text[at] = static_cast<char>(random.below(256));
        break;
      case 3:
        text.resize(at);
        break;
      default:
        text.insert(at, text.substr(random.below(text.size()), random.below(40)));
    }
  }
  return text;
}

}  // namespace dbmig::test
