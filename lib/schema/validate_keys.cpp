#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "base/identifier.hpp"
#include "base/text.hpp"
#include "schema/rules.hpp"

namespace dbmig::schema {
namespace {

/// The columns of one key: there are some, they exist, and none comes twice.
void check_column_list(const Rules& rules, const Table& table, const Rules::Path& path,
                       const std::string& what, const std::vector<std::string>& columns) {
  if (columns.empty()) {
    rules.add(path, fmt::format("{} of table '{}' has no columns", what, table.name),
              "name at least one");
  }
  std::set<std::string> seen;
  for (const std::string& column : columns) {
    if (table.find_column(column) == nullptr) {
      rules.add(path,
                fmt::format("{} names column '{}', which table '{}' does not have", what, column,
                            table.name),
                text::suggest(column, table.column_names()));
    } else if (!seen.insert(rules.folded(column, table.only)).second) {
      rules.add(path,
                fmt::format("{} of table '{}' names column '{}' twice", what, table.name, column),
                "remove one of the two");
    }
  }
}

/// How MariaDB compares the names of checks: like those of columns, but for one letter.
std::string folded_check(const Rules& rules, const Table& table, const std::string& name) {
  return rules.lives_on(table.only, DialectKind::mariadb) ? folded_check_name(name)
                                                          : text::lower(name);
}

/// Names that must differ within one table.
class Namespace {
 public:
  /// A name in the form in which all that are one are equal.
  using Fold = std::function<std::string(const std::string&)>;
  Namespace(const Rules& rules, const Table& table, Fold fold)
      : rules_(rules), table_(table), fold_(std::move(fold)) {}

  void claim(const char* section, const std::string& what, const std::string& name) {
    if (name.empty()) return;
    if (names_.insert(fold_(name)).second) return;
    rules_.add({"tables", table_.name, section, name},
               fmt::format("table '{}' has another {} named '{}'", table_.name, what, name),
               "rename one of the two");
  }

