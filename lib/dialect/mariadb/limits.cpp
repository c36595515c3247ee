#include "dialect/mariadb/limits.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/text.hpp"
#include "dialect/mariadb/accents.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/foreign_key_names.hpp"
#include "dialect/mariadb/functions.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/programs.hpp"
#include "dialect/mariadb/types.hpp"
#include "ops/sql_references.hpp"
#include "ops/sql_tokens.hpp"
#include "schema/charset.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using limit_checks::actions_on_periods;
using limit_checks::charsets;
using limit_checks::collations;
using limit_checks::column_name;
using limit_checks::column_path;
using limit_checks::column_properties;
using limit_checks::foreign_keys;
using limit_checks::is_innodb;
using limit_checks::Key;
using limit_checks::key_bytes;
using limit_checks::key_kinds;
using limit_checks::key_names;
using limit_checks::key_prefixes;
using limit_checks::keys;
using limit_checks::keys_of;
using limit_checks::kMaxRowBytes;
using limit_checks::members;
using limit_checks::page_bytes;
using limit_checks::partition_columns;
using limit_checks::Path;
using limit_checks::row_bytes;
using limit_checks::type_of;
using schema::bytes_per_character;
using schema::charset_of;
using schema::Column;
using schema::Table;
using schema::Type;
using schema::TypeKind;

constexpr const char* kInnodb = "https://mariadb.com/kb/en/innodb-limitations/";
constexpr const char* kTypes = "https://mariadb.com/kb/en/data-types/";
constexpr const char* kGenerated = "https://mariadb.com/kb/en/generated-columns/";
constexpr const char* kConstraint = "https://mariadb.com/kb/en/constraint/";
constexpr const char* kNames = "https://mariadb.com/kb/en/identifier-names/";
constexpr const char* kForeignKeys = "https://mariadb.com/kb/en/foreign-keys/";

constexpr std::size_t kMaxColumns = 1017;

void columns(const Table& table, const LimitCheck& in) {
  if (!is_innodb(table) || table.columns.size() <= kMaxColumns) return;
  in.found.push_back({{"tables", table.name},
                      fmt::format("table '{}' has {} columns, and InnoDB takes {}", table.name,
                                  table.columns.size(), kMaxColumns),
                      "split it into two tables; `dialects: [sqlite]` in dbmig.yaml if the "
                      "project is for SQLite alone"});
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
                       refused->is_unknown ? "does not have" : "does not allow there"),
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
    Limit{"properties of columns, and their names", "https://mariadb.com/kb/en/create-table/",
          column_properties},
    Limit{"character sets", "https://mariadb.com/kb/en/supported-character-sets-and-collations/",
          charsets},
    Limit{"collations of a character set",
          "https://mariadb.com/kb/en/supported-character-sets-and-collations/", collations},
    Limit{"members of ENUM and SET", "https://mariadb.com/kb/en/enum/", members},
    Limit{"keys in a table, columns in a key", kInnodb, keys},
    Limit{"bytes in a key", kInnodb, key_bytes},
    Limit{"names of keys", kNames, key_names},
    Limit{"parts of columns in keys", "https://mariadb.com/kb/en/create-table/", key_prefixes},
    Limit{"keys of tables with partitions",
          "https://mariadb.com/kb/en/partitioning-limitations-with-mariadb/", partition_columns},
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
    Limit{"foreign keys", kForeignKeys, foreign_keys},
    Limit{"actions of foreign keys", kForeignKeys, actions_on_base_columns},
    Limit{"actions of foreign keys on periods",
          "https://mariadb.com/kb/en/application-time-periods/", actions_on_periods},
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
  if (version_ < kForeignKeyNamesPerTable) {
    for (Refusal& one : repeated_foreign_key_names(mine)) found.push_back(std::move(one));
  }
  return found;
}

}  // namespace dbmig::dialect::mariadb
