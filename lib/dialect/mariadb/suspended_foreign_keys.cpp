#include "dialect/mariadb/suspended_foreign_keys.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/canonical.hpp"
#include "dialect/mariadb/key_types.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/render.hpp"
#include "ops/rename.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::ForeignKey;
using schema::Schema;
using schema::Table;

bool fits(const Schema& schema, const Table& child, const ForeignKey& key) {
  const Table* parent = schema.find_table(key.referenced_table);
  if (parent == nullptr && key.external) return true;
  if (parent == nullptr || key.columns.size() != key.referenced_columns.size()) return false;
  for (std::size_t i = 0; i < key.columns.size(); ++i) {
    const schema::Column* column = child.find_column(key.columns[i]);
    const schema::Column* referenced = parent->find_column(key.referenced_columns[i]);
    if (column == nullptr || referenced == nullptr ||
        !can_reference(child, *column, *parent, *referenced)) {
      return false;
    }
  }
  return true;
}

std::vector<std::string> renamed_indexes(const Table& before, const Table& after) {
  const Table was = canonical_table(before, Form::build);
  const Table now = canonical_table(after, Form::build);
  std::vector<std::string> clauses;
  for (const schema::Index& index : was.indexes) {
    if (now.find_index(index.name) != nullptr) continue;
    const auto same =
        std::find_if(now.indexes.begin(), now.indexes.end(), [&](const schema::Index& other) {
          return other.parts == index.parts && was.find_index(other.name) == nullptr;
        });
    if (same == now.indexes.end()) continue;
    clauses.push_back("RENAME KEY " + quote(index.name) + " TO " + quote(same->name));
  }
  return clauses;
}

}  // namespace

void require_no_foreign_keys(const Schema& schema, const Table& table) {
  const std::string& engine = table.mariadb.engine;
  if (engine.empty() || text::equals_ignoring_case(engine, "innodb")) return;
  for_foreign_keys(schema, table.name, [&](const Table& child, const ForeignKey& key) {
    throw Error(ErrorCode::failed,
                fmt::format("table '{}' is to have the engine {}, which has no foreign keys, and "
                            "foreign key '{}' of table '{}' {} it",
                            table.name, engine, key.name, child.name,
                            key.referenced_table == table.name ? "refers to" : "leaves"))
        .hint("drop the foreign key before this operation");
  });
}

std::vector<std::string> SuspendedForeignKeys::suspend(const Schema& schema, const Table& renamed,
                                                       const Table& after) {
  std::set<std::string> changed;
  for (const schema::Column& column : after.columns) {
    const schema::Column* old = renamed.find_column(column.name);
    if (old != nullptr && key_signature(renamed, *old) != key_signature(after, column)) {
      changed.insert(column.name);
    }
  }
  if (changed.empty()) return {};
  const auto any = [&](const std::vector<std::string>& columns) {
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& column) { return changed.count(column) > 0; });
  };
  std::vector<std::string> drops;
  for_foreign_keys(schema, after.name, [&](const Table& child, const ForeignKey& key) {
    const bool touched = (child.name == after.name && any(key.columns)) ||
                         (key.referenced_table == after.name && any(key.referenced_columns));
    const bool old = child.name != after.name || renamed.find_foreign_key(key.name) != nullptr;
    if (touched && old && keys_.emplace(child.name, key.name).second) {
      drops.push_back("ALTER TABLE " + quote(child.name) + " DROP FOREIGN KEY " + quote(key.name));
    }
    // A key that is added here onto a column whose other end has yet to change waits too.
    if (touched && !old && !fits(schema, child, key)) keys_.emplace(child.name, key.name);
  });
  return drops;
}

bool SuspendedForeignKeys::has(const Table& table, const ForeignKey& key) const {
  return keys_.count({table.name, key.name}) > 0;
}

Table SuspendedForeignKeys::without(Table table) const {
  erase_if(table.foreign_keys, [&](const ForeignKey& key) { return has(table, key); });
  return table;
}

std::vector<std::string> SuspendedForeignKeys::resume(const Schema& schema, bool all) {
  std::vector<std::string> statements;
  if (keys_.empty()) return statements;
  std::set<std::pair<std::string, std::string>> waiting;
  for (const auto& [name, child] : schema.tables) {
    for (const ForeignKey& key : child.foreign_keys) {
      if (!has(child, key)) continue;
      if (!all && !fits(schema, child, key)) {
        waiting.emplace(name, key.name);
        continue;
      }
      const Table canonical = canonical_table(child, Form::build);
      statements.push_back("ALTER TABLE " + quote(child.name) + " ADD " +
                           foreign_key_definition(*canonical.find_foreign_key(key.name)));
    }
  }
  keys_ = std::move(waiting);
  return statements;
}

void SuspendedForeignKeys::rename(const Schema& schema, const ops::RenameTable& op) {
  for (const ForeignKey& key : schema.table(op.name).foreign_keys) {
    if (keys_.erase({op.name, key.name}) == 0) continue;
    keys_.emplace(op.to, ops::foreign_key_name(key.name, op.name, op.to));
  }
}

std::vector<std::string> rename_keys(const Table& before, const Table& after) {
  std::vector<std::string> clauses;
  for (std::size_t i = 0; i < after.foreign_keys.size(); ++i) {
    const std::string& old = before.foreign_keys[i].name;
    if (old == after.foreign_keys[i].name) continue;
    clauses.push_back("DROP FOREIGN KEY " + quote(old));
    clauses.push_back("ADD " + foreign_key_definition(after.foreign_keys[i]));
  }
  if (clauses.empty()) return {};
  std::string sql = "ALTER TABLE " + quote(after.name) + ' ';
  const std::vector<std::string> indexes = renamed_indexes(before, after);
  if (!indexes.empty()) sql += text::join(indexes, ", ") + " /*M!120100 , ";
  if (indexes.empty()) sql += "/*M!120100 ";
  return {sql + text::join(clauses, ", ") + " */"};
}

}  // namespace dbmig::dialect::mariadb
