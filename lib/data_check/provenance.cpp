#include "data_check/provenance.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "dialect/default_literal.hpp"
#include "dialect/row_storage.hpp"
#include "ops/apply.hpp"

namespace dbmig::data_check {
namespace {

using schema::Column;

bool is_the_same(const dialect::ColumnOf& from, const dialect::ColumnOf& to) {
  return from.column.type == to.column.type && from.column.generated == to.column.generated &&
         from.column.mariadb == to.column.mariadb && from.column.sqlite == to.column.sqlite &&
         from.table.sqlite.strict == to.table.sqlite.strict &&
         from.table.mariadb.charset == to.table.mariadb.charset &&
         from.table.mariadb.collation == to.table.mariadb.collation;
}

}  // namespace

bool TableProvenance::knows(const std::vector<std::string>& columns) const {
  return std::all_of(columns.begin(), columns.end(),
                     [&](const std::string& column) { return sources.count(column) != 0; });
}

std::optional<std::size_t> TableProvenance::changed_at(
    const std::vector<std::string>& columns) const {
  std::optional<std::size_t> last;
  for (const std::string& column : columns) {
    const auto found = sources.find(column);
    if (found != sources.end()) last = std::max(last, found->second.changed_at);
  }
  return last;
}

bool TableProvenance::is_retyped(const std::vector<std::string>& columns) const {
  return std::any_of(columns.begin(), columns.end(), [&](const std::string& column) {
    const auto found = sources.find(column);
    return found != sources.end() && found->second.retyped;
  });
}

Provenance::Provenance(const dialect::Dialect& dialect, const schema::Schema& before,
                       schema::MariadbTable defaults)
    : dialect_(dialect),
      rules_(dialect::row_rules(dialect.kind())),
      defaults_(std::move(defaults)) {
  for (const auto& [name, table] : before.tables) {
    if (table.only && *table.only != dialect.kind()) continue;
    TableProvenance live{name, {}, false, {}, {}};
    live.rowid = rules_.rowid_name(table).value_or("");
    for (const Column& column : table.columns) {
      const std::string own = quoted(column.name);
      live.sources[column.name] = {own, own, {}, {}, {}, false};
      if (rules_.name_in_subquery(column.name) != column.name) live.changed = true;
    }
    tables_.emplace(name, std::move(live));
  }
}

const TableProvenance* Provenance::find(const std::string& table) const {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

TableProvenance* Provenance::at(const std::string& table) {
  const auto found = tables_.find(table);
  return found == tables_.end() ? nullptr : &found->second;
}

std::string Provenance::relation(const std::string& table, const std::string& alias, Use use,
                                 const std::vector<std::string>& used,
                                 const std::vector<std::string>& more,
                                 const std::string& old_versions) const {
  const TableProvenance& live = tables_.at(table);
  const std::string rows = quoted(live.name) + old_versions;
  if (!live.changed && more.empty()) return rows + " AS " + quoted(alias);
  std::vector<std::string> columns = more;
  for (const auto& [name, source] : live.sources) {
    const std::string& sql = use == Use::values ? source.value : source.in_expressions;
    if (!sql.empty()) columns.push_back(sql + " AS " + reference(name));
  }
  // Every column may have become unknown, and the rows are there to be counted all the same.
  if (columns.empty()) columns.emplace_back("1 AS dbmig_row");
  std::vector<std::string> conditions;
  for (const std::string& name : used) {
    const auto found = live.sources.find(name);
    if (found == live.sources.end()) continue;
    const LiveColumn& source = found->second;
    if (!source.fits.empty()) conditions.push_back(source.fits);
    if (use == Use::expressions && !source.expressible.empty()) {
      conditions.push_back(source.expressible);
    }
  }
  return fmt::format("(SELECT {} FROM {}{}{}) AS {}", text::join(columns, ", "), rows,
                     conditions.empty() ? "" : " WHERE ", text::join(conditions, " AND "),
                     quoted(alias));
}

std::optional<dialect::Conversion> Provenance::conversion(const std::string& value,
                                                          const dialect::ColumnOf& from,
                                                          const dialect::ColumnOf& to) const {
  const schema::Table before = rules_.with_charset(from.table, defaults_);
  const schema::Table after = rules_.with_charset(to.table, defaults_);
  return rules_.conversion(value, {before, from.column}, {after, to.column});
}

std::string Provenance::invalid_casts(const std::string& value, const dialect::ColumnOf& from,
                                      const dialect::ColumnOf& to) const {
  const schema::Table before = rules_.with_charset(from.table, defaults_);
  const schema::Table after = rules_.with_charset(to.table, defaults_);
  return rules_.invalid_casts(value, {before, from.column}, {after, to.column});
}

std::string Provenance::reference(const std::string& column) const {
  return quoted(rules_.name_in_subquery(column));
}

std::string Provenance::expression(const std::string& table, const std::string& sql) const {
  const TableProvenance* live = find(table);
  if (live == nullptr) return sql;
  std::string out = sql;
  for (const auto& [name, source] : live->sources) {
    out = rules_.over_subquery(out, name);
  }
  return out;
}

bool Provenance::is_expressible(const std::string& table,
                                const std::vector<std::string>& columns) const {
  const TableProvenance* live = find(table);
  return live != nullptr && live->knows(columns) &&
         std::none_of(columns.begin(), columns.end(), [&](const std::string& column) {
           return live->sources.at(column).in_expressions.empty();
         });
}

void Provenance::follow(const ops::Operation& operation, const schema::Schema& before) {
  std::visit([&](const auto& one) { track(one, before); }, operation);
  ++step_;
}

void Provenance::track(const ops::CreateTable& create, const schema::Schema&) {
  tables_.erase(create.table.name);
  created_.insert(create.table.name);
}

void Provenance::track(const ops::DropTable& drop, const schema::Schema&) {
  lose_sight(drop.name);
}

void Provenance::track(const ops::RenameTable& rename, const schema::Schema&) {
  if (created_.erase(rename.name) != 0) created_.insert(rename.to);
  auto node = tables_.extract(rename.name);
  if (node.empty()) return;
  node.key() = rename.to;
  node.mapped().changed = true;
  tables_.insert(std::move(node));
}

/// Columns take the table's collation where they have none of their own, and a STRICT table has
/// other affinities.
void Provenance::track(const ops::AlterTable& alter, const schema::Schema& before) {
  const schema::Table* table = before.find_table(alter.table);
  TableProvenance* live = at(alter.table);
  if (table == nullptr || live == nullptr) return;
  schema::Schema alone;
  alone.tables.emplace(table->name, *table);
  const schema::Schema changed = ops::apply(std::move(alone), alter);
  const schema::Table* after = changed.find_table(alter.table);
  for (const Column& column : table->columns) {
    const Column* to = after == nullptr ? nullptr : after->find_column(column.name);
    if (to == nullptr) continue;
    convert(*live, {*table, column}, {*after, *to});
    const DialectKind kind = dialect_.kind();
    const bool is_other_key =
        dialect::is_rowid(kind, *table, column) != dialect::is_rowid(kind, *after, *to);
    // What filled it before does so no more.
    if (is_other_key && live->fresh.count(column.name) != 0) live->sources.erase(column.name);
  }
}

void Provenance::track(const ops::AddColumn& add, const schema::Schema& before) {
  TableProvenance* table = at(add.table);
  if (table == nullptr) return;
  table->changed = true;
  const Column& column = add.column;
  table->fresh.insert(column.name);
  if (column.generated || column.autoincrement) return;
  if (column.default_value) {
    const auto literal = literal_of(*column.default_value);
    const schema::Table* own = before.find_table(add.table);
    if (!literal || own == nullptr) return;
    const dialect::Conversion in = rules_.stored(*literal, {*own, column});
    table->sources[column.name] = {in.value, in.in_expressions, {}, in.expressible, {}, false};
  } else if (column.nullable) {
    table->sources[column.name] = {"NULL", "NULL", {}, {}, {}, false};
  }
}

std::optional<std::string> Provenance::literal_of(const schema::Default& value) const {
  if (value.kind != schema::Default::Kind::sql) return dialect::literal_of(dialect_, value);
  return rules_.constant(value.sql);
}

void Provenance::track(const ops::DropColumn& drop, const schema::Schema&) {
  TableProvenance* table = at(drop.table);
  if (table == nullptr) return;
  table->changed = true;
  table->sources.erase(drop.name);
  table->fresh.erase(drop.name);
}

void Provenance::track(const ops::AlterColumn& alter, const schema::Schema& before) {
  TableProvenance* table = at(alter.table);
  if (table == nullptr) return;
  const schema::Table* old = before.find_table(alter.table);
  const Column* column = old == nullptr ? nullptr : old->find_column(alter.name);
  if (column != nullptr) {
    convert(*table, {*old, *column}, {*old, ops::changed(*column, alter)});
  }
  if (!alter.rename || *alter.rename == alter.name) return;
  table->changed = true;
  if (table->fresh.erase(alter.name) != 0) table->fresh.insert(*alter.rename);
  auto node = table->sources.extract(alter.name);
  if (node.empty()) return;
  node.key() = *alter.rename;
  table->sources.insert(std::move(node));
}

/// A new column that becomes the rowid holds what that was.
void Provenance::track(const ops::CreatePrimaryKey& create, const schema::Schema& before) {
  TableProvenance* live = at(create.table);
  const schema::Table* old = before.find_table(create.table);
  if (live == nullptr || old == nullptr) return;
  schema::Table table = *old;
  table.primary_key = create.key;
  for (const Column& column : table.columns) {
    if (live->fresh.count(column.name) == 0) continue;
    if (!dialect::is_rowid(dialect_.kind(), table, column)) continue;
    live->sources.erase(column.name);
    if (live->rowid.empty()) continue;
    live->sources[column.name] = {live->rowid, live->rowid, {}, {}, {}, false};
  }
}

void Provenance::convert(TableProvenance& live, const dialect::ColumnOf& from,
                         const dialect::ColumnOf& to) {
  const auto found = live.sources.find(from.column.name);
  if (found == live.sources.end()) return;
  LiveColumn& source = found->second;
  const DialectKind kind = dialect_.kind();
  // What was computed stays there as it is.
  if (to.column.generated) {
    if (!is_the_same(from, to)) {
      live.changed = true;
      live.sources.erase(found);
    }
    return;
  }
  const auto after = conversion(source.value, from, to);
  const schema::Type& old_type = from.column.type_on(kind);
  const schema::Type& new_type = to.column.type_on(kind);
  std::vector<std::string> fits;
  fits.push_back(invalid_casts(source.value, from, to));
  if (after) fits.push_back(after->unwritable);
  std::erase(fits, "");
  for (std::string& condition : fits) condition = fmt::format("NOT COALESCE({}, 0)", condition);
  if (!fits.empty()) live.changed = true;
  if (!source.fits.empty()) fits.push_back(source.fits);
  source.fits = text::join(fits, " AND ");
  if (after && after->value == source.value) return;
  live.changed = true;
  lose_dependents(live, from);
  // Whether a statement converts twice or once from the first to the last, only the plan knows.
  if (!after || source.changed_at) {
    live.sources.erase(found);
    return;
  }
  source.value = after->value;
  source.in_expressions = after->in_expressions;
  source.expressible = after->expressible;
  source.changed_at = step_;
  source.retyped = old_type != new_type || from.table.sqlite.strict != to.table.sqlite.strict;
}

/// Generated columns are computed anew from what the column will hold.
void Provenance::lose_dependents(TableProvenance& live, const dialect::ColumnOf& column) const {
  for (const Column& other : column.table.columns) {
    if (other.generated && other.name != column.column.name &&
        rules_.mentions(other.generated->sql.for_dialect(dialect_.kind()), column.column.name)) {
      live.sources.erase(other.name);
    }
  }
}

void Provenance::track(const ops::BulkInsert& rows, const schema::Schema&) {
  lose_sight(rows.table);
}

void Provenance::track(const ops::BulkDelete& rows, const schema::Schema&) {
  lose_sight(rows.table);
}

void Provenance::track(const ops::Execute& execute, const schema::Schema&) {
  if (!execute.sql.for_dialect(dialect_.kind()).empty()) blind_ = true;
}

void Provenance::lose_sight(const std::string& table) {
  tables_.erase(table);
  created_.erase(table);
}

}  // namespace dbmig::data_check
