#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/text.hpp"
#include "schema/literal.hpp"
#include "schema/rules.hpp"

namespace dbmig::schema {
namespace {

std::string subject(const Table& table, const Column& column) {
  return fmt::format("column '{}.{}'", table.name, column.name);
}

Rules::Path path_of(const Table& table, const Column& column, std::string key) {
  return {"tables", table.name, "columns", column.name, std::move(key)};
}

/// Why MariaDB refuses `type`, or nothing. Source: https://mariadb.com/kb/en/data-types/; the limit
/// of VARCHAR is that of utf8mb4, four bytes a character in a row of 65535.
std::optional<std::string> mariadb_limit(const Type& type) {
  const int length = type.length.value_or(0);
  const int scale = type.scale.value_or(0);
  if (type.kind == TypeKind::char_ && length > 255) return "char holds 255 characters at most";
  if (type.kind == TypeKind::varchar && length > 65532) return "use text or longtext";
  if (type.kind == TypeKind::binary && length > 255) return "binary holds 255 bytes at most";
  if (type.kind == TypeKind::varbinary && length > 65532) return "use blob or longblob";
  if (type.kind == TypeKind::vector && (length < 1 || length > 16383)) {
    return "a vector has 1 to 16383 numbers";
  }
  if (type.kind == TypeKind::decimal && length > 65) return "decimal has 65 digits at most";
  if (type.kind == TypeKind::decimal && scale > 38) {
    return "decimal has 38 digits after the point at most";
  }
  const bool is_float = type.kind == TypeKind::float_ || type.kind == TypeKind::double_;
  if (is_float && (length > 255 || scale > 30)) {
    return "it has 255 digits at most, 30 of them after the point";
  }
  return std::nullopt;
}

void check_type(const Rules& rules, const Table& table, const Column& column) {
  if (!rules.only_on(table.only, DialectKind::mariadb)) return;
  const Type& type = column.type_on(DialectKind::mariadb);
  if (const auto limit = mariadb_limit(type)) {
    rules.add(path_of(table, column, "type"),
              fmt::format("{} cannot be {} on MariaDB", subject(table, column), to_string(type)),
              *limit);
  }
}

bool is_call_or_keyword(const std::string& text) {
  static const std::set<std::string> kWords = {
      "current_timestamp", "current_date", "current_time", "now", "localtimestamp", "localtime"};
  const std::string word = text::lower(text.substr(0, text.find('(')));
  return kWords.count(word) != 0 || (!text.empty() && text.back() == ')');
}

/// What is said for one database alone leaves nothing for the other.
void check_both_said(const Rules& rules, const Table& table, const Column& column,
                     const std::string& place, const SqlText& sql) {
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!rules.lives_on(table.only, kind) || !sql.for_dialect(kind).empty()) continue;
    const bool is_default = place == "default";
    const char* what = is_default ? "has nothing for its default" : "is generated from nothing";
    rules.add(path_of(table, column, place),
              fmt::format("{} {} on {}", subject(table, column), what, product_name(kind)),
              is_default ? "write it for each: {sqlite: …, mariadb: …}; NULL means no default there"
                         : "write it for each: {sqlite: …, mariadb: …}");
  }
}

void check_default(const Rules& rules, const Table& table, const Column& column) {
  if (!column.default_value) return;
  const Default& d = *column.default_value;
  if (column.generated) {
    rules.add(path_of(table, column, "default"),
              fmt::format("{} is generated and has a default", subject(table, column)),
              "remove one of the two");
    return;
  }
  // SQLite lets it stand, and never uses it.
  if (column.autoincrement && rules.lives_on(table.only, DialectKind::mariadb)) {
    rules.add(path_of(table, column, "default"),
              fmt::format("{} is autoincrement and has a default", subject(table, column)),
              "remove one of the two");
    return;
  }
  if (d.kind == Default::Kind::sql) {
    if (d.sql.empty()) {
      rules.add(path_of(table, column, "default"),
                fmt::format("the default of {} is empty SQL", subject(table, column)),
                "write an expression, or remove the default");
    } else {
      check_both_said(rules, table, column, "default", d.sql);
    }
    return;
  }
  if (coerce(d, column.type)) return;
  const bool is_sql = d.kind == Default::Kind::string && is_call_or_keyword(d.literal);
  rules.add(path_of(table, column, "default"),
            fmt::format("the default '{}' of {} is not a value of {}", d.literal,
                        subject(table, column), to_string(column.type)),
            is_sql ? fmt::format("write SQL as {{sql: {}}}", portable_default(d.literal))
                   : fmt::format("write a value that {} holds, or SQL as {{sql: …}}",
                                 to_string(column.type)));
}

bool is_integer_somewhere(const Rules& rules, const Table& table, const Column& column) {
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    const Type& type = column.type_on(kind);
    const bool fits = is_integer(type.kind) || type.kind == TypeKind::native;
    if (rules.lives_on(table.only, kind) && fits) return true;
  }
  return false;
}

