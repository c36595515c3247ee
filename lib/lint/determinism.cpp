#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <functional>
#include <optional>

#include "base/text.hpp"
#include "dialect/both_query.hpp"
#include "dialect/two_meanings.hpp"
#include "lint/rules.hpp"
#include "ops/sql_references.hpp"

// ND: plain SQL that gives another result on another database or in another run.

namespace dbmig::lint {
namespace {

using ops::TokenKind;

/// What `find` says of each statement that works on rows, once.
template <class Find>
Issues look(const Step& step, const std::string& hint, Find find) {
  Issues issues;
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.is_on(kind)) continue;
    for (const SqlStatement& sql : step.scripts.on(kind)) {
      if (!sql.works_on_rows()) continue;
      if (const std::optional<std::string> what = find(sql)) issues.push_back({*what, hint});
    }
  }
  return issues;
}

template <std::size_t n>
bool is_one_of(const ops::Token& token, const std::array<std::string_view, n>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return ops::is_word(token, word); });
}

/// A word that is no part of a qualified name: `t.user` is a column.
bool stands_alone(const SqlStatement& sql, std::size_t i) {
  return !(i > 0 && sql.is_symbol(i - 1, '.')) && !sql.is_symbol(i + 1, '.');
}

/// Whether `'now'` stands among the arguments of the call whose parenthesis opens at `open`, or
/// there are none.
bool takes_now(const SqlStatement& sql, std::size_t open) {
  if (sql.is_symbol(open + 1, ')')) return true;
  int depth = 0;
  for (std::size_t i = open; i < sql.size(); ++i) {
    if (sql.is_symbol(i, '(')) ++depth;
    if (sql.is_symbol(i, ')') && --depth == 0) return false;
    if (depth == 1 && sql[i].kind == TokenKind::string &&
        text::equals_ignoring_case(sql[i].text, "'now'")) {
      return true;
    }
  }
  return false;
}

std::optional<std::string> clock_reading(const SqlStatement& sql) {
  static constexpr std::array<std::string_view, 7> kBare{
      "current_timestamp", "current_date", "current_time", "localtime",
      "localtimestamp",    "utc_date",     "utc_timestamp"};
  static constexpr std::array<std::string_view, 5> kCalls{"now", "sysdate", "curdate", "curtime",
                                                          "utc_time"};
  // SQLite's, of 'now' or of nothing; MariaDB's unix_timestamp() of nothing.
  static constexpr std::array<std::string_view, 7> kOfNow{
      "date", "time", "datetime", "julianday", "strftime", "unixepoch", "unix_timestamp"};
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (!stands_alone(sql, i)) continue;
    const bool call = sql.is_symbol(i + 1, '(');
    const bool found = is_one_of(sql[i], kBare) || (call && is_one_of(sql[i], kCalls)) ||
                       (call && is_one_of(sql[i], kOfNow) && takes_now(sql, i + 1));
    if (found) {
      return fmt::format("plain SQL reads the clock: {}{}", sql[i].text, call ? "()" : "");
    }
  }
  return std::nullopt;
}

std::optional<std::string> random_value(const SqlStatement& sql) {
  static constexpr std::array<std::string_view, 7> kCalls{
      "rand", "random", "randomblob", "random_bytes", "uuid", "uuid_short", "sys_guid"};
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (!stands_alone(sql, i) || !sql.is_symbol(i + 1, '(') || !is_one_of(sql[i], kCalls)) continue;
    // rand(3) begins the same sequence everywhere, though not for the same rows.
    return fmt::format("plain SQL makes random values: {}()", text::lower(sql[i].text));
  }
  return std::nullopt;
}

std::optional<std::string> session_fact(const SqlStatement& sql) {
  static constexpr std::array<std::string_view, 2> kBare{"current_user", "current_role"};
  static constexpr std::array<std::string_view, 12> kCalls{
      "user",      "session_user", "system_user",    "connection_id",
      "database",  "schema",       "last_insert_id", "last_insert_rowid",
      "row_count", "found_rows",   "changes",        "total_changes"};
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql[i].kind == TokenKind::symbol && sql[i].text.front() == '@') {
      const bool system = sql[i].text.size() == 1;
      return fmt::format("plain SQL uses a variable of the session: {}{}", sql[i].text,
                         system && i + 1 < sql.size() ? sql[i + 1].text : "");
    }
    if (!stands_alone(sql, i)) continue;
    const bool call = sql.is_symbol(i + 1, '(');
    if (is_one_of(sql[i], kBare) || (call && is_one_of(sql[i], kCalls))) {
      return fmt::format("plain SQL depends on the session: {}{}", sql[i].text, call ? "()" : "");
    }
  }
  return std::nullopt;
}

/// One query: what stands between two parentheses, or the statement.
struct Query {
  bool limit = false;
  bool order = false;
  bool exists = false;  ///< EXISTS (…): any row will do
};

