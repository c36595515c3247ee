#include "dialect/mariadb/limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/accents.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/functions.hpp"
#include "dialect/mariadb/programs.hpp"
#include "dialect/mariadb/types.hpp"
#include "ops/sql_references.hpp"
#include "ops/sql_tokens.hpp"
#include "schema/charset.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::bytes_per_character;
using schema::charset_of;
using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;
using Path = std::vector<std::string>;

constexpr const char* kInnodb = "https://mariadb.com/kb/en/innodb-limitations/";
constexpr const char* kTypes = "https://mariadb.com/kb/en/data-types/";
constexpr const char* kGenerated = "https://mariadb.com/kb/en/generated-columns/";
constexpr const char* kConstraint = "https://mariadb.com/kb/en/constraint/";
constexpr const char* kNames = "https://mariadb.com/kb/en/identifier-names/";
constexpr const char* kForeignKeys = "https://mariadb.com/kb/en/foreign-keys/";

constexpr std::size_t kMaxColumns = 1017;
constexpr std::size_t kMaxKeys = 64;
constexpr std::size_t kMaxKeyParts = 32;
constexpr int kMaxKeyBytes = 3072;
constexpr int kMaxRowBytes = 65535;
/// Half of a page of 16 KiB without what every page holds.
constexpr int kMaxInlineBytes = 8126;

bool is_innodb(const Table& table) {
  return table.mariadb.engine.empty() || text::equals_ignoring_case(table.mariadb.engine, "innodb");
}

const Type& type_of(const Column& column) {
  return column.type_on(DialectKind::mariadb);
}

Path column_path(const Table& table, const Column& column, const char* key = "type") {
  return {"tables", table.name, "columns", column.name, key};
}

std::string column_name(const Table& table, const Column& column) {
  return fmt::format("column '{}.{}'", table.name, column.name);
}

bool is_counted(const Type& type) {
  return type.kind == TypeKind::char_ || type.kind == TypeKind::varchar ||
         type.kind == TypeKind::binary || type.kind == TypeKind::varbinary;
}

/// TEXT, BLOB, JSON and geometry, which a row only points to.
bool is_large(const Type& type) {
  const bool holds_text = schema::is_text(type.kind) || schema::is_binary(type.kind);
  return (holds_text && !is_counted(type)) || type.kind == TypeKind::json ||
         schema::is_geometry(type.kind);
}

int bytes_of_decimal(const Type& type) {
  // https://mariadb.com/kb/en/decimal/: 4 bytes for nine digits on each side of the point.
  constexpr std::array<int, 10> kBytes{0, 1, 1, 2, 2, 3, 3, 4, 4, 4};
  const int scale = type.scale.value_or(0);
  const int whole = type.length.value_or(10) - scale;
  const auto bytes = [&](int digits) {
    return digits / 9 * 4 + kBytes[static_cast<std::size_t>(std::max(0, digits % 9))];
  };
  return bytes(whole) + bytes(scale);
}

struct Size {
  TypeKind kind;
  int bytes;
};

// https://mariadb.com/kb/en/data-type-storage-requirements/
constexpr std::array kSizes{
    Size{TypeKind::tinyint, 1},  Size{TypeKind::boolean, 1},  Size{TypeKind::year, 1},
    Size{TypeKind::smallint, 2}, Size{TypeKind::date, 3},     Size{TypeKind::mediumint, 3},
    Size{TypeKind::integer, 4},  Size{TypeKind::inet4, 4},    Size{TypeKind::bigint, 8},
    Size{TypeKind::double_, 8},  Size{TypeKind::uuid, 16},    Size{TypeKind::inet6, 16},
    Size{TypeKind::time, 3},     Size{TypeKind::datetime, 5}, Size{TypeKind::timestamp, 4},
};