 private:
  const Rules& rules_;
  const Table& table_;
  Fold fold_;
  std::set<std::string> names_;
};

/// MariaDB holds unique constraints and indexes in one space, and checks in one with unique
/// constraints and foreign keys; a foreign key may have the name of its index.
void check_constraint_names(const Rules& rules, const Table& table) {
  const auto as_check = [&](const std::string& name) { return folded_check(rules, table, name); };
  Namespace keys(rules, table,
                 [&](const std::string& name) { return rules.folded(name, table.only); });
  Namespace constraints(rules, table, as_check);
  // InnoDB tells them apart by more than ASCII letters.
  Namespace foreign_keys(rules, table, [](const std::string& name) { return text::lower(name); });
  for (const Unique& unique : table.uniques) {
    keys.claim("unique", "unique constraint or index", unique.name);
  }
  for (const Index& index : table.indexes) {
    keys.claim("indexes", "unique constraint or index", index.name);
  }
  std::set<std::string> taken;
  for (const Unique& unique : table.uniques) taken.insert(as_check(unique.name));
  for (const ForeignKey& key : table.foreign_keys) {
    foreign_keys.claim("foreign_keys", "foreign key", key.name);
    taken.insert(as_check(key.name));
  }
  for (const Check& check : table.checks) {
    constraints.claim("checks", "check", check.name);
    if (!check.name.empty() && taken.count(as_check(check.name)) != 0) {
      rules.add({"tables", table.name, "checks", check.name},
                fmt::format("table '{}' has another constraint named '{}'", table.name, check.name),
                "rename one of the two");
    }
  }
}

void check_index(const Rules& rules, const Table& table, const Index& index) {
  const Rules::Path path = {"tables", table.name, "indexes", index.name};
  if (!index.name.empty()) rules.check_name(path, "index", index.name, table.only);
  std::vector<std::string> columns;
  for (const IndexPart& part : index.parts) {
    if (!part.column.empty()) columns.push_back(part.column);
    if (part.column.empty() && part.expression.empty()) {
      rules.add(path, fmt::format("a part of index '{}' is empty", index.name),
                "name a column or write an expression");
    }
  }
  if (index.kind != IndexKind::vector && !index.options.empty()) {
    rules.add(path,
              fmt::format("index '{}' of table '{}' has '{}', which only a vector index has",
                          index.name, table.name, index.options.begin()->first),
              "write kind: vector, or leave it out");
  }
  const bool has_expression =
      std::any_of(index.parts.begin(), index.parts.end(),
                  [](const IndexPart& part) { return !part.expression.empty(); });
  if (!columns.empty() || !has_expression) {
    check_column_list(rules, table, path, fmt::format("index '{}'", index.name), columns);
  }
}

/// Two columns of one temporal type that are never NULL, and keys over it where there is one.
void check_period(const Rules& rules, const Table& table) {
  const auto& period = table.mariadb.period;
  const auto over_none = [&](Rules::Path path, const std::string& what) {
    rules.add(std::move(path),
              fmt::format("{} of table '{}' is without overlaps, and the table has no period", what,
                          table.name),
              "write mariadb: {period: {name: …, start: …, end: …}} at the table");
  };
  if (!period) {
    if (table.primary_key && table.primary_key->without_overlaps) {
      over_none({"tables", table.name, "primary_key"}, "the primary key");
    }
    for (const Unique& unique : table.uniques) {
      if (!unique.without_overlaps) continue;
      over_none({"tables", table.name, "unique", unique.name},
                fmt::format("unique constraint '{}'", unique.name));
    }
    return;
  }
  const Rules::Path path = {"tables", table.name, "mariadb", "period"};
  const std::string what = fmt::format("period '{}'", period->name);
  check_column_list(rules, table, path, what, {period->start, period->end});
  const Column* start = table.find_column(period->start);
  const Column* end = table.find_column(period->end);
  if (start == nullptr || end == nullptr) return;
  for (const Column* column : {start, end}) {
    const Type& type = column->type_on(DialectKind::mariadb);
    const bool takes = is_temporal(type.kind) && type.kind != TypeKind::time;
    if (!takes) {
      rules.add(path,
                fmt::format("{} of table '{}' is over column '{}', which is {}", what, table.name,
                            column->name, to_string(type)),
                "a period is of two date, datetime or timestamp columns");
    } else if (column->nullable) {
      rules.add(path,
                fmt::format("{} of table '{}' is over column '{}', which may be NULL", what,
                            table.name, column->name),
                "write nullable: false at the column");
    } else if (column->generated) {
      rules.add(path,
                fmt::format("{} of table '{}' is over column '{}', which is generated", what,
                            table.name, column->name),
                "a period is of columns that hold what is written into them");
    }
  }
  for (const Column& column : table.columns) {
    if (rules.folded(column.name, table.only) != rules.folded(period->name, table.only)) continue;
    rules.add(
        path,
        fmt::format("table '{}' has a column and a period named '{}'", table.name, period->name),
        "rename one of the two");
  }
  const auto check_parts = [&](Rules::Path key, const std::string& name,
                               const std::vector<std::string>& columns) {
    for (const std::string& column : columns) {
      if (column != period->start && column != period->end) continue;
      rules.add(
          std::move(key),
          fmt::format("{} of table '{}' is without overlaps of {}, and names its column '{}', too",
                      name, table.name, what, column),
          "leave the column out of the key: the period stands for it");
      return;
    }
  };
  if (table.primary_key && table.primary_key->without_overlaps) {
    check_parts({"tables", table.name, "primary_key"}, "the primary key",
                table.primary_key->columns);
  }
  for (const Unique& unique : table.uniques) {
    if (!unique.without_overlaps) continue;
    check_parts({"tables", table.name, "unique", unique.name},
                fmt::format("unique constraint '{}'", unique.name), unique.columns);
  }
  if (start->type_on(DialectKind::mariadb) != end->type_on(DialectKind::mariadb)) {
    rules.add(path,
              fmt::format("{} of table '{}' begins and ends with columns of different types", what,
                          table.name),
              "give both the same type");
  }
}

}  // namespace

void check_keys(const Rules& rules, const Table& table) {
  if (table.primary_key) {
    check_column_list(rules, table, {"tables", table.name, "primary_key"}, "the primary key",
                      table.primary_key->columns);
  }
  for (const Unique& unique : table.uniques) {
    const Rules::Path path = {"tables", table.name, "unique", unique.name};
    if (!unique.name.empty()) rules.check_name(path, "unique constraint", unique.name, table.only);
    check_column_list(rules, table, path, fmt::format("unique constraint '{}'", unique.name),
                      unique.columns);
  }
  for (const Index& index : table.indexes) check_index(rules, table, index);
  for (const Check& check : table.checks) {
    const Rules::Path path = {"tables", table.name, "checks", check.name};
    if (!check.name.empty()) rules.check_name(path, "check", check.name, table.only);
    if (check.sql.empty()) {
      rules.add(path, fmt::format("check '{}' of table '{}' is empty", check.name, table.name),
                "write a condition");
    }
  }
  check_period(rules, table);
  check_constraint_names(rules, table);
}

}  // namespace dbmig::schema
