#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "lint/rules.hpp"
#include "ops/sql_references.hpp"

// DS: what loses data.

namespace dbmig::lint {
namespace {

using ops::RiskKind;

Issues drops_table(const Step& step) {
  if (const auto* alter = step.as<ops::AlterTable>()) {
    if (step.past.made(alter->table)) return {};
    return risk_issues(step, RiskKind::drops_history, "keep a copy of what is worth keeping");
  }
  const auto* drop = step.as<ops::DropTable>();
  if (drop == nullptr || step.past.made(drop->name)) return {};
  return risk_issues(step, RiskKind::drops_table, "keep a copy of what is worth keeping");
}

Issues drops_column(const Step& step) {
  const auto* drop = step.as<ops::DropColumn>();
  if (drop == nullptr || step.past.made(drop->table, drop->name)) return {};
  return risk_issues(step, RiskKind::drops_column,
                     "drop it one release after the last application that reads it");
}

Issues narrows(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.is_empty(alter->table)) return {};
  return risk_issues(step, RiskKind::narrows_type,
                     "look at the values first, or choose a type that holds them");
}

Issues makes_generated(const Step& step) {
  const auto* alter = step.as<ops::AlterColumn>();
  if (alter == nullptr || step.past.made(alter->table, alter->name)) return {};
  return risk_issues(step, RiskKind::drops_column, "add a generated column beside it");
}

template <class Operation>
bool declares(const ops::Execute& execute) {
  return std::any_of(execute.state.begin(), execute.state.end(), [](const ops::Operation& one) {
    return std::holds_alternative<Operation>(one);
  });
}

/// Whether `ALTER TABLE … DROP` at `at` (behind DROP) loses a column or partition.
bool drops_values(const SqlStatement& sql, std::size_t at) {
  if (sql.has(at, {"column"}) || sql.has(at, {"partition"})) return true;
  static constexpr std::array kOthers{"index", "key",     "constraint", "foreign", "primary",
                                      "check", "default", "system",     "period"};
  return at < sql.size() && ops::is_name(sql[at]) &&
         std::none_of(kOthers.begin(), kOthers.end(),
                      [&](const char* word) { return ops::is_word(sql[at], word); });
}

bool alters_away(const SqlStatement& sql) {
  if (!sql.begins({"alter", "table"})) return false;
  int depth = 0;
  for (std::size_t i = 2; i < sql.size(); ++i) {
    if (sql.is_symbol(i, '(')) ++depth;
    if (sql.is_symbol(i, ')')) --depth;
    if (depth != 0) continue;
    if (ops::is_word(sql[i], "drop") && drops_values(sql, i + 1)) return true;
    if (ops::is_word(sql[i], "truncate") && sql.has(i + 1, {"partition"})) return true;
  }
  return false;
}

Issues sql_drops(const Step& step) {
  const auto* execute = step.as<ops::Execute>();
  if (execute == nullptr) return {};
  Issues issues;
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.is_on(kind)) continue;
    std::set<std::string> own;
    for (const SqlStatement& sql : step.scripts.on(kind)) {
      if (const auto name = sql.created_table()) own.insert(text::lower(*name));
      const bool drop = sql.begins({"drop", "table"});
      const bool empty = sql.begins({"truncate"});
      const bool alter = alters_away(sql);
      const std::string name = sql.name_at(drop || alter || sql.has(1, {"table"}) ? 2 : 1);
      const std::string low = text::lower(name);
      if (own.count(low) != 0 || step.past.made_by_sql(low) || step.past.made(name)) continue;
      const bool declared = (drop && declares<ops::DropTable>(*execute)) ||
                            (alter && declares<ops::DropColumn>(*execute));
      const bool all = sql.begins({"drop", "database"}) || sql.begins({"drop", "schema"});
      if (!all && (declared || !(drop || empty || alter))) continue;
      issues.push_back({fmt::format("plain SQL loses data: {}", sql.beginning()),
                        empty ? "delete the rows that are meant, with a WHERE"
                              : "use drop_table or drop_column"});
    }
  }
  return issues;
}

