#include "run/charset_notice.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "ops/apply.hpp"
#include "schema/charset.hpp"

namespace dbmig::run {
namespace {

using schema::Column;
using schema::Table;

bool is_open(const Table& table, const Column& column) {
  return schema::has_text(column) && schema::text_rules(table, column) == schema::TextRules{};
}

/// Whether the table exists only on a database without character sets.
bool has_no_charset(const Table& table) {
  return table.only && !dialect::capabilities(*table.only).charsets;
}

/// What the operations leave to the database.
class OpenText {
 public:
  void follow(const schema::Schema& before, const ops::Operation& operation) {
    std::visit([&](const auto& one) { visit(before, one); }, operation);
  }

  std::set<std::string> created;                            ///< tables
  std::map<std::string, std::vector<std::string>> columns;  ///< by existing table
  std::vector<std::string> with_charset;  ///< tables that get a character set without a collation

 private:
  template <class Operation>
  void visit(const schema::Schema&, const Operation&) {}

  void visit(const schema::Schema&, const ops::CreateTable& create) {
    if (has_no_charset(create.table)) return;
    for (const Column& column : create.table.columns) {
      if (is_open(create.table, column)) created.insert(create.table.name);
    }
  }

  void visit(const schema::Schema& before, const ops::AddColumn& add) {
    add_column(before, add.table, add.column);
  }

  void visit(const schema::Schema& before, const ops::AlterColumn& alter) {
    const Table* table = before.find_table(alter.table);
    const Column* from = table == nullptr ? nullptr : table->find_column(alter.name);
    if (from == nullptr || is_open(*table, *from)) return;
    add_column(before, alter.table, ops::changed(*from, alter));
  }

  void visit(const schema::Schema& before, const ops::AlterTable& alter) {
    const Table* table = before.find_table(alter.table);
    if (table == nullptr || has_no_charset(*table) || !alter.mariadb) return;
    if (schema::text_rules(*table) != schema::TextRules{}) return;
    if (!alter.mariadb->charset.empty() && alter.mariadb->collation.empty()) {
      with_charset.push_back(alter.table);
    }
  }

  void add_column(const schema::Schema& before, const std::string& name, const Column& column) {
    const Table* table = before.find_table(name);
    if (table == nullptr || has_no_charset(*table) || !is_open(*table, column)) return;
    if (created.count(name) == 0) columns[name].push_back(column.name);
  }
};

OpenText open_text(RunPlan run_plan) {
  OpenText open;
  try {
    while (const std::optional<RunPlan::Step> step = run_plan.next()) {
      schema::Schema schema = run_plan.before();
      for (const ops::Operation& operation : step->operations) {
        open.follow(schema, operation);
        schema = ops::apply(std::move(schema), operation);
      }
    }
  } catch (const Error&) {
    // A revision that does not fit is reported, with its position, when it is planned.
  }
  return open;
}

std::string quoted_list(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> shown(
      names.begin(), names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kShown)));
  const std::string list = "'" + text::join(shown, "', '") + "'";
  return names.size() > kShown ? fmt::format("{} and {} more", list, names.size() - kShown) : list;
}

void warn_of_database(const OpenText& open, const backend::Rows& database, EventSink& events) {
  const auto value = [&](std::size_t column) {
    return database.rows.at(0).at(column).value_or("");
  };
  const std::string name = value(0);
  const std::string charset = value(1);
  const std::string collation = value(2);
  if (!open.created.empty() && !schema::holds_all_text(charset)) {
    events.warning(
        "dbmig.run",
        fmt::format("database '{}' has character set {}, which cannot hold every text (emoji, for "
                    "example), and table{} {} will use it; to allow all text, run "
                    "`ALTER DATABASE `{}` CHARACTER SET utf8mb4` before the upgrade, or write "
                    "mariadb: {{charset: utf8mb4}} in the model",
                    name, charset, open.created.size() == 1 ? "" : "s",
                    quoted_list({open.created.begin(), open.created.end()}), name));
  }
  if (!collation.ends_with("_bin") && !collation.ends_with("_cs")) return;
  for (const std::string& table : open.with_charset) {
    events.warning("dbmig.run",
                   fmt::format("table '{}' was compared by {}, the database's collation, and will "
                               "get a character set without a collation: its text will then be "
                               "compared without case; name the collation in the model, as in "
                               "mariadb: {{charset: utf8mb4, collation: utf8mb4_bin}}",
                               table, collation));
  }
}

void warn_of_tables(const OpenText& open, backend::Connection& connection, EventSink& events) {
  std::vector<std::string> names;
  for (const auto& [table, columns] : open.columns) {
    names.push_back(connection.dialect().quote_string(table));
  }
  const backend::Rows found = connection.query(
      "SELECT table_name, SUBSTRING_INDEX(table_collation, '_', 1) FROM information_schema.tables "
      "WHERE table_schema = DATABASE() AND table_collation IS NOT NULL AND table_name IN (" +
      text::join(names, ", ") + ") ORDER BY table_name");
  for (const auto& row : found.rows) {
    const std::string table = row.at(0).value_or("");
    const std::string charset = row.at(1).value_or("");
    const auto columns = open.columns.find(table);
    if (schema::holds_all_text(charset) || columns == open.columns.end()) continue;
    events.warning(
        "dbmig.run",
        fmt::format("table '{}' has character set {}, which cannot hold every text (emoji, for "
                    "example), and column{} {} will use it; write mariadb: {{charset: utf8mb4}} in "
                    "the model of the table or the column",
                    table, charset, columns->second.size() == 1 ? "" : "s",
                    quoted_list(columns->second)));
  }
}

}  // namespace

void warn_of_charsets(backend::Connection& connection, RunPlan run_plan, EventSink& events) {
  if (!dialect::capabilities(connection.dialect().kind()).charsets) return;
  const OpenText open = open_text(std::move(run_plan));
  if (!open.created.empty() || !open.with_charset.empty()) {
    warn_of_database(
        open, connection.query("SELECT DATABASE(), @@character_set_database, @@collation_database"),
        events);
  }
  if (!open.columns.empty()) warn_of_tables(open, connection, events);
}

}  // namespace dbmig::run