/// Bytes of the value of a type that is neither counted nor large; 0 for one that is not known.
int fixed_bytes(const Type& type) {
  const auto* const size = std::find_if(kSizes.begin(), kSizes.end(),
                                        [&](const Size& s) { return s.kind == type.kind; });
  if (size != kSizes.end()) {
    const bool has_fraction = schema::is_temporal(type.kind) && type.kind != TypeKind::date;
    return size->bytes + (has_fraction ? (type.length.value_or(0) + 1) / 2 : 0);
  }
  constexpr int kDigitsOfFloat = 24;
  if (type.kind == TypeKind::float_) {
    return type.length.value_or(0) > kDigitsOfFloat && !type.scale ? 8 : 4;
  }
  if (type.kind == TypeKind::decimal) return bytes_of_decimal(type);
  if (type.kind == TypeKind::bit) return (type.length.value_or(1) + 7) / 8;
  if (type.kind == TypeKind::enum_) return type.values.size() > 255 ? 2 : 1;
  if (type.kind == TypeKind::set) {
    const auto bytes = static_cast<int>((type.values.size() + 7) / 8);
    return bytes > 4 ? 8 : std::max(1, bytes);
  }
  return 0;
}

/// The characters or bytes of a char, varchar, binary or varbinary, in bytes.
int counted_bytes(const Table& table, const Column& column) {
  const Type& type = type_of(column);
  const int each = schema::is_text(type.kind) ? bytes_per_character(table, column) : 1;
  return type.length.value_or(1) * each;
}

void columns(const Table& table, const LimitCheck& in) {
  if (!is_innodb(table) || table.columns.size() <= kMaxColumns) return;
  in.found.push_back({{"tables", table.name},
                      fmt::format("table '{}' has {} columns, and InnoDB takes {}", table.name,
                                  table.columns.size(), kMaxColumns),
                      "make two tables of it"});
}

void lengths(const Table& table, const LimitCheck& in) {
  for (const Column& column : table.columns) {
    const Type& type = type_of(column);
    const int length = type.length.value_or(0);
    std::string advice;
    if ((type.kind == TypeKind::char_ || type.kind == TypeKind::binary) && length > 255) {
      const bool text = type.kind == TypeKind::char_;
      advice = fmt::format("{} holds 255 {} at most; use {}", schema::name_of(type.kind),
                           text ? "characters" : "bytes", text ? "varchar" : "varbinary");
    } else if (type.kind == TypeKind::varchar || type.kind == TypeKind::varbinary) {
      // The length itself takes two bytes of the row.
      const bool text = type.kind == TypeKind::varchar;
      const int most = kMaxRowBytes / (text ? bytes_per_character(table, column) : 1);
      if (length > most) {
        advice = fmt::format("{} holds {} at most there; use {}", schema::name_of(type.kind), most,
                             text ? "text or longtext" : "blob or longblob");
      }
    } else if (type.kind == TypeKind::decimal && length > 65) {
      advice = "decimal has 65 digits at most";
    } else if (type.kind == TypeKind::decimal && type.scale.value_or(0) > 38) {
      advice = "decimal has 38 digits after the point at most";
    }
    if (advice.empty()) continue;
    in.found.push_back(
        {column_path(table, column),
         fmt::format("{} cannot be {} on MariaDB", column_name(table, column), to_string(type)),
         advice});
  }
}

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

struct Key {
  Path path;
  std::string name;
  std::vector<schema::IndexPart> parts;
  bool is_primary = false;
  bool is_unique = false;
  schema::IndexKind kind = schema::IndexKind::plain;
};

std::vector<schema::IndexPart> parts_of(const std::vector<std::string>& columns,
                                        const std::vector<schema::KeyPart>& how) {
  std::vector<schema::IndexPart> parts;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    schema::IndexPart part;
    part.column = columns[i];
    if (i < how.size()) part.length = how[i].length;
    parts.push_back(std::move(part));
  }
  return parts;
}

std::vector<Key> keys_of(const Table& table) {
  std::vector<Key> keys;
  if (table.primary_key) {
    keys.push_back({{"tables", table.name, "primary_key"},
                    "the primary key",
                    parts_of(table.primary_key->columns, table.primary_key->parts),
                    true,
                    true});
  }
  for (const schema::Unique& unique : table.uniques) {
    keys.push_back({{"tables", table.name, "unique", unique.name},
                    fmt::format("unique constraint '{}'", unique.name),
                    parts_of(unique.columns, unique.parts),
                    false,
                    true});
  }
  for (const schema::Index& index : table.indexes) {
    keys.push_back({{"tables", table.name, "indexes", index.name},
                    fmt::format("index '{}'", index.name),
                    index.parts,
                    false,
                    index.unique,
                    index.kind});
  }
  return keys;
}