Issues deletes_all(const Step& step) {
  Issues issues;
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.is_on(kind)) continue;
    for (const SqlStatement& sql : step.scripts.on(kind)) {
      if (!sql.begins({"delete", "from"})) continue;
      const bool partly = sql.has_outside("where") || sql.has_outside("limit") ||
                          sql.has_outside("using") || sql.has_outside("join");
      const std::string table = sql.name_at(2);
      if (partly || step.past.made(table) || step.past.made_by_sql(text::lower(table))) continue;
      issues.push_back({fmt::format("plain SQL deletes every row of '{}'", table),
                        "say which with WHERE, or suppress this with a reason"});
    }
  }
  return issues;
}

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

bool is_key(const schema::Table& table, const std::vector<std::string>& columns) {
  const auto index_fits = [&](const schema::Index& index) {
    std::vector<std::string> names;
    for (const schema::IndexPart& part : index.parts) names.push_back(part.column);
    return index.unique && index.where.empty() && same_set(names, columns);
  };
  return (table.primary_key && same_set(table.primary_key->columns, columns)) ||
         std::any_of(table.uniques.begin(), table.uniques.end(),
                     [&](const auto& unique) { return same_set(unique.columns, columns); }) ||
         std::any_of(table.indexes.begin(), table.indexes.end(), index_fits);
}

bool has_all(const schema::Table& table, const std::vector<std::string>& columns) {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const auto& column) { return table.find_column(column) != nullptr; });
}

/// Why the constraint that the operation drops is missed at the end; empty when it is not.
std::string missed(const Step& step, const schema::Table& before, const schema::Table& end) {
  const auto unique = [&](const std::vector<std::string>& columns) {
    if (!has_all(end, columns) || is_key(end, columns)) return std::string();
    return fmt::format("({}) is no longer unique", text::join(columns, ", "));
  };
  if (const auto* drop = step.as<ops::DropIndex>()) {
    const schema::Index* index = before.find_index(drop->name);
    if (index == nullptr || !index->unique || !index->where.empty()) return {};
    std::vector<std::string> columns;
    for (const schema::IndexPart& part : index->parts) columns.push_back(part.column);
    return unique(columns);
  }
  const auto* drop = step.as<ops::DropConstraint>();
  if (drop == nullptr) return {};
  if (const auto* key = before.find_unique(drop->name);
      key != nullptr && drop->kind == ops::ConstraintKind::unique) {
    return unique(key->columns);
  }
  if (const auto* key = before.find_foreign_key(drop->name);
      key != nullptr && drop->kind == ops::ConstraintKind::foreign_key) {
    const bool again = std::any_of(end.foreign_keys.begin(), end.foreign_keys.end(),
                                   [&](const auto& k) { return k.columns == key->columns; });
    const bool gone = step.after.find_table(key->referenced_table) == nullptr;
    if (again || gone || !has_all(end, key->columns)) return {};
    return fmt::format("rows may refer to nothing in '{}'", key->referenced_table);
  }
  const schema::Check* check = before.find_check(drop->name);
  if (check == nullptr || drop->kind != ops::ConstraintKind::check) return {};
  const bool column_gone =
      std::any_of(before.columns.begin(), before.columns.end(), [&](const schema::Column& column) {
        const ops::ColumnUse use{column.name, {text::lower(before.name)}, true, false};
        return end.find_column(column.name) == nullptr && ops::mentions_column(check->sql, use);
      });
  // A check that is changed comes back, under its name or another.
  if (column_gone || end.checks.size() >= before.checks.size()) return {};
  return "rows may violate it from now on";
}

Issues drops_constraint(const Step& step) {
  const schema::Table* before = step.table();
  if (before == nullptr || step.end_table == nullptr || step.past.made(before->name)) return {};
  const std::string why = missed(step, *before, *step.end_table);
  if (why.empty()) return {};
  return {{fmt::format("{}: {}", ops::describe(step.operation), why),
           "make sure that nothing relies on it"}};
}

