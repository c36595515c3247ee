#include "run/losses.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/default_literal.hpp"
#include "dialect/row_rules.hpp"
#include "dialect/script.hpp"
#include "dialect/sql_forms.hpp"
#include "ops/apply.hpp"
#include "ops/full_text.hpp"

namespace dbmig::run {
namespace {

using dialect::ScriptWord;

/// Condition: `column` equals `literal` byte by byte.
std::string holds(DialectKind kind, const std::string& column, const std::string& literal) {
  return dialect::sql_forms(kind).is_exactly(column, literal);
}

bool is(const std::vector<ScriptWord>& words, std::size_t at, std::string_view keyword) {
  return at < words.size() && words[at].is(keyword);
}

/// The name at `at`, after IF EXISTS and a database name.
std::string name_at(const std::vector<ScriptWord>& words, std::size_t at) {
  if (is(words, at, "if") && is(words, at + 1, "exists")) at += 2;
  if (at + 2 < words.size() && words[at + 1].text == "." && !words[at + 1].quoted) at += 2;
  return at < words.size() && words[at].is_name ? words[at].text : std::string();
}

/// `[IF EXISTS] p0, p1`
std::vector<std::string> partition_names(const std::vector<ScriptWord>& words, std::size_t at) {
  if (is(words, at, "if") && is(words, at + 1, "exists")) at += 2;
  std::vector<std::string> names;
  while (at < words.size() && words[at].is_name) {
    names.push_back(words[at].text);
    if (at + 1 >= words.size() || words[at + 1].text != "," || words[at + 1].quoted) break;
    at += 2;
  }
  return names;
}

}  // namespace

LossFinder::LossFinder(const dialect::Dialect& dialect, const schema::Schema& before)
    : dialect_(dialect) {
  for (const auto& [name, table] : before.tables) {
    Live live;
    live.name = name;
    for (const schema::Column& column : table.columns) live.columns[column.name] = column.name;
    live_[name] = std::move(live);
  }
}

std::vector<Loss> LossFinder::follow(const schema::Schema& schema,
                                     std::span<const ops::Operation> operations) {
  found_.clear();
  schema::Schema now = schema;
  for (operation_ = 0; operation_ < operations.size(); ++operation_) {
    visit(now, operations[operation_]);
    now = ops::apply(std::move(now), operations[operation_]);
  }
  // What is dropped with its table is not reported separately.
  std::set<std::string> whole;
  for (const Loss& loss : found_) {
    if (loss.is_table) whole.insert(loss.table);
  }
  std::erase_if(found_, [&](const Loss& one) { return !one.is_table && whole.count(one.table); });
  return std::move(found_);
}

void LossFinder::visit(const schema::Schema& schema, const ops::Operation& operation) {
  std::visit([&](const auto& one) { find(schema, one); }, operation);
}

LossFinder::Live* LossFinder::at(const std::string& table) {
  const auto found = live_.find(table);
  return found == live_.end() ? nullptr : &found->second;
}

void LossFinder::find(const schema::Schema&, const ops::CreateTable& create) {
  live_.erase(create.table.name);
}

void LossFinder::lose_table(const schema::Schema& schema, const std::string& name, bool is_gone) {
  const Live* live = at(name);
  const schema::Table* table = schema.find_table(name);
  const bool is_view_of_others = table != nullptr &&
                                 dialect::capabilities(dialect_.kind()).virtual_tables &&
                                 ops::full_text_content(table->sqlite.module).has_value();
  if (live != nullptr && !is_view_of_others) {
    const bool has_history = table != nullptr && table->mariadb.system_versioned &&
                             dialect::capabilities(dialect_.kind()).row_history;
    std::string count = "SELECT COUNT(*) FROM " + quoted(live->name);
    if (has_history) count += " FOR SYSTEM_TIME ALL";
    if (!live->deleted.empty()) {
      count += " WHERE NOT COALESCE(" + text::join(live->deleted, " OR ") + ", 0)";
    }
    found_.push_back({operation_, fmt::format("table '{}'", name), live->name, true, "row", count});
  }
  if (is_gone) live_.erase(name);
}

void LossFinder::find(const schema::Schema& schema, const ops::DropTable& drop) {
  lose_table(schema, drop.name, true);
}

void LossFinder::find(const schema::Schema&, const ops::RenameTable& rename) {
  auto node = live_.extract(rename.name);
  if (node.empty()) return;
  node.key() = rename.to;
  live_.erase(rename.to);
  live_.insert(std::move(node));
}

void LossFinder::find(const schema::Schema&, const ops::AddColumn& add) {
  if (Live* live = at(add.table)) live->columns.erase(add.column.name);
}

void LossFinder::lose_column(const schema::Schema& schema, const std::string& table,
                             const std::string& column) {
  Live* live = at(table);
  if (live == nullptr) return;
  const auto found = live->columns.find(column);
  if (found == live->columns.end()) return;
  const std::string source = quoted(found->second);
  live->columns.erase(found);
  const schema::Table* known = schema.find_table(table);
  const schema::Column* definition = known == nullptr ? nullptr : known->find_column(column);
  if (definition != nullptr && definition->generated) return;
  if (definition != nullptr && definition->mariadb.period != schema::RowPeriod::none &&
      dialect::capabilities(dialect_.kind()).row_history) {
    return;
  }
  std::string count =
      fmt::format("SELECT COUNT(*) FROM {} WHERE {} IS NOT NULL", quoted(live->name), source);
  if (definition != nullptr && definition->default_value) {
    if (const auto literal = dialect::literal_of(dialect_, *definition->default_value)) {
      count += " AND NOT " + holds(dialect_.kind(), source, *literal);
    }
  }
  if (!live->deleted.empty()) {
    count += " AND NOT COALESCE(" + text::join(live->deleted, " OR ") + ", 0)";
  }
  found_.push_back({operation_, fmt::format("column '{}.{}'", table, column), live->name, false,
                    "value", count});
}

void LossFinder::find(const schema::Schema& schema, const ops::DropColumn& drop) {
  lose_column(schema, drop.table, drop.name);
}

void LossFinder::find(const schema::Schema& schema, const ops::AlterColumn& alter) {
  Live* live = at(alter.table);
  if (live == nullptr) return;
  const schema::Table* table = schema.find_table(alter.table);
  const schema::Column* from = table == nullptr ? nullptr : table->find_column(alter.name);
  if (from == nullptr) return;
  const schema::Column to = ops::changed(*from, alter);
  if (to.generated && !from->generated) lose_column(schema, alter.table, alter.name);
  if (!to.generated && !from->generated) lose_spelling(*live, {*table, *from}, {*table, to});
  if (alter.rename && *alter.rename != alter.name) {
    auto node = live->columns.extract(alter.name);
    if (node.empty()) return;
    node.key() = *alter.rename;
    live->columns.insert(std::move(node));
  }
}

void LossFinder::lose_spelling(const Live& live, const dialect::ColumnOf& from,
                               const dialect::ColumnOf& to) {
  const auto found = live.columns.find(from.column.name);
  if (found == live.columns.end()) return;
  const std::string condition =
      dialect::row_rules(dialect_.kind()).rewritten(quoted(found->second), from, to);
  if (condition.empty()) return;
  found_.push_back({operation_,
                    fmt::format("characters of column '{}.{}' ('007' becomes 7)", from.table.name,
                                from.column.name),
                    live.name, false, "value",
                    fmt::format("SELECT COUNT(*) FROM {} WHERE {}", quoted(live.name), condition)});
}

void LossFinder::find(const schema::Schema& schema, const ops::AlterTable& alter) {
  const Live* live = at(alter.table);
  const schema::Table* table = schema.find_table(alter.table);
  if (live != nullptr && table != nullptr && alter.sqlite) {
    schema::Table after = *table;
    after.sqlite = *alter.sqlite;
    for (const schema::Column& column : table->columns) {
      if (!column.generated) lose_spelling(*live, {*table, column}, {after, column});
    }
  }
  if (live == nullptr || table == nullptr || !alter.mariadb ||
      !dialect::capabilities(dialect_.kind()).row_history) {
    return;
  }
  if (!table->mariadb.system_versioned || alter.mariadb->system_versioned) return;
  found_.push_back({operation_, fmt::format("the history of table '{}'", alter.table), live->name,
                    false, "old version", count_history(dialect_, live->name)});
}

void LossFinder::find(const schema::Schema&, const ops::BulkDelete& rows) {
  Live* live = at(rows.table);
  if (live == nullptr) return;
  for (const auto& row : rows.rows) {
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < rows.columns.size() && i < row.size(); ++i) {
      const auto source = live->columns.find(rows.columns[i]);
      if (source == live->columns.end()) return;
      const std::string column = quoted(source->second);
      parts.push_back(row[i] ? fmt::format("{} = {}", column, dialect_.quote_string(*row[i]))
                             : column + " IS NULL");
    }
    if (!parts.empty()) live->deleted.push_back("(" + text::join(parts, " AND ") + ")");
  }
}