void keys(const Table& table, const LimitCheck& in) {
  const std::vector<Key> all = keys_of(table);
  if (all.size() > kMaxKeys) {
    in.found.push_back({{"tables", table.name},
                        fmt::format("table '{}' has {} keys, and MariaDB takes {}", table.name,
                                    all.size(), kMaxKeys),
                        "drop indexes that other indexes begin with"});
  }
  for (const Key& key : all) {
    if (key.parts.size() <= kMaxKeyParts) continue;
    in.found.push_back({key.path,
                        fmt::format("{} of table '{}' has {} columns, and MariaDB takes {}",
                                    key.name, table.name, key.parts.size(), kMaxKeyParts),
                        "leave columns out"});
  }
}

/// The bytes that a part takes in a key; nothing for a whole TEXT or BLOB.
std::optional<int> part_bytes(const Table& table, const schema::IndexPart& part) {
  const Column* column = table.find_column(part.column);
  if (column == nullptr) return 0;
  const Type& type = type_of(*column);
  const bool text = schema::is_text(type.kind) || type.kind == TypeKind::json;
  const int each = text ? bytes_per_character(table, *column) : 1;
  if (part.length > 0 && (is_large(type) || is_counted(type))) return part.length * each;
  if (is_counted(type)) return counted_bytes(table, *column);
  if (is_large(type)) return std::nullopt;
  return fixed_bytes(type);
}

void key_bytes(const Table& table, const LimitCheck& in) {
  if (!is_innodb(table)) return;
  for (const Key& key : keys_of(table)) {
    if (key.kind != schema::IndexKind::plain) continue;
    // A unique key that is too long becomes a hash, a plain one over one column is cut.
    if (!key.is_primary && (key.is_unique || key.parts.size() < 2)) continue;
    int bytes = 0;
    for (const schema::IndexPart& part : key.parts) {
      const std::optional<int> size = part_bytes(table, part);
      if (!size && key.is_primary) {
        const Column& column = table.column(part.column);
        in.found.push_back(
            {key.path,
             fmt::format("{} of table '{}' is over all of {}, which is {}", key.name, table.name,
                         column_name(table, column), to_string(type_of(column))),
             "make the column a varchar, or give a prefix length under mariadb:"});
        return;
      }
      bytes += size.value_or(0);
    }
    if (bytes <= kMaxKeyBytes) continue;
    in.found.push_back({key.path,
                        fmt::format("{} of table '{}' takes {} bytes, and InnoDB takes {}",
                                    key.name, table.name, bytes, kMaxKeyBytes),
                        "shorten its columns, or give a prefix length"});
  }
}

void key_kinds(const Table& table, const LimitCheck& in) {
  for (const schema::Index& index : table.indexes) {
    for (const schema::IndexPart& part : index.parts) {
      const Column* column = table.find_column(part.column);
      if (column == nullptr) continue;
      const Type& type = type_of(*column);
      const bool is_text = schema::is_text(type.kind);
      if (index.kind == schema::IndexKind::fulltext && !is_text && type.kind != TypeKind::json &&
          type.kind != TypeKind::native) {
        in.found.push_back(
            {{"tables", table.name, "indexes", index.name},
             fmt::format("full-text index '{}' of table '{}' is over {}, which is {}", index.name,
                         table.name, column_name(table, *column), to_string(type)),
             "only char, varchar and text columns can be in one"});
      }
      if (index.kind != schema::IndexKind::spatial) continue;
      const bool is_geometry = schema::is_geometry(type.kind) || type.kind == TypeKind::native;
      if (is_geometry && !column->nullable) continue;
      in.found.push_back({{"tables", table.name, "indexes", index.name},
                          fmt::format("spatial index '{}' of table '{}' is over {}, which {}",
                                      index.name, table.name, column_name(table, *column),
                                      is_geometry ? "may be NULL" : "is no geometry"),
                          is_geometry ? "write nullable: false" : "only geometries can be in one"});
    }
  }
}

