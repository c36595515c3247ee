#include "data_check/provenance.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

#include "base/text.hpp"
#include "dialect/default_literal.hpp"
#include "dialect/sqlite/conversion.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/token.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/written.hpp"
#include "ops/apply.hpp"

namespace dbmig::data_check {
namespace {

using schema::Column;

/// Whether an expression is made of literals and operators alone, so that it is the same anywhere.
bool is_constant_on_sqlite(const std::string& sql) {
  using dialect::sqlite::Token;
  const std::vector<Token> tokens = dialect::sqlite::tokenize(sql);
  return !tokens.empty() && std::none_of(tokens.begin(), tokens.end(), [](const Token& token) {
    return token.kind == Token::Kind::quoted || token.kind == Token::Kind::variable ||
           (token.kind == Token::Kind::word && !token.is_word("NULL"));
  });
}

/// The same where names are words of another kind.
bool is_constant_on_mariadb(const std::string& sql) {
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

bool is_the_same(const dialect::ColumnOf& from, const dialect::ColumnOf& to) {
  return from.column.type == to.column.type && from.column.generated == to.column.generated &&
         from.column.mariadb == to.column.mariadb && from.column.sqlite == to.column.sqlite &&
         from.table.sqlite.strict == to.table.sqlite.strict &&
         from.table.mariadb.charset == to.table.mariadb.charset &&
         from.table.mariadb.collation == to.table.mariadb.collation;
}

}  // namespace

bool mentions(DialectKind kind, const std::string& sql, const std::string& column) {
  if (kind == DialectKind::sqlite) return dialect::sqlite::mentions(sql, column);
  std::string quoted;
  for (const char c : text::lower(column)) quoted += c == '`' ? "``" : std::string(1, c);
  const std::string text = text::lower(sql);
  return text.find(quoted) != std::string::npos ||
         text.find(text::lower(column)) != std::string::npos;
}

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
    : dialect_(dialect), defaults_(std::move(defaults)) {
  for (const auto& [name, table] : before.tables) {
    if (table.only && *table.only != dialect.kind()) continue;
    TableProvenance live{name, {}, false, {}, {}};
    if (dialect.kind() == DialectKind::sqlite && table.sqlite.module.empty()) {
      live.rowid = dialect::sqlite::rowid_name(table).value_or("");
    }
    for (const Column& column : table.columns) {
      const std::string own = quoted(column.name);
      live.sources[column.name] = {own, own, {}, {}, {}, false};
      if (is_given_away(column.name)) live.changed = true;
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
                                 const std::vector<std::string>& more, bool with_history) const {
  const TableProvenance& live = tables_.at(table);
  const std::string rows = quoted(live.name) + (with_history ? " FOR SYSTEM_TIME ALL" : "");
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
  if (dialect_.kind() == DialectKind::sqlite) {
    return dialect::conversion(dialect_.kind(), value, from, to);
  }
  const schema::Table before = reconciled(from.table);
  const schema::Table after = reconciled(to.table);
  return dialect::conversion(dialect_.kind(), value, {before, from.column}, {after, to.column});
}

/// What a column may take from its table.
schema::Table Provenance::reconciled(const schema::Table& table) const {
  const bool is_open = table.mariadb.charset.empty() && table.mariadb.collation.empty();
  schema::Table out;
  out.mariadb.charset = is_open ? defaults_.charset : table.mariadb.charset;
  out.mariadb.collation = is_open ? defaults_.collation : table.mariadb.collation;
  return out;
}

std::string Provenance::invalid_casts(const std::string& value, const dialect::ColumnOf& from,
                                      const dialect::ColumnOf& to) const {
  const DialectKind kind = dialect_.kind();
  const schema::Table before = reconciled(from.table);
  const schema::Table after = reconciled(to.table);
  const dialect::ColumnOf old_column{before, from.column};
  const dialect::ColumnOf new_column{after, to.column};
  const std::string bytes = dialect::invalid_byte_casts(kind, value, old_column, new_column);
  const schema::Type& old_type = from.column.type_on(kind);
  const schema::Type& new_type = to.column.type_on(kind);
  if (old_type == new_type) return bytes;
  const std::string values = dialect_.invalid_casts(
      dialect::sought_in_list(kind, value, old_column, new_column), old_type, new_type);
  if (bytes.empty() || values.empty()) return bytes + values;
  return fmt::format("({} OR {})", bytes, values);
}

/// SQLite gives a column of a subquery that is called TRUE or FALSE another name.
/// Source: sqlite3ColumnsFromExprList() in its select.c
bool Provenance::is_given_away(const std::string& column) const {
  return dialect_.kind() == DialectKind::sqlite && (text::equals_ignoring_case(column, "true") ||
                                                    text::equals_ignoring_case(column, "false"));
}

std::string Provenance::name_in_relation(const std::string& column) const {
  return is_given_away(column) ? "dbmig_" + column : column;
}

std::string Provenance::reference(const std::string& column) const {
  return quoted(name_in_relation(column));
}

std::string Provenance::expression(const std::string& table, const std::string& sql) const {
  const TableProvenance* live = find(table);
  if (live == nullptr) return sql;
  std::string out = sql;
  for (const auto& [name, source] : live->sources) {
    if (is_given_away(name)) out = dialect::sqlite::replace_name(out, name, name_in_relation(name));
  }
  return out;
}

bool Provenance::is_expressible(const std::string& table,
                                const std::vector<std::string>& columns) const {
  const TableProvenance* live = find(table);
  // On SQLite a name in double quotes that is no column would be a text.
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
    const bool is_other_key =
        dialect_.kind() == DialectKind::sqlite &&
        dialect::sqlite::is_rowid(*table, column) != dialect::sqlite::is_rowid(*after, *to);
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
    if (literal && own != nullptr) table->sources[column.name] = filled(*literal, {*own, column});
  } else if (column.nullable) {
    table->sources[column.name] = {"NULL", "NULL", {}, {}, {}, false};
  }
}

LiveColumn Provenance::filled(const std::string& literal, const dialect::ColumnOf& column) const {
  if (dialect_.kind() == DialectKind::mariadb) return {literal, literal, {}, {}, {}, false};
  const dialect::Conversion in = dialect::sqlite::stored(literal, column);
  return {in.value, in.in_expressions, {}, in.expressible, {}, false};
}

std::optional<std::string> Provenance::literal_of(const schema::Default& value) const {
  if (value.kind != schema::Default::Kind::sql) return dialect::literal_of(dialect_, value);
  const std::string& written = value.sql.for_dialect(dialect_.kind());
  if (dialect_.kind() == DialectKind::mariadb) {
    return is_constant_on_mariadb(written) ? std::optional('(' + written + ')') : std::nullopt;
  }
  if (!value.sql.sqlite.empty()) {
    if (const auto name = dialect::sqlite::text_of_bare_name(written)) {
      return dialect_.quote_string(*name);
    }
  }
  const std::string sql = dialect::sqlite::without_truths(written);
  return is_constant_on_sqlite(sql) ? std::optional('(' + sql + ')') : std::nullopt;
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
  if (dialect_.kind() != DialectKind::sqlite || live == nullptr || old == nullptr) return;
  schema::Table table = *old;
  table.primary_key = create.key;
  for (const Column& column : table.columns) {
    if (live->fresh.count(column.name) == 0 || !dialect::sqlite::is_rowid(table, column)) continue;
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
        mentions(dialect_.kind(), other.generated->sql.for_dialect(dialect_.kind()),
                 column.column.name)) {
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