bool refers(const schema::Schema& schema, const std::string& child, const std::string& parent) {
  const schema::Table* table = schema.find_table(child);
  return table != nullptr &&
         std::any_of(table->foreign_keys.begin(), table->foreign_keys.end(),
                     [&](const schema::ForeignKey& key) { return key.referenced_table == parent; });
}

/// Whether the two names may stand for the same thing: one is in the other.
bool alike(const std::string& a, const std::string& b) {
  const std::string one = text::lower(a);
  const std::string two = text::lower(b);
  return one == two || (one.size() > 2 && two.find(one) != std::string::npos) ||
         (two.size() > 2 && one.find(two) != std::string::npos);
}

/// Whether the revision has made the column when it is over.
bool comes(const Step& step, const schema::Table& table, const schema::Column& column) {
  if (step.past.made(table.name, column.name)) return true;
  const schema::Table* old = step.before.find_table(table.name);
  return old == nullptr || old->find_column(column.name) == nullptr;
}

/// A column that goes, and one of its type and name that comes in a table joined to its own by a
/// foreign key.
Issues moves_column(const Step& step, const ops::DropColumn& drop) {
  const schema::Table* from = step.table();
  const schema::Column* gone = from == nullptr ? nullptr : from->find_column(drop.name);
  if (gone == nullptr || step.end_table == nullptr || gone->generated) return {};
  if (step.past.made(drop.table, drop.name)) return {};
  for (const auto& [name, table] : step.after.tables) {
    const bool joined = refers(step.after, name, step.end_table->name) ||
                        refers(step.after, step.end_table->name, name);
    if (name == step.end_table->name || !joined || step.past.tended(name, {})) continue;
    for (const schema::Column& column : table.columns) {
      const bool same =
          column.type == gone->type && (alike(column.name, gone->name) || alike(name, gone->name));
      const bool is_key = column.autoincrement || column.generated;
      if (!same || is_key || !comes(step, table, column)) continue;
      return {{fmt::format("{}: its values do not go to '{}.{}' by themselves",
                           ops::describe(step.operation), name, column.name),
               fmt::format("if the column moves, copy them with an execute before this operation, "
                           "into '{}'",
                           name)}};
    }
  }
  return {};
}

/// A table that goes, and one with most of its columns that comes.
Issues moves_table(const Step& step, const ops::DropTable& drop) {
  const schema::Table* from = step.table();
  if (from == nullptr || step.past.made(drop.name)) return {};
  for (const auto& [name, table] : step.after.tables) {
    if (step.past.tended(name, {}) || name == drop.name) continue;
    const auto same = std::count_if(
        from->columns.begin(), from->columns.end(), [&](const schema::Column& column) {
          const schema::Column* now = table.find_column(column.name);
          return now != nullptr && now->type == column.type && comes(step, table, *now);
        });
    if (same < 2 || 2 * static_cast<std::size_t>(same) < from->columns.size()) continue;
    return {{fmt::format("{}: its rows do not go to '{}' by themselves",
                         ops::describe(step.operation), name),
             "if they move, copy them with an execute before this operation"}};
  }
  return {};
}

Issues moves(const Step& step) {
  if (const auto* drop = step.as<ops::DropColumn>()) return moves_column(step, *drop);
  if (const auto* drop = step.as<ops::DropTable>()) return moves_table(step, *drop);
  return {};
}

}  // namespace

std::span<const Rule> destructive_rules() {
  static constexpr std::array rules{Rule{"DS101", drops_table},      Rule{"DS102", drops_column},
                                    Rule{"DS103", narrows},          Rule{"DS104", makes_generated},
                                    Rule{"DS105", sql_drops},        Rule{"DS106", deletes_all},
                                    Rule{"DS107", drops_constraint}, Rule{"DS108", moves}};
  return rules;
}

}  // namespace dbmig::lint