/// The row as the server counts it: texts and blobs are pointers.
void row_bytes(const Table& table, const LimitCheck& in) {
  int bytes = 0;
  int nullable = 0;
  for (const Column& column : table.columns) {
    const Type& type = type_of(column);
    if (column.nullable && !table.in_primary_key(column.name)) ++nullable;
    if (is_counted(type)) {
      const int size = counted_bytes(table, column);
      const bool is_variable = type.kind == TypeKind::varchar || type.kind == TypeKind::varbinary;
      bytes += size + (is_variable ? (size > 255 ? 2 : 1) : 0);
    } else if (is_large(type)) {
      const bool tiny = type.kind == TypeKind::tinytext || type.kind == TypeKind::tinyblob;
      const bool medium = type.kind == TypeKind::mediumtext || type.kind == TypeKind::mediumblob;
      const bool small = type.kind == TypeKind::text || type.kind == TypeKind::blob;
      bytes += 8 + (tiny ? 1 : small ? 2 : medium ? 3 : 4);
    } else {
      bytes += fixed_bytes(type);
    }
  }
  bytes += (nullable + 7) / 8;
  if (bytes <= kMaxRowBytes) return;
  in.found.push_back({{"tables", table.name},
                      fmt::format("a row of table '{}' takes up to {} bytes, and MariaDB takes {}",
                                  table.name, bytes, kMaxRowBytes),
                      "make long varchar columns text, which does not count"});
}

/// Whether all characters take the same number of bytes, so that CHAR has a fixed size.
bool has_even_characters(const Table& table, const Column& column) {
  const std::string charset = charset_of(table, column);
  return charset == "ucs2" || charset == "utf32" || bytes_per_character(table, column) == 1;
}

/// What InnoDB keeps of a column in the row's own page, its length included: all of a fixed one
/// and of one of up to 255 bytes, else the pointer to where the rest is. Measured on 10.11: the
/// documentation says 40 bytes for all long columns.
int inline_bytes(const Table& table, const Column& column) {
  constexpr int kMaxShort = 255;
  constexpr int kPointer = 20;
  const Type& type = type_of(column);
  if (is_large(type)) {
    const bool tiny = type.kind == TypeKind::tinytext || type.kind == TypeKind::tinyblob;
    return (tiny ? kMaxShort : kPointer) + 1;
  }
  if (!is_counted(type)) return fixed_bytes(type);
  const int size = counted_bytes(table, column);
  const bool is_fixed = type.kind == TypeKind::binary ||
                        (type.kind == TypeKind::char_ && has_even_characters(table, column));
  if (is_fixed) return size;
  if (size <= kMaxShort) return size + 1;
  return table.in_primary_key(column.name) ? size + 2 : kPointer + 1;
}

void page_bytes(const Table& table, const LimitCheck& in) {
  const std::string format = text::lower(table.mariadb.row_format);
  if (!is_innodb(table) || (!format.empty() && format != "dynamic")) return;
  constexpr int kHeader = 5;
  constexpr int kSystemColumns = 13;
  constexpr int kRowId = 6;
  int bytes = kHeader + kSystemColumns + (table.primary_key ? 0 : kRowId);
  int nullable = 0;
  for (const Column& column : table.columns) {
    if (column.generated && !column.generated->stored) continue;
    if (column.nullable && !table.in_primary_key(column.name)) ++nullable;
    bytes += inline_bytes(table, column);
  }
  bytes += (nullable + 7) / 8;
  if (bytes <= kMaxInlineBytes) return;
  in.found.push_back(
      {{"tables", table.name},
       fmt::format("table '{}' has too many columns for one page of InnoDB: they take {} bytes "
                   "there, and {} fit",
                   table.name, bytes, kMaxInlineBytes),
       "make two tables of it, or make varchar and char columns text, which takes 21 bytes there"});
}

