#include "transfer/translate.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "dialect/dialect.hpp"
#include "dialect/two_meanings.hpp"
#include "schema/names.hpp"
#include "schema/unique_keys.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/evidence_kinds.hpp"
#include "transfer/one_sided.hpp"
#include "transfer/table_order.hpp"

namespace dbmig::transfer {
namespace {

/// Whether MariaDB requires a length for one of these columns in `table`: it shortens the values of
/// a plain index on one column by itself.
bool needs_length(const schema::Table& table, const std::string& column) {
  if (schema::constrained_columns(table).count(column) != 0) return true;
  return std::any_of(table.indexes.begin(), table.indexes.end(), [&](const schema::Index& index) {
    return (index.unique || index.parts.size() > 1) &&
           std::any_of(index.parts.begin(), index.parts.end(),
                       [&](const schema::IndexPart& part) { return part.column == column; });
  });
}

/// MariaDB cannot index text of unlimited length, and treats texts as equal that SQLite
/// distinguishes.
void translate_keys(schema::Table& table) {
  constexpr int kKeyLength = 255;
  const std::set<std::string> keys = key_columns(table);
  for (schema::Column& column : table.columns) {
    if (keys.count(column.name) == 0 || column.mariadb.type) continue;
    const schema::TypeKind kind = column.type.kind;
    const bool is_counted = kind == schema::TypeKind::char_ || kind == schema::TypeKind::varchar ||
                            kind == schema::TypeKind::binary || kind == schema::TypeKind::varbinary;
    if (schema::is_binary(kind) && !is_counted && needs_length(table, column.name)) {
      column.mariadb.type = type_of(schema::TypeKind::varbinary, kKeyLength);
    }
    if (!schema::is_text(kind)) continue;
    if (!is_counted && needs_length(table, column.name)) {
      column.type = type_of(schema::TypeKind::varchar, kKeyLength);
      column.sqlite.type.reset();
    }
    const bool is_exact = column.sqlite.collation.empty() ||
                          text::equals_ignoring_case(column.sqlite.collation, "binary");
    if (is_exact && column.mariadb.collation.empty() && column.mariadb.charset.empty()) {
      column.mariadb.collation = kExactCollation;
    }
  }
}

/// Removes indexes that the target cannot have: on expressions, unique on part of the rows,
/// FULLTEXT…
void leave_out_indexes(schema::Table& table, DialectKind to, std::vector<std::string>& left_out) {
  const auto why_not = [&](schema::Table probe) -> std::optional<std::string> {
    const std::string index = probe.indexes.empty() ? std::string() : probe.indexes.front().name;
    schema::Schema alone;
    alone.tables.emplace(table.name, std::move(probe));
    try {
      const schema::Schema there = dialect::dialect(to).canonical(alone);
      const schema::Table& made = *there.find_table(table.name);
      // A canonical form may have a unique index among the unique constraints.
      const bool is_there = !made.indexes.empty() || made.find_unique(index) != nullptr;
      if (index.empty() || is_there) return std::nullopt;
      return fmt::format("index '{}' of table '{}': {} has no such index", index, table.name,
                         product_name(to));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::invalid) throw;
      return error.message();
    }
  };
  schema::Table bare = table;
  bare.indexes.clear();
  if (why_not(bare)) return;  // not because of the index itself; reported when the table is created
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

/// Whether texts that differ in bytes may be equal in `column` on MariaDB.
bool is_loose(const schema::Table& table, const schema::Column& column) {
  if (!schema::is_text(column.type_on(DialectKind::mariadb).kind)) return false;
  const bool has_own = !column.mariadb.collation.empty() || !column.mariadb.charset.empty();
  const std::string collation =
      text::lower(has_own ? column.mariadb.collation : table.mariadb.collation);
  return !collation.ends_with("_bin") && !collation.ends_with("_cs") && collation != "binary";
}

/// Unique keys that forbid more on MariaDB than on SQLite, where whole values are compared by their
/// bytes.
void tell_weaker_keys(const schema::Table& table, std::vector<std::string>& left_out) {
  for (const schema::UniqueKey& key : schema::unique_keys(table)) {
    std::vector<std::string> loose;
    for (std::size_t i = 0; i < key.columns.size(); ++i) {
      const schema::Column* column = table.find_column(key.columns[i]);
      if (column == nullptr) continue;
      if (is_loose(table, *column)) loose.push_back(fmt::format("'{}'", column->name));
      if (key.parts[i].length == 0) continue;
      left_out.push_back(fmt::format(
          "the length of '{}' in {} of table '{}': SQLite compares the whole value, and rows whose "
          "first {} are the same are allowed",
          column->name, key.subject, table.name,
          text::count(static_cast<std::size_t>(key.parts[i].length), "character")));
    }
    if (loose.empty()) continue;
    left_out.push_back(
        fmt::format("the collation of {} in {} of table '{}': SQLite distinguishes upper and lower "
                    "case and accents there (COLLATE NOCASE does not distinguish A to Z from a to "
                    "z)",
                    text::join(loose, ", "), key.subject, table.name));
  }
}

bool is_own_collation(const std::string& name) {
  return !name.empty() && !text::equals_ignoring_case(name, "binary") &&
         !text::equals_ignoring_case(name, "nocase") && !text::equals_ignoring_case(name, "rtrim");
}

/// Removes collations that only the source's application defines: SQLite cannot create a table or
/// index with an undefined one.
void leave_out_collations(schema::Table& table, DialectKind to,
                          std::vector<std::string>& left_out) {
  const auto leave_out = [&](std::string& collation, const std::string& column) {
    left_out.push_back(
        fmt::format("collation {} of '{}.{}', which is defined by the source's application: {}",
                    collation, table.name, column,
                    to == DialectKind::sqlite
                        ? "its values are compared byte by byte"
                        : "its values are compared with the default collation of the target"));
    collation.clear();
  };
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const schema::Column& column = std::as_const(table).columns[i];
    const bool has_other = dialect::capabilities(to).charsets && !column.mariadb.collation.empty();
    if (!is_own_collation(column.sqlite.collation) || has_other) continue;
    leave_out(table.columns[i].sqlite.collation, column.name);
  }
  for (schema::Index& index : table.indexes) {
    for (schema::IndexPart& part : index.parts) {
      if (is_own_collation(part.collation)) leave_out(part.collation, part.column);
    }
  }
}

}  // namespace

