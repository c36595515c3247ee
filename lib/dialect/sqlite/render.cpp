#include "dialect/sqlite/render.hpp"

#include "base/text.hpp"
#include "dialect/sqlite/expression.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/token.hpp"
#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/value_check.hpp"
#include "dialect/sqlite/written.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Column;
using schema::Default;
using schema::ReferentialAction;
using schema::Table;

std::string quoted_list(const std::vector<std::string>& names) {
  std::vector<std::string> quoted;
  quoted.reserve(names.size());
  for (const std::string& name : names) quoted.push_back(quote_identifier(name));
  return "(" + text::join(quoted, ", ") + ")";
}

std::string conflict_clause(const std::string& algorithm) {
  return algorithm.empty() ? std::string() : " ON CONFLICT " + text::upper(algorithm);
}

std::string default_clause(const Default& value) {
  const std::string& sql = value.sql.for_dialect(DialectKind::sqlite);
  const bool bare = is_bare_default(sql, !value.sql.sqlite.empty());
  return bare ? " DEFAULT " + sql : " DEFAULT (" + sql + ")";
}

std::string constraint(const std::string& name) {
  return name.empty() ? std::string() : "CONSTRAINT " + quote_identifier(name) + " ";
}

/// The name of a constraint unless it is written without one.
std::string constraint(const std::string& name, const Table& table) {
  return table.sqlite.unnamed.count(name) != 0 ? std::string() : constraint(name);
}

/// What stands between the parentheses of a primary key or unique constraint.
template <class Key>
std::string key_list(const Key& key) {
  std::vector<std::string> list;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    std::string part = quote_identifier(key.columns[i]);
    if (i < key.parts.size()) {
      const schema::KeyPart& how = key.parts[i];
      if (!how.collation.empty()) part += " COLLATE " + quote_identifier(how.collation);
      if (how.descending) part += " DESC";
    }
    list.push_back(std::move(part));
  }
  return "(" + text::join(list, ", ") + ")";
}

/// DESC at the column makes it no rowid, so that it must stand there.
bool is_descending_column(const schema::PrimaryKey& key) {
  return key.columns.size() == 1 && key.parts.size() == 1 && key.parts.front().descending &&
         key.parts.front().collation.empty();
}

/// Whether the primary key stands at its only column.
bool is_column_key(const Table& table) {
  const auto& key = table.primary_key;
  return key && key->columns.size() == 1 && (key->parts.empty() || is_descending_column(*key));
}

std::string key_clause(const Column& column, const Table& table) {
  const auto& key = table.primary_key;
  if (!is_column_key(table) || key->columns.front() != column.name) return {};
  return " " + constraint(key->name) + "PRIMARY KEY" + (is_descending_column(*key) ? " DESC" : "") +
         conflict_clause(key->on_conflict) + (column.autoincrement ? " AUTOINCREMENT" : "");
}

std::string action_clause(std::string_view event, ReferentialAction action) {
  if (action == ReferentialAction::none) return {};
  return " ON " + std::string(event) + " " + text::upper(to_string(action));
}

std::string foreign_key_clause(const schema::ForeignKey& key, const Table& table) {
  std::string sql = constraint(key.name, table) + "FOREIGN KEY " + quoted_list(key.columns) +
                    " REFERENCES " + quote_identifier(key.referenced_table);
  if (!key.referenced_columns.empty() && table.sqlite.implied.count(key.name) == 0) {
    sql += " " + quoted_list(key.referenced_columns);
  }
  sql += action_clause("DELETE", key.on_delete) + action_clause("UPDATE", key.on_update);
  if (key.deferrable) sql += " DEFERRABLE INITIALLY DEFERRED";
  return sql;
}

}  // namespace

std::string default_value_sql(const Default& value) {
  const std::string& sql = value.sql.for_dialect(DialectKind::sqlite);
  const bool names = !value.sql.sqlite.empty();
  if (!is_bare_default(sql, names)) return "(" + sql + ")";
  // A lone name stands for a text behind DEFAULT, and for a column anywhere else.
  if (!is_bare_default(sql, false)) return quote_string(tokenize(sql).front().value());
  return sql;
}

std::string column_definition(const Column& column, const Table& table) {
  std::string sql = quote_identifier(column.name);
  const schema::Type& type = column.type_on(DialectKind::sqlite);
  const std::string declared = declared_type(type, table.sqlite.strict);
  if (!declared.empty()) sql += " " + declared;
  if (!column.nullable) sql += " NOT NULL" + conflict_clause(column.sqlite.on_conflict);
  sql += key_clause(column, table);
  if (column.default_value) sql += default_clause(*column.default_value);
  if (!column.sqlite.collation.empty()) {
    sql += " COLLATE " + quote_identifier(column.sqlite.collation);
  }
  if (const auto check = value_check(column.name, type)) sql += " CHECK (" + *check + ")";
  if (column.generated) {
    sql += " GENERATED ALWAYS AS (" + column.generated->sql.for_dialect(DialectKind::sqlite) +
           (column.generated->stored ? ") STORED" : ") VIRTUAL");
  }
  return sql;
}

std::string create_table(const Table& table, std::optional<std::string_view> name) {
  if (!table.sqlite.module.empty()) {
    return "CREATE VIRTUAL TABLE " + quote_identifier(table.name) + " USING " + table.sqlite.module;
  }
  std::vector<std::string> parts;
  for (const Column& column : table.columns) parts.push_back(column_definition(column, table));
  if (table.primary_key && !is_column_key(table)) {
    parts.push_back(constraint(table.primary_key->name) + "PRIMARY KEY " +
                    key_list(*table.primary_key) + conflict_clause(table.primary_key->on_conflict));
  }
  for (const schema::Unique& unique : table.uniques) {
    parts.push_back(constraint(unique.name, table) + "UNIQUE " + key_list(unique) +
                    conflict_clause(unique.on_conflict));
  }
  for (const schema::ForeignKey& key : table.foreign_keys) {
    parts.push_back(foreign_key_clause(key, table));
  }
  for (const schema::Check& check : table.checks) {
    parts.push_back(constraint(check.name, table) + "CHECK (" + check.sql.any + ")");
  }
  std::string sql = "CREATE TABLE " + quote_identifier(name.value_or(table.name)) + " (\n  " +
                    text::join(parts, ",\n  ") + "\n)";
  std::vector<std::string> options;
  if (table.sqlite.without_rowid) options.emplace_back("WITHOUT ROWID");
  if (table.sqlite.strict) options.emplace_back("STRICT");
  return options.empty() ? sql : sql + " " + text::join(options, ", ");
}

std::string create_index(const schema::Index& index, std::string_view table) {
  std::vector<std::string> parts;
  for (const schema::IndexPart& part : index.parts) parts.push_back(index_part_sql(part));
  std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  sql += quote_identifier(index.name) + " ON " + quote_identifier(table) + " (" +
         text::join(parts, ", ") + ")";
  const std::string& where = index.where.for_dialect(DialectKind::sqlite);
  return where.empty() ? sql : sql + " WHERE " + where;
}

std::string create_view(const schema::View& view) {
  std::string sql = "CREATE VIEW " + quote_identifier(view.name);
  if (!view.columns.empty()) sql += " " + quoted_list(view.columns);
  return sql + " AS " + trimmed_sql(view.sql.for_dialect(DialectKind::sqlite));
}

std::string create_trigger(const schema::Trigger& trigger) {
  return "CREATE TRIGGER " + quote_identifier(trigger.name) + " " +
         trimmed_sql(trigger.sql.for_dialect(DialectKind::sqlite));
}

}  // namespace dbmig::dialect::sqlite