/// The parts of a table that hold an expression.
template <class Visit>
void each_expression(const Table& table, Visit visit) {
  for (const schema::Check& check : table.checks) {
    visit(Path{"tables", table.name, "checks", check.name},
          fmt::format("check '{}' of table '{}'", check.name, table.name), check.sql,
          FunctionUse::check);
  }
  for (const Column& column : table.columns) {
    if (column.generated) {
      visit(column_path(table, column, "generated"), column_name(table, column),
            column.generated->sql,
            column.generated->stored ? FunctionUse::stored : FunctionUse::generated);
    }
    if (column.default_value && column.default_value->kind == schema::Default::Kind::sql) {
      visit(column_path(table, column, "default"), "the default of " + column_name(table, column),
            column.default_value->sql, FunctionUse::default_value);
    }
  }
}

void autoincrement_in_expressions(const Table& table, const LimitCheck& in) {
  std::set<std::string> numbered;
  for (const Column& column : table.columns) {
    if (column.autoincrement) numbered.insert(column.name);
  }
  if (numbered.empty()) return;
  each_expression(table, [&](Path path, const std::string& what, const schema::SqlText& sql,
                             FunctionUse use) {
    if (use == FunctionUse::default_value) return;
    if (!ops::mentions_any({sql.for_dialect(DialectKind::mariadb), {}, {}}, table.name, numbered))
      return;
    in.found.push_back({std::move(path),
                        fmt::format("{} uses '{}', which is autoincrement; MariaDB does not know "
                                    "its value in time",
                                    what, *numbered.begin()),
                        "leave that column out, or write a trigger"});
  });
}

void functions(const Table& table, const LimitCheck& in) {
  each_expression(table, [&](Path path, const std::string& what, const schema::SqlText& sql,
                             FunctionUse use) {
    const std::string& text = sql.for_dialect(DialectKind::mariadb);
    if (const auto refused = refused_function(text, use)) {
      in.found.push_back(
          {std::move(path),
           fmt::format("{} calls {}, which MariaDB {}", what, refused->name,
                       refused->is_unknown ? "does not have" : "does not take there"),
           refused->is_unknown ? "write it for each database: {sqlite: …, mariadb: …}"
                               : "its answer changes while the rows stay; let the application or a "
                                 "trigger do it"});
    }
  });
}

void comments(const Table& table, const LimitCheck& in) {
  const auto check = [&](Path path, const std::string& what, const std::string& comment,
                         std::size_t most) {
    const std::size_t length = text::utf8_length(comment);
    if (length <= most) return;
    in.found.push_back({std::move(path),
                        fmt::format("the comment of {} has {} characters, and MariaDB takes {}",
                                    what, length, most),
                        "shorten it"});
  };
  constexpr std::size_t kOfTable = 2048;
  constexpr std::size_t kOfColumn = 1024;
  check({"tables", table.name, "comment"}, fmt::format("table '{}'", table.name), table.comment,
        kOfTable);
  for (const Column& column : table.columns) {
    check(column_path(table, column, "comment"), column_name(table, column), column.comment,
          kOfColumn);
  }
  for (const schema::Index& index : table.indexes) {
    check({"tables", table.name, "indexes", index.name}, fmt::format("index '{}'", index.name),
          index.comment, kOfColumn);
  }
}

bool is_in_bmp(std::string_view name) {
  // Four bytes of UTF-8 begin with 0xF0 or more.
  return std::none_of(name.begin(), name.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0xF0; });
}

void letters(const Table& table, const LimitCheck& in) {
  const auto check = [&](Path path, const std::string& what, const std::string& name) {
    if (is_in_bmp(name)) return;
    in.found.push_back({std::move(path),
                        fmt::format("{} has a character in its name that MariaDB's names cannot "
                                    "hold (beyond U+FFFF)",
                                    what),
                        "rename it"});
  };
  check({"tables", table.name}, fmt::format("table '{}'", table.name), table.name);
  for (const Column& column : table.columns) {
    check({"tables", table.name, "columns", column.name}, column_name(table, column), column.name);
  }
  for (const Key& key : keys_of(table)) {
    if (!key.is_primary) check(key.path, key.name, key.path.back());
  }
  for (const schema::Check& c : table.checks) {
    check({"tables", table.name, "checks", c.name}, fmt::format("check '{}'", c.name), c.name);
  }
  for (const schema::ForeignKey& key : table.foreign_keys) {
    check({"tables", table.name, "foreign_keys", key.name},
          fmt::format("foreign key '{}'", key.name), key.name);
  }
}