void LossFinder::find(const schema::Schema& schema, const ops::Execute& execute) {
  schema::Schema now = schema;
  for (const ops::Operation& operation : execute.state) {
    visit(now, operation);
    now = ops::apply(std::move(now), operation);
  }
  const std::string& sql = execute.sql.for_dialect(dialect_.kind());
  if (sql.empty()) return;
  try {
    for (const std::string& statement : dialect_.split_statements(sql)) {
      find_in_sql(schema, statement);
    }
  } catch (const Error&) {
    // A statement that cannot be parsed is left to the database.
  }
}

void LossFinder::find_in_sql(const schema::Schema& schema, const std::string& sql) {
  const std::vector<ScriptWord> words = dialect::script_words(dialect_.kind(), sql);
  const auto table_named = [&](const std::string& name) {
    // As both databases compare table names on most systems.
    for (const auto& [known, live] : live_) {
      if (text::lower(known) == text::lower(name)) return known;
    }
    return name;
  };
  if (is(words, 0, "drop") && is(words, 1, "table")) {
    // DROP TABLE a, b
    std::size_t i = 2;
    while (i < words.size()) {
      const std::string name = name_at(words, i);
      if (!name.empty()) lose_table(schema, table_named(name), true);
      while (i < words.size() && words[i].text != ",") ++i;
      ++i;
    }
  } else if (is(words, 0, "truncate")) {
    lose_table(schema, table_named(name_at(words, is(words, 1, "table") ? 2 : 1)), false);
  } else if (is(words, 0, "delete") && is(words, 1, "from")) {
    const bool partly = std::any_of(words.begin(), words.end(), [](const ScriptWord& word) {
      return word.is("where") || word.is("limit") || word.is("using") || word.is("join");
    });
    if (!partly) lose_table(schema, table_named(name_at(words, 2)), false);
  } else if (is(words, 0, "alter") && is(words, 1, "table")) {
    const std::string table = table_named(name_at(words, 2));
    for (std::size_t i = 3; i + 1 < words.size(); ++i) {
      if (words[i + 1].is("partition") && (words[i].is("drop") || words[i].is("truncate"))) {
        lose_partitions(schema, table, partition_names(words, i + 2));
      }
      if (!words[i].is("drop")) continue;
      const std::size_t at = is(words, i + 1, "column") ? i + 2 : i + 1;
      const std::string column = name_at(words, at);
      Live* live = this->at(table);
      if (live != nullptr && live->columns.count(column) != 0) lose_column(schema, table, column);
    }
  }
}

