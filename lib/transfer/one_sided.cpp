#include "transfer/one_sided.hpp"

#include <fmt/core.h>

#include <cctype>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/now_default.hpp"
#include "transfer/virtual_rows.hpp"

namespace dbmig::transfer {

using schema::Column;
using schema::ReferentialAction;
using schema::Table;

std::vector<std::string> lost_rows(const Table& table, DialectKind to) {
  if (!table.sqlite.module.empty()) {
    if (virtual_rows(table) != VirtualRows::lost) return {};
    return {fmt::format("the rows of {}: its module does not give them back as they were written",
                        virtual_name(table))};
  }
  if (!table.mariadb.system_versioned) return {};
  const char* why = dialect::capabilities(to).row_history
                        ? "only the current rows are copied, and a new history begins with them"
                        : "SQLite has no system versioning; the current rows are copied";
  return {fmt::format("the history of table '{}': {}", table.name, why)};
}

namespace {

/// Translates a default of MariaDB that uses the clock to SQLite. What a copy from SQLite created
/// on MariaDB becomes the original again.
void translate_clock(const Table& table, Column& column, std::vector<std::string>& said) {
  if (!column.default_value || column.default_value->kind != schema::Default::Kind::sql) return;
  schema::SqlText& sql = column.default_value->sql;
  if (!sql.sqlite.empty()) return;
  const std::string there = sql.for_dialect(DialectKind::mariadb);
  sql.sqlite = dialect::sqlite_now(there);
  if (!sql.sqlite.empty()) return;
  const dialect::Clock clock = dialect::sqlite_clock(there);
  sql.sqlite = clock.sql;
  if (clock.lost_digits == 0) return;
  said.push_back(
      fmt::format("the last {} of the default of '{}.{}', {}: SQLite's time functions have 3 "
                  "digits after the second",
                  text::count(static_cast<std::size_t>(clock.lost_digits), "digit"), table.name,
                  column.name, there));
}

void drop_of_mariadb(Table& table, std::vector<std::string>& said) {
  std::size_t comments = table.comment.empty() ? 0 : 1;
  table.comment.clear();
  for (Column& column : table.columns) {
    const std::string name = fmt::format("'{}.{}'", table.name, column.name);
    comments += column.comment.empty() ? 0 : 1;
    column.comment.clear();
    translate_clock(table, column, said);
    if (!column.mariadb.on_update.empty()) {
      said.push_back(fmt::format(
          "ON UPDATE {} of {}: SQLite does not have it, and an UPDATE leaves the column as it is",
          column.mariadb.on_update, name));
      column.mariadb.on_update.clear();
    }
    if (column.mariadb.invisible) {
      said.push_back(fmt::format(
          "INVISIBLE of {}: SQLite does not have it, and SELECT * shows the column", name));
      column.mariadb.invisible = false;
    }
  }
  if (comments != 0) {
    said.push_back(fmt::format("{} of table '{}': SQLite does not store it",
                               text::count(comments, "comment"), table.name));
  }
  for (std::string& line : lost_rows(table, DialectKind::sqlite)) said.push_back(std::move(line));
  if (table.mariadb.period) {
    said.push_back(fmt::format(
        "PERIOD FOR {} of table '{}': SQLite does not have periods; their columns are copied",
        table.mariadb.period->name, table.name));
  }
  if (!table.mariadb.partition.empty()) {
    said.push_back(
        fmt::format("the partitions of table '{}': SQLite does not have them; all rows are in one "
                    "table",
                    table.name));
  }
}

/// Whether `sql` calls `function` outside of quotes.
bool calls(std::string_view sql, std::string_view function) {
  char quote = '\0';
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const char c = sql[i];
    if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (c == '\'' || c == '"' || c == '`') {
      quote = c;
    } else if (text::equals_ignoring_case(sql.substr(i, function.size()), function)) {
      const bool begins = i == 0 || (std::isalnum(static_cast<unsigned char>(sql[i - 1])) == 0 &&
                                     sql[i - 1] != '_');
      const std::string_view rest = text::trim(sql.substr(i + function.size()));
      if (begins && !rest.empty() && rest.front() == '(') return true;
    }
  }
  return false;
}

/// SQLite's upper() and lower() only know ASCII letters, MariaDB's all letters.
void tell_letters(std::string_view sql, const std::string& what, std::vector<std::string>& said) {
  for (const char* function : {"upper", "lower"}) {
    if (!calls(sql, function)) continue;
    said.push_back(
        fmt::format("the exact meaning of {}() in {}: SQLite's changes only the letters a to z, "
                    "MariaDB's also ñ",
                    function, what));
  }
}

void drop_of_sqlite(Table& table, std::vector<std::string>& said) {
  for (const Column& column : std::as_const(table).columns) {
    if (!column.generated) continue;
    tell_letters(column.generated->sql.for_dialect(DialectKind::sqlite),
                 fmt::format("the generated column '{}.{}'", table.name, column.name), said);
  }
  for (const schema::Check& check : table.checks) {
    tell_letters(check.sql.for_dialect(DialectKind::sqlite),
                 fmt::format("check '{}' of table '{}'", check.name, table.name), said);
  }
  const auto drop_conflict = [&](std::string& on_conflict, const std::string& what) {
    if (on_conflict.empty()) return;
    said.push_back(fmt::format(
        "ON CONFLICT {} of {}: MariaDB has no such clause, and a row that violates it is an error",
        text::upper(on_conflict), what));
    on_conflict.clear();
  };
  for (Column& column : table.columns) {
    drop_conflict(column.sqlite.on_conflict,
                  fmt::format("NOT NULL of '{}.{}'", table.name, column.name));
  }
  if (table.primary_key) {
    drop_conflict(table.primary_key->on_conflict,
                  fmt::format("the primary key of table '{}'", table.name));
  }
  for (schema::Unique& unique : table.uniques) {
    drop_conflict(unique.on_conflict,
                  fmt::format("unique constraint '{}' of table '{}'", unique.name, table.name));
  }
  for (schema::ForeignKey& key : table.foreign_keys) {
    const std::string name = fmt::format("foreign key '{}' of table '{}'", key.name, table.name);
    if (key.deferrable) {
      said.push_back(fmt::format(
          "DEFERRABLE of {}: MariaDB checks it with each statement, and not at COMMIT", name));
      key.deferrable = false;
    }
    for (const auto& [action, word] :
         {std::pair(&key.on_delete, "DELETE"), std::pair(&key.on_update, "UPDATE")}) {
      if (*action != ReferentialAction::set_default) continue;
      said.push_back(
          fmt::format("ON {} SET DEFAULT of {}: MariaDB has no such action, and refuses "
                      "to change a row that another one refers to",
                      word, name));
      *action = ReferentialAction::none;
    }
  }
}

}  // namespace

std::vector<std::string> drop_one_sided(Table& table, DialectKind to) {
  std::vector<std::string> said;
  if (dialect::capabilities(to).flexible_typing) {
    drop_of_mariadb(table, said);
  } else {
    drop_of_sqlite(table, said);
  }
  return said;
}

}  // namespace dbmig::transfer
