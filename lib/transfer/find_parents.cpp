#include "transfer/find_parents.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

/// "country" for countries, "box" for boxes, "user" for users.
std::vector<std::string> names_of_one(const std::string& table) {
  std::vector<std::string> names = {text::lower(table)};
  const std::string name = names.front();
  if (name.ends_with("ies")) names.push_back(name.substr(0, name.size() - 3) + "y");
  if (name.ends_with("es")) names.push_back(name.substr(0, name.size() - 2));
  if (name.ends_with("s")) names.push_back(name.substr(0, name.size() - 1));
  return names;
}

/// Whether the column's name suggests that it refers to `table`.`key`.
bool names_parent(const std::string& column, const std::string& table, const std::string& key) {
  const std::string wanted = text::lower(column);
  for (const std::string& one : names_of_one(table)) {
    if (wanted == one + "_" + text::lower(key) || wanted == one + text::lower(key)) return true;
    if (wanted == one) return true;
  }
  const bool is_general = key == "id" || key == "name" || key == "code" || key == "key";
  return !is_general && wanted == text::lower(key);
}

bool is_comparable(const schema::Type& own, const schema::Type& parent) {
  const auto is_word = [](schema::TypeKind kind) {
    return kind == schema::TypeKind::varchar || kind == schema::TypeKind::char_ ||
           kind == schema::TypeKind::enum_;
  };
  if (schema::is_integer(own.kind)) return schema::is_integer(parent.kind);
  if (own.kind == schema::TypeKind::uuid) return parent.kind == own.kind;
  return is_word(own.kind) && is_word(parent.kind);
}

/// Columns that identify a row of `table` by themselves.
std::vector<std::string> single_keys(const schema::Table& table) {
  std::vector<std::string> keys;
  if (table.primary_key && table.primary_key->columns.size() == 1) {
    keys.push_back(table.primary_key->columns.front());
  }
  for (const schema::Unique& unique : table.uniques) {
    if (unique.columns.size() == 1) keys.push_back(unique.columns.front());
  }
  return keys;
}

/// Whether every hash in `wanted`, which is sorted, belongs to a value of the key.
bool has_all(backend::Connection& database, const schema::Table& table, const std::string& key,
             const std::vector<std::uint64_t>& wanted) {
  const dialect::Dialect& dialect = database.dialect();
  std::vector<bool> is_found(wanted.size(), false);
  std::size_t left = wanted.size();
  try {
    const auto rows = database.read_rows(fmt::format(
        "SELECT {} FROM {}", dialect.quote_identifier(key), dialect.quote_identifier(table.name)));
    std::vector<backend::Cell> row;
    while (left != 0 && rows->next(row)) {
      const std::uint64_t hash = Evidence::hash_of(value_text(row[0]));
      const auto at = std::lower_bound(wanted.begin(), wanted.end(), hash);
      if (at == wanted.end() || *at != hash) continue;
      const auto place = static_cast<std::size_t>(at - wanted.begin());
      if (is_found[place]) continue;
      is_found[place] = true;
      --left;
    }
  } catch (const Error&) {
    return false;  // the database does not have the table yet
  }
  return left == 0;
}

}  // namespace

std::vector<std::string> find_parents(backend::Connection& database, const schema::Schema& schema,
                                      Inferred& inferred) {
  std::vector<std::string> found;
  for (std::size_t i = 0; i < inferred.table.columns.size(); ++i) {
    schema::Column& column = inferred.table.columns[i];
    if (inferred.columns[i].different() == 0) continue;
    std::optional<std::vector<std::uint64_t>> values;
    bool is_found = false;
    for (const auto& [name, table] : schema.tables) {
      for (const std::string& key : single_keys(table)) {
        const schema::Column* parent = table.find_column(key);
        if (is_found || parent == nullptr || name == inferred.table.name) continue;
        if (!names_parent(column.name, name, key) || !is_comparable(column.type, parent->type)) {
          continue;
        }
        if (!values) values = inferred.columns[i].different_values();
        if (!values || !has_all(database, table, key, *values)) continue;
        is_found = true;
        column.type = parent->type;
        schema::ForeignKey foreign;
        foreign.columns = {column.name};
        foreign.referenced_table = name;
        foreign.referenced_columns = {key};
        inferred.table.foreign_keys.push_back(foreign);
        found.push_back(fmt::format("{} refers to '{}.{}', which has all of its {}", column.name,
                                    name, key, text::count(values->size(), "different value")));
      }
    }
  }
  return found;
}

}  // namespace dbmig::transfer