void LossFinder::lose_partitions(const schema::Schema& schema, const std::string& name,
                                 const std::vector<std::string>& partitions) {
  const Live* live = at(name);
  if (live == nullptr || partitions.empty()) return;
  if (partitions.size() == 1 && text::lower(partitions.front()) == "all") {
    return lose_table(schema, name, false);
  }
  std::vector<std::string> listed;
  for (const std::string& partition : partitions) listed.push_back(quoted(partition));
  const schema::Table* table = schema.find_table(name);
  const bool has_history = table != nullptr && table->mariadb.system_versioned;
  // Partitions by SYSTEM_TIME show old versions directly (error 4142 otherwise).
  const bool by_time =
      has_history && text::lower(table->mariadb.partition).find("system_time") != std::string::npos;
  found_.push_back(
      {operation_,
       fmt::format("{} '{}' of table '{}'", partitions.size() == 1 ? "partition" : "partitions",
                   text::join(partitions, "', '"), name),
       live->name, false, has_history ? "row or old version" : "row",
       fmt::format("SELECT COUNT(*) FROM {} PARTITION ({}){}", quoted(live->name),
                   text::join(listed, ", "),
                   has_history && !by_time ? " FOR SYSTEM_TIME ALL" : "")});
}

std::string count_history(const dialect::Dialect& dialect, const std::string& table) {
  const std::string name = dialect.quote_identifier(table);
  return fmt::format(
      "SELECT (SELECT COUNT(*) FROM {0} FOR SYSTEM_TIME ALL) - (SELECT COUNT(*) FROM {0})", name);
}

}  // namespace dbmig::run
