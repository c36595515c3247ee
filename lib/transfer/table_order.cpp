#include "transfer/table_order.hpp"

#include <fmt/core.h>

#include <functional>
#include <set>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::transfer {
namespace {

const std::string* find_name(const std::vector<std::string>& names, const std::string& wanted) {
  for (const std::string& name : names) {
    if (name == wanted) return &name;
  }
  for (const std::string& name : names) {
    if (text::equals_ignoring_case(name, wanted)) return &name;
  }
  return nullptr;
}

}  // namespace

bool is_own_table(const std::string& name) {
  return name.rfind("dbmig_", 0) == 0;
}

std::vector<std::string> parents_first(const schema::Schema& schema,
                                       const std::vector<std::string>& names) {
  std::vector<std::string> order;
  std::set<std::string> seen;
  const std::function<void(const std::string&)> take = [&](const std::string& name) {
    if (!seen.insert(name).second) return;
    for (const schema::ForeignKey& key : schema.table(name).foreign_keys) {
      if (const std::string* parent = find_name(names, key.referenced_table)) take(*parent);
    }
    order.push_back(name);
  };
  for (const std::string& name : names) take(name);
  return order;
}

std::vector<std::string> choose_tables(const schema::Schema& schema,
                                       const std::vector<std::string>& wanted) {
  std::vector<std::string> known;
  for (const auto& [name, table] : schema.tables) {
    if (!is_own_table(name)) known.push_back(name);
  }
  if (wanted.empty()) return parents_first(schema, known);
  std::vector<std::string> chosen;
  for (const std::string& name : wanted) {
    const std::string* found = find_name(known, name);
    if (found == nullptr) {
      throw Error(ErrorCode::not_found, fmt::format("there is no table '{}'", name))
          .hint(text::suggest(name, known));
    }
    if (find_name(chosen, *found) == nullptr) chosen.push_back(*found);
  }
  return parents_first(schema, chosen);
}

std::set<std::string> key_columns(const schema::Table& table) {
  std::set<std::string> names = schema::constrained_columns(table);
  for (const schema::Index& index : table.indexes) {
    for (const schema::IndexPart& part : index.parts) names.insert(part.column);
  }
  return names;
}

std::vector<schema::Column> stored_columns(const schema::Table& table) {
  std::vector<schema::Column> columns;
  for (const schema::Column& column : table.columns) {
    if (!column.generated) columns.push_back(column);
  }
  return columns;
}

namespace {

/// In the form that schema/geometry_text.hpp reads.
std::string geometry_as_text(const std::string& name) {
  return fmt::format(
      "IF(ST_SRID({0}) = 0, ST_AsText({0}), CONCAT('SRID=', ST_SRID({0}), ';', ST_AsText({0})))",
      name);
}

}  // namespace

std::string select_rows(const schema::Table& table, const std::vector<schema::Column>& columns,
                        const dialect::Dialect& dialect, const std::string& range) {
  const bool is_mariadb = dialect.kind() == DialectKind::mariadb;
  std::vector<std::string> selected;
  for (const schema::Column& column : columns) {
    const std::string name = dialect.quote_identifier(column.name);
    const bool as_text = is_mariadb && schema::is_geometry(column.type_on(dialect.kind()).kind);
    selected.push_back(as_text ? geometry_as_text(name) + " AS " + name : name);
  }
  std::string sql = fmt::format("SELECT {} FROM {}", text::join(selected, ", "),
                                dialect.quote_identifier(table.name));
  if (!range.empty()) sql += " WHERE " + range;
  if (!table.primary_key) return sql;
  std::vector<std::string> keys;
  for (const std::string& column : table.primary_key->columns) {
    keys.push_back(dialect.quote_identifier(table.name) + "." + dialect.quote_identifier(column));
  }
  return sql + " ORDER BY " + text::join(keys, ", ");
}

}  // namespace dbmig::transfer