/// A foreign key may not change a column that a stored one is computed of.
void actions_on_base_columns(const Table& table, const LimitCheck& in) {
  using schema::ReferentialAction;
  const auto changes = [](ReferentialAction action) {
    return action == ReferentialAction::set_null || action == ReferentialAction::set_default;
  };
  for (const schema::ForeignKey& key : table.foreign_keys) {
    if (!changes(key.on_delete) && !changes(key.on_update) &&
        key.on_update != ReferentialAction::cascade) {
      continue;
    }
    const std::set<std::string> own(key.columns.begin(), key.columns.end());
    for (const std::string& name : key.columns) {
      const Column* column = table.find_column(name);
      if (column == nullptr || !column->generated) continue;
      in.found.push_back({{"tables", table.name, "foreign_keys", key.name},
                          fmt::format("foreign key '{}' of table '{}' may change {}, which is "
                                      "generated",
                                      key.name, table.name, column_name(table, *column)),
                          "leave the action out"});
    }
    for (const Column& column : table.columns) {
      if (!column.generated || !column.generated->stored) continue;
      const std::string& sql = column.generated->sql.for_dialect(DialectKind::mariadb);
      if (!ops::mentions_any({sql, {}, {}}, table.name, own)) continue;
      in.found.push_back(
          {{"tables", table.name, "foreign_keys", key.name},
           fmt::format("foreign key '{}' of table '{}' may change a column that stored {} is "
                       "computed of",
                       key.name, table.name, column_name(table, column)),
           "make the column virtual, or leave the action out"});
    }
  }
}

constexpr std::array kLimits{
    Limit{"columns in a table", kInnodb, columns},
    Limit{"lengths of types", kTypes, lengths},
    Limit{"collations of a character set",
          "https://mariadb.com/kb/en/supported-character-sets-and-collations/", collations},
    Limit{"members of ENUM and SET", "https://mariadb.com/kb/en/enum/", members},
    Limit{"keys in a table, columns in a key", kInnodb, keys},
    Limit{"bytes in a key", kInnodb, key_bytes},
    Limit{"full-text and spatial indexes", "https://mariadb.com/kb/en/full-text-index-overview/",
          key_kinds},
    Limit{"bytes in a row", "https://mariadb.com/kb/en/data-type-storage-requirements/", row_bytes},
    Limit{"bytes of a row in its page",
          "https://mariadb.com/kb/en/troubleshooting-row-size-too-large-errors-with-innodb/",
          page_bytes},
    Limit{"AUTO_INCREMENT columns in expressions", kGenerated, autoincrement_in_expressions},
    Limit{"functions in expressions", kConstraint, functions},
    Limit{"characters in a comment", "https://mariadb.com/kb/en/create-table/", comments},
    Limit{"characters in a name", kNames, letters},
    Limit{"actions of foreign keys", kForeignKeys, actions_on_base_columns},
    Limit{"defaults of JSON columns", "https://mariadb.com/kb/en/json-data-type/", json_defaults},
    Limit{"what triggers are", "https://mariadb.com/kb/en/create-trigger/", nullptr,
          check_triggers},
    Limit{"functions in views and triggers", "https://mariadb.com/kb/en/built-in-functions/",
          nullptr, check_functions},
    Limit{"names of functions, procedures and events", "https://mariadb.com/kb/en/mysqlproc-table/",
          nullptr, check_routine_names},
};

}  // namespace

std::span<const Limit> limits() {
  return kLimits;
}

std::vector<Refusal> MariadbDialect::refusals(const schema::Schema& schema) const {
  const schema::Schema mine = schema::on_dialect(schema, DialectKind::mariadb);
  std::vector<Refusal> found;
  const LimitCheck check{mine, found};
  for (const auto& [name, table] : mine.tables) {
    for (const Limit& limit : kLimits) {
      if (limit.check != nullptr) limit.check(table, check);
    }
  }
  for (const Limit& limit : kLimits) {
    if (limit.check_rest != nullptr) limit.check_rest(check);
  }
  return found;
}

}  // namespace dbmig::dialect::mariadb