std::optional<std::string> arbitrary_rows(const SqlStatement& sql) {
  std::vector<Query> open(1);
  const auto arbitrary = [](const Query& q) { return q.limit && !q.order && !q.exists; };
  bool found = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    if (sql.is_symbol(i, '(')) {
      open.push_back({false, false, i > 0 && ops::is_word(sql[i - 1], "exists")});
    } else if (sql.is_symbol(i, ')') && open.size() > 1) {
      found = found || arbitrary(open.back());
      open.pop_back();
    } else if (sql.has(i, {"order", "by"})) {
      open.back().order = true;
    } else if (ops::is_word(sql[i], "limit") && stands_alone(sql, i) && i + 1 < sql.size()) {
      const ops::Token& next = sql[i + 1];
      open.back().limit = open.back().limit || next.kind == TokenKind::number ||
                          next.text.front() == ':' || next.text == "?" || next.text == "(";
    }
  }
  if (!found && !arbitrary(open.front())) return std::nullopt;
  return "plain SQL takes some rows by LIMIT, without ORDER BY";
}

Issues reads_clock(const Step& step) {
  return look(step, "write the value, or make it the column's default", clock_reading);
}
Issues makes_random(const Step& step) {
  return look(step, "write the values, or compute them from the rows", random_value);
}
Issues reads_session(const Step& step) {
  return look(step, "write the value; a window function counts without a variable", session_fact);
}
Issues limits(const Step& step) {
  return look(step, "order the rows by a key", arbitrary_rows);
}

Issues views_all(const Step& step) {
  const auto* create = step.as<ops::CreateView>();
  if (create == nullptr) return {};
  for (const DialectKind kind : {DialectKind::sqlite, DialectKind::mariadb}) {
    if (!step.lives_on(create->view.only, kind) ||
        !ops::selects_all(create->view.sql.for_dialect(kind), kind))
      continue;
    return {{fmt::format("view '{}' takes SELECT *", create->view.name), "name its columns"}};
  }
  return {};
}

/// `both` is what `sql` says on both databases.
Issues by_collation(const std::string& what, const schema::SqlText& sql,
                    const dialect::ForBoth& both) {
  // Otherwise somebody wrote it for each.
  const bool is_shared = !sql.any.empty() || both.sql == sql;
  if (!is_shared || both.collated.empty()) return {};
  return {{fmt::format("{} takes case and accents of {} as each database does", what,
                       text::join(both.collated, ", ")),
           "if case or accents matter there, give the column mariadb: {collation: utf8mb4_bin}, or "
           "write it for each database: {sqlite: …, mariadb: …}"}};
}

/// What `sql`, an expression over `table` for both databases, compares by their collations.
Issues compared_texts(const Step& step, const schema::Table& table, const std::string& what,
                      const schema::SqlText& sql) {
  if (!step.lives_on(table.only, DialectKind::sqlite) ||
      !step.lives_on(table.only, DialectKind::mariadb)) {
    return {};
  }
  const std::string& text = sql.any.empty() ? sql.sqlite : sql.any;
  return by_collation(what, sql, dialect::for_both(text, table));
}

/// The same of a view or trigger over the tables of `schema`.
Issues compared_texts(const Step& step, const schema::Schema& schema,
                      const std::optional<DialectKind>& only, const std::string& what,
                      const schema::SqlText& sql) {
  if (!step.lives_on(only, DialectKind::sqlite) || !step.lives_on(only, DialectKind::mariadb)) {
    return {};
  }
  const std::string& text = sql.any.empty() ? sql.sqlite : sql.any;
  return by_collation(what, sql, dialect::query_for_both(text, schema));
}

void add(Issues& issues, Issues more) {
  for (auto& issue : more) issues.push_back(std::move(issue));
}

Issues collations(const Step& step) {
  Issues issues;
  const auto check = [&](const schema::Table& table, const schema::Check& one) {
    add(issues,
        compared_texts(step, table, fmt::format("check '{}' of table '{}'", one.name, table.name),
                       one.sql));
  };
  if (const auto* create = step.as<ops::CreateTable>()) {
    for (const schema::Check& one : create->table.checks) check(create->table, one);
  } else if (const auto* added = step.as<ops::CreateCheckConstraint>()) {
    if (const schema::Table* table = step.table()) check(*table, added->check);
  } else if (const auto* view = step.as<ops::CreateView>()) {
    return compared_texts(step, step.before, view->view.only,
                          fmt::format("view '{}'", view->view.name), view->view.sql);
  } else if (const auto* trigger = step.as<ops::CreateTrigger>()) {
    return compared_texts(step, step.before, trigger->trigger.only,
                          fmt::format("trigger '{}'", trigger->trigger.name), trigger->trigger.sql);
  }
  for (const NewColumn& column : new_columns(step)) {
    if (!column.column.generated) continue;
    if (column.old != nullptr && column.old->generated == column.column.generated) continue;
    add(issues,
        compared_texts(step, *column.table,
                       fmt::format("column '{}.{}'", column.table->name, column.column.name),
                       column.column.generated->sql));
  }
  return issues;
}

