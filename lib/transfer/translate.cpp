#include "transfer/translate.hpp"

#include <fmt/core.h>

#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/two_meanings.hpp"
#include "schema/names.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

/// The columns of `table` by which rows are found or told apart.
std::set<std::string> key_columns(const schema::Table& table) {
  std::set<std::string> names = schema::constrained_columns(table);
  for (const schema::Index& index : table.indexes) {
    for (const schema::IndexPart& part : index.parts) names.insert(part.column);
  }
  return names;
}

/// MariaDB indexes no text of any length, and takes texts for equal that SQLite tells apart.
void translate_keys(schema::Table& table) {
  constexpr int kKeyLength = 255;
  const std::set<std::string> keys = key_columns(table);
  for (schema::Column& column : table.columns) {
    if (keys.count(column.name) == 0 || column.mariadb.type) continue;
    const schema::TypeKind kind = column.type.kind;
    if (!schema::is_text(kind)) continue;
    if (kind != schema::TypeKind::char_ && kind != schema::TypeKind::varchar) {
      column.type = {};
      column.type.kind = schema::TypeKind::varchar;
      column.type.length = kKeyLength;
      column.sqlite.type.reset();
    }
    const bool is_exact = column.sqlite.collation.empty() ||
                          text::equals_ignoring_case(column.sqlite.collation, "binary");
    if (is_exact && column.mariadb.collation.empty() && column.mariadb.charset.empty()) {
      column.mariadb.collation = kExactCollation;
    }
  }
}

/// Indexes that the target does not have: over an expression, unique over some rows, FULLTEXT…
void leave_out_indexes(schema::Table& table, DialectKind to, std::vector<std::string>& left_out) {
  const auto why_not = [&](schema::Table probe) -> std::optional<std::string> {
    const std::string index = probe.indexes.empty() ? std::string() : probe.indexes.front().name;
    schema::Schema alone;
    alone.tables.emplace(table.name, std::move(probe));
    try {
      const schema::Schema there = dialect::dialect(to).canonical(alone);
      if (index.empty() || !there.find_table(table.name)->indexes.empty()) return std::nullopt;
      return fmt::format("index '{}' of table '{}': {} has no such index", index, table.name,
                         product_name(to));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid) throw;
      return error.message();
    }
  };
  schema::Table bare = table;
  bare.indexes.clear();
  if (why_not(bare)) return;  // not on their account, and said when the table is made
  std::vector<schema::Index> kept;
  for (const schema::Index& index : std::as_const(table).indexes) {
    schema::Table probe = bare;
    probe.indexes.push_back(index);
    if (auto reason = why_not(std::move(probe))) {
      left_out.push_back(std::move(*reason));
    } else {
      kept.push_back(index);
    }
  }
  table.indexes = std::move(kept);
}

}  // namespace

Translation translate(const schema::Schema& schema, DialectKind from, DialectKind to) {
  Translation result;
  for (const auto& [name, table] : schema.tables) {
    if (is_own_table(name)) continue;
    if (from != to && table.only) {
      result.left_out.push_back(
          fmt::format("table '{}': only {} has such tables", name, product_name(from)));
      continue;
    }
    result.tables.tables.emplace(name, schema::with_names(table));
  }
  if (from == to) {
    result.rest = schema;
    result.rest.tables.clear();
    return result;
  }
  for (const auto& [name, view] : schema.views) {
    result.left_out.push_back(fmt::format("view '{}': its SQL is {}'s", name, product_name(from)));
  }
  for (const auto& [name, trigger] : schema.triggers) {
    result.left_out.push_back(
        fmt::format("trigger '{}': its SQL is {}'s", name, product_name(from)));
  }
  for (const auto& [key, routine] : schema.routines) {
    result.left_out.push_back(fmt::format("{} '{}': SQLite has no such thing",
                                          schema::to_string(routine.kind), routine.name));
  }
  if (from == DialectKind::sqlite) {
    for (auto& [name, table] : result.tables.tables) dialect::number_keys(table);
    result.tables = dialect::for_both(std::move(result.tables));
    for (auto& [name, table] : result.tables.tables) translate_keys(table);
  }
  for (auto& [name, table] : result.tables.tables) leave_out_indexes(table, to, result.left_out);
  return result;
}

}  // namespace dbmig::transfer