Translation translate(const schema::Schema& schema, DialectKind from, DialectKind to) {
  Translation result;
  for (const auto& [name, table] : schema.tables) {
    if (is_own_table(name)) continue;
    if (from != to && !table.sqlite.module.empty()) {
      result.left_out.push_back(
          fmt::format("table '{}': only SQLite has virtual tables ({})", name,
                      text::trim(table.sqlite.module.substr(0, table.sqlite.module.find('(')))));
      result.left_out_tables.push_back(name);
      continue;
    }
    schema::Table& taken =
        result.tables.tables.emplace(name, schema::with_names(table)).first->second;
    if (from != to) taken.only.reset();
    if (dialect::capabilities(from).flexible_typing && to == from) {
      leave_out_collations(taken, to, result.left_out);
    }
  }
  if (from == to) {
    result.rest = schema;
    result.rest.tables.clear();
    return result;
  }
  for (const auto& [name, view] : schema.views) {
    result.left_out.push_back(
        fmt::format("view '{}': its SQL is written for {}", name, product_name(from)));
  }
  for (const auto& [name, trigger] : schema.triggers) {
    result.left_out.push_back(
        fmt::format("trigger '{}': its SQL is written for {}", name, product_name(from)));
  }
  for (const auto& [key, routine] : schema.routines) {
    result.left_out.push_back(fmt::format("{} '{}': SQLite does not have it",
                                          schema::to_string(routine.kind), routine.name));
  }
  if (dialect::capabilities(from).flexible_typing) {
    for (auto& [name, table] : result.tables.tables) {
      leave_out_collations(table, to, result.left_out);
      dialect::number_keys(table);
      dialect::keep_digits(table);
    }
    result.tables = dialect::for_both(std::move(result.tables));
    for (auto& [name, table] : result.tables.tables) translate_keys(table);
  }
  for (auto& [name, table] : result.tables.tables) {
    if (dialect::capabilities(from).charsets) tell_weaker_keys(table, result.left_out);
    for (std::string& one : drop_one_sided(table, to)) result.left_out.push_back(std::move(one));
  }
  for (auto& [name, table] : result.tables.tables) leave_out_indexes(table, to, result.left_out);
  return result;
}

}  // namespace dbmig::transfer