/// Whether `fits` holds for the columns of one of the table's keys and indexes.
template <class Fits>
bool has_key_that(const Table& table, const Fits& fits) {
  const auto columns_of = [](const Index& index) {
    std::vector<std::string> columns;
    for (const IndexPart& part : index.parts) columns.push_back(part.column);
    return columns;
  };
  return (table.primary_key && fits(table.primary_key->columns)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(),
                     [&](const Unique& unique) { return fits(unique.columns); }) ||
         std::any_of(table.indexes.begin(), table.indexes.end(),
                     [&](const Index& index) { return fits(columns_of(index)); });
}

/// InnoDB numbers by looking up the largest value, so that the column has to lead some key.
bool leads_a_key(const Table& table, const std::string& column) {
  return has_key_that(table, [&](const std::vector<std::string>& columns) {
    return !columns.empty() && columns.front() == column;
  });
}

/// MyISAM and Aria number each group of the columns before it, where a key says so.
/// Source: https://mariadb.com/kb/en/auto_increment/
bool is_numbered_in_groups(const Table& table, const std::string& column) {
  const std::string& engine = table.mariadb.engine;
  const bool can_be =
      text::equals_ignoring_case(engine, "myisam") || text::equals_ignoring_case(engine, "aria");
  return can_be && has_key_that(table, [&](const std::vector<std::string>& columns) {
           return std::find(columns.begin(), columns.end(), column) != columns.end();
         });
}

void check_autoincrement(const Rules& rules, const Table& table, const Column& column) {
  if (!column.autoincrement) return;
  const Rules::Path path = path_of(table, column, "autoincrement");
  if (!is_integer_somewhere(rules, table, column)) {
    rules.add(path,
              fmt::format("{} is autoincrement and of type {}", subject(table, column),
                          to_string(column.type)),
              "only integers can be: tinyint, smallint, mediumint, integer, bigint");
  }
  if (column.generated) {
    rules.add(path, fmt::format("{} is autoincrement and generated", subject(table, column)),
              "remove one of the two");
  }
  if (!rules.lives_on(table.only, DialectKind::mariadb)) {
    const bool alone = table.in_primary_key(column.name) && table.primary_key->columns.size() == 1;
    if (!alone) {
      rules.add(path,
                fmt::format("{} is autoincrement and not the primary key", subject(table, column)),
                fmt::format("SQLite numbers nothing else: write primary_key: [{}]", column.name));
    }
  } else if (is_numbered_in_groups(table, column.name) && !leads_a_key(table, column.name)) {
    if (rules.only_on(table.only, DialectKind::mariadb)) return;
    rules.add(path,
              fmt::format("{} is autoincrement and not the first column of a key: numbered within "
                          "the columns before it, which SQLite does not do",
                          subject(table, column)),
              fmt::format("mark table '{}' as only: mariadb", table.name));
  } else if (!leads_a_key(table, column.name)) {
    rules.add(path,
              fmt::format("{} is autoincrement and not the first column of a key",
                          subject(table, column)),
              fmt::format("write primary_key: [{}], or an index that begins with it", column.name));
  }
}

void check_names(const Rules& rules, const Table& table) {
  std::map<std::string, std::string> seen;
  for (const Column& column : table.columns) {
    const Rules::Path path = {"tables", table.name, "columns", column.name};
    rules.check_name(path, "column", column.name, table.only);
    const auto [at, is_new] = seen.emplace(rules.folded(column.name, table.only), column.name);
    if (is_new) continue;
    if (text::lower(at->second) == text::lower(column.name)) {
      rules.add(path, fmt::format("table '{}' has two columns named '{}'", table.name, column.name),
                "case does not tell columns apart: rename one of the two");
    } else {
      rules.add(path,
                fmt::format("columns '{}' and '{}' of table '{}' are one to MariaDB", at->second,
                            column.name, table.name),
                "it does not tell letters apart by their case: rename one of the two");
    }
  }
}

}  // namespace

void check_columns(const Rules& rules, const Table& table) {
  check_names(rules, table);
  const Column* numbered = nullptr;
  for (const Column& column : table.columns) {
    check_type(rules, table, column);
    check_default(rules, table, column);
    check_autoincrement(rules, table, column);
    if (column.generated && column.generated->sql.empty()) {
      rules.add(path_of(table, column, "generated"),
                fmt::format("{} is generated from nothing", subject(table, column)),
                "write its expression under sql:");
    } else if (column.generated) {
      check_both_said(rules, table, column, "generated", column.generated->sql);
    }
    // A primary key in SQLite may hold NULL, by an old mistake that its authors keep.
    if (column.nullable && table.in_primary_key(column.name) &&
        rules.lives_on(table.only, DialectKind::mariadb)) {
      rules.add(path_of(table, column, "nullable"),
                fmt::format("{} is nullable and in the primary key", subject(table, column)),
                "remove nullable: true");
    }
    if (column.autoincrement && numbered != nullptr) {
      rules.add(path_of(table, column, "autoincrement"),
                fmt::format("table '{}' has two autoincrement columns, '{}' and '{}'", table.name,
                            numbered->name, column.name),
                "there can be only one");
    }
    if (column.autoincrement) numbered = &column;
  }
}

}  // namespace dbmig::schema
