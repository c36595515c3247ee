#include "run/live_tables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "base/text.hpp"

namespace dbmig::run {
namespace {

using schema::Column;

/// Whether rows that were alike, or unlike, under `from` are so under `to` as well, and NULL where
/// they were.
bool keeps_values(const Column& from, const Column& to, DialectKind kind) {
  if (from.generated || to.generated) return false;
  const bool same_order = kind == DialectKind::mariadb
                              ? from.mariadb.charset == to.mariadb.charset &&
                                    from.mariadb.collation == to.mariadb.collation
                              : from.sqlite.collation == to.sqlite.collation;
  return same_order && !schema::is_narrowing(from.type_on(kind), to.type_on(kind));
}

/// Whether an expression is made of literals and operators alone, so that it is the same anywhere.
bool is_constant(const std::string& sql) {
  bool in_text = false;
  for (std::size_t i = 0; i < sql.size(); ++i) {
    const auto c = static_cast<unsigned char>(sql[i]);
    if (c == '\'') in_text = !in_text;
    if (c == '\\') return false;  // escapes on one database and not on the other
    if (in_text || c == '\'') continue;
    const bool opens_blob = (c == 'x' || c == 'X') && i + 1 < sql.size() && sql[i + 1] == '\'';
    const bool is_name = std::isalpha(c) != 0 || c > 127 ||
                         std::string_view("\"`[@:?$#_").find(sql[i]) != std::string_view::npos;
    if (is_name && !opens_blob) return false;
  }
  return !in_text && !sql.empty();
}

}  // namespace

bool LiveTable::knows(const std::vector<std::string>& columns) const {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const std::string& column) { return sources.count(column) != 0; });
}

LiveTables::LiveTables(const dialect::Dialect& dialect, const schema::Schema& before)
    : dialect_(dialect) {
  for (const auto& [name, table] : before.tables) {
    if (table.only && *table.only != dialect.kind()) continue;
    LiveTable live{name, {}, false, {}};
    for (const Column& column : table.columns) live.sources[column.name] = quoted(column.name);
    tables_.emplace(name, std::move(live));
  }
}

const LiveTable* LiveTables::find(const std::string& table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

LiveTable* LiveTables::at(const std::string& table) {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

std::string LiveTables::relation(const std::string& table, const std::string& alias) const {
  const LiveTable& live = tables_.at(table);
  if (!live.changed) return quoted(table) + " AS " + quoted(alias);
  std::vector<std::string> columns;
  for (const auto& [name, source] : live.sources) columns.push_back(source + " AS " + quoted(name));
  // Every column may have become unknown, and the rows are there to be counted all the same.
  if (columns.empty()) columns.emplace_back("1 AS dbmig_row");
  return fmt::format("(SELECT {} FROM {}) AS {}", text::join(columns, ", "), quoted(live.name),
                     quoted(alias));
}

void LiveTables::follow(const ops::Operation& operation, const schema::Schema& before) {
  std::visit([&](const auto& one) { track(one, before); }, operation);
}

void LiveTables::track(const ops::CreateTable& create, const schema::Schema&) {
  tables_.erase(create.table.name);
  created_.insert(create.table.name);
}

void LiveTables::track(const ops::DropTable& drop, const schema::Schema&) {
  lose_sight(drop.name);
}

void LiveTables::track(const ops::RenameTable& rename, const schema::Schema&) {
  if (created_.erase(rename.name) != 0) created_.insert(rename.to);
  auto node = tables_.extract(rename.name);
  if (node.empty()) return;
  node.key() = rename.to;
  node.mapped().changed = true;
  tables_.insert(std::move(node));
}

/// Columns take the table's collation where they have none of their own.
void LiveTables::track(const ops::AlterTable& alter, const schema::Schema& before) {
  const schema::Table* table = before.find_table(alter.table);
  if (table == nullptr || !alter.mariadb || dialect_.kind() != DialectKind::mariadb) return;
  if (table->mariadb.charset != alter.mariadb->charset ||
      table->mariadb.collation != alter.mariadb->collation) {
    lose_sight(alter.table);
  }
}

void LiveTables::track(const ops::AddColumn& add, const schema::Schema&) {
  LiveTable* table = at(add.table);
  if (table == nullptr) return;
  table->changed = true;
  const Column& column = add.column;
  table->fresh.insert(column.name);
  if (column.generated || column.autoincrement) return;
  if (column.default_value) {
    const auto literal = literal_of(*column.default_value);
    if (literal) table->sources[column.name] = *literal;
  } else if (column.nullable) {
    table->sources[column.name] = "NULL";
  }
}

std::optional<std::string> LiveTables::literal_of(const schema::Default& value) const {
  switch (value.kind) {
    case schema::Default::Kind::string:
      return dialect_.quote_string(value.literal);
    case schema::Default::Kind::number:
      return value.literal;
    case schema::Default::Kind::boolean:
      return value.literal == "true" ? "1" : "0";
    case schema::Default::Kind::sql:
      break;
  }
  const std::string& sql = value.sql.for_dialect(dialect_.kind());
  return is_constant(sql) ? std::optional('(' + sql + ')') : std::nullopt;
}

void LiveTables::track(const ops::DropColumn& drop, const schema::Schema&) {
  LiveTable* table = at(drop.table);
  if (table == nullptr) return;
  table->changed = true;
  table->sources.erase(drop.name);
  table->fresh.erase(drop.name);
}

void LiveTables::track(const ops::AlterColumn& alter, const schema::Schema& before) {
  LiveTable* table = at(alter.table);
  if (table == nullptr) return;
  const schema::Table* old = before.find_table(alter.table);
  const Column* column = old == nullptr ? nullptr : old->find_column(alter.name);
  if (column == nullptr || !keeps_values(*column, ops::changed(*column, alter), dialect_.kind())) {
    table->sources.erase(alter.name);
    table->changed = true;
  }
  if (!alter.rename || *alter.rename == alter.name) return;
  table->changed = true;
  if (table->fresh.erase(alter.name) != 0) table->fresh.insert(*alter.rename);
  auto node = table->sources.extract(alter.name);
  if (node.empty()) return;
  node.key() = *alter.rename;
  table->sources.insert(std::move(node));
}

void LiveTables::track(const ops::BulkInsert& rows, const schema::Schema&) {
  lose_sight(rows.table);
}

void LiveTables::track(const ops::BulkDelete& rows, const schema::Schema&) {
  lose_sight(rows.table);
}

void LiveTables::track(const ops::Execute& execute, const schema::Schema&) {
  if (!execute.sql.for_dialect(dialect_.kind()).empty()) blind_ = true;
}

void LiveTables::lose_sight(const std::string& table) {
  tables_.erase(table);
  created_.erase(table);
}

}  // namespace dbmig::run