Issues two_meanings(const Step& step) {
  const auto* execute = step.as<ops::Execute>();
  if (execute == nullptr || !step.on_sqlite || !step.on_mariadb) return {};
  const schema::SqlText& sql = execute->sql;
  if (sql.any.empty() || !sql.sqlite.empty() || !sql.mariadb.empty()) return {};
  const dialect::ForBoth both = dialect::script_for_both(sql.any, step.before);
  if (!both.differences.empty()) {
    return {{fmt::format("plain SQL means different things on the two databases: {}",
                         text::join(both.differences, "; ")),
             "write it for each: {sqlite: …, mariadb: …}"}};
  }
  if (both.sql.mariadb.empty()) return {};
  return {{"plain SQL means different things on the two databases",
           "write it for each, {sqlite: …, mariadb: …}; what MariaDB has to be told: " +
               both.sql.mariadb}};
}

/// An expression of a table, and what has it: "check 'ck' of table 't'".
struct TableExpression {
  std::string what;
  std::string sql;
};

void add_expressions(std::vector<TableExpression>& list, const schema::Table& table,
                     const schema::Check& check) {
  list.push_back({fmt::format("check '{}' of table '{}'", check.name, table.name),
                  check.sql.for_dialect(DialectKind::sqlite)});
}

void add_expressions(std::vector<TableExpression>& list, const schema::Table& table,
                     const schema::Index& index) {
  const std::string what = fmt::format("index '{}' of table '{}'", index.name, table.name);
  list.push_back({what, index.where.for_dialect(DialectKind::sqlite)});
  for (const schema::IndexPart& part : index.parts) list.push_back({what, part.expression});
}

/// The expressions over `table` that the operation brings.
std::vector<TableExpression> new_expressions(const Step& step, const schema::Table& table) {
  std::vector<TableExpression> list;
  if (step.as<ops::CreateTable>() != nullptr) {
    for (const schema::Check& check : table.checks) add_expressions(list, table, check);
    for (const schema::Index& index : table.indexes) add_expressions(list, table, index);
  } else if (const auto* added = step.as<ops::CreateCheckConstraint>()) {
    add_expressions(list, table, added->check);
  } else if (const auto* created = step.as<ops::CreateIndex>()) {
    add_expressions(list, table, created->index);
  }
  for (const NewColumn& column : new_columns(step)) {
    if (!column.column.generated) continue;
    if (column.old != nullptr && column.old->generated == column.column.generated) continue;
    list.push_back({fmt::format("column '{}.{}'", table.name, column.column.name),
                    column.column.generated->sql.for_dialect(DialectKind::sqlite)});
  }
  return list;
}

/// Whether SQLite would look for a column called as `sql[i]` says: a name in double quotes that
/// names neither a table, a function, a type nor a collation.
bool may_be_column_in_quotes(const SqlStatement& sql, std::size_t i) {
  if (sql[i].kind != TokenKind::quoted_name || sql[i].text.front() != '"') return false;
  if (!stands_alone(sql, i) || sql.is_symbol(i + 1, '(')) return false;
  static constexpr std::array<std::string_view, 2> kBeforeOtherNames{"as", "collate"};
  return i == 0 || !is_one_of(sql[i - 1], kBeforeOtherNames);
}

/// Whether a row of `table` has something of that name.
bool has_column(const schema::Table& table, const std::string& name) {
  static constexpr std::array<std::string_view, 3> kRowid{"rowid", "oid", "_rowid_"};
  const auto is_name = [&](std::string_view other) {
    return text::equals_ignoring_case(name, other);
  };
  return std::any_of(kRowid.begin(), kRowid.end(), is_name) ||
         std::any_of(table.columns.begin(), table.columns.end(),
                     [&](const schema::Column& column) { return is_name(column.name); });
}

/// Source: https://www.sqlite.org/quirks.html#double_quoted_string_literals_are_accepted
Issues quoted_texts(const Step& step) {
  const auto* create = step.as<ops::CreateTable>();
  const schema::Table* table = create == nullptr ? step.table() : &create->table;
  if (table == nullptr || !step.lives_on(table->only, DialectKind::sqlite)) return {};
  Issues issues;
  for (const TableExpression& expression : new_expressions(step, *table)) {
    const SqlStatement sql(expression.sql, DialectKind::sqlite);
    for (std::size_t i = 0; i < sql.size(); ++i) {
      if (!may_be_column_in_quotes(sql, i) || has_column(*table, ops::identifier(sql[i]))) continue;
      issues.push_back({fmt::format("{}: no column is called {}, so SQLite takes it for a text",
                                    expression.what, sql[i].text),
                        "correct the name, or write the text in single quotes"});
    }
  }
  return issues;
}

}  // namespace

std::span<const Rule> determinism_rules() {
  static constexpr std::array rules{Rule{"ND601", reads_clock},   Rule{"ND602", makes_random},
                                    Rule{"ND603", reads_session}, Rule{"ND604", limits},
                                    Rule{"ND605", views_all},     Rule{"ND606", collations},
                                    Rule{"ND607", two_meanings},  Rule{"ND608", quoted_texts}};
  return rules;
}

}  // namespace dbmig::lint
