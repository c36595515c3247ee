#include "diagram/json_pool.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::diagram {
namespace {

using schema::Column;
using schema::Table;

/// `table` as a database would report it; nothing where it cannot be there.
const Table* on_database(const Table& table, DialectKind kind, schema::Schema& kept) {
  if (table.only && *table.only != kind) return nullptr;
  kept.tables.emplace(table.name, table);
  try {
    kept = dialect::dialect(kind).canonical(kept);
  } catch (const Error&) {
    return nullptr;  // a model that this database refuses is told by others
  }
  return kept.find_table(table.name);
}

std::string default_text(const schema::Default& value) {
  using Kind = schema::Default::Kind;
  switch (value.kind) {
    case Kind::string:
      return "'" + value.literal + "'";
    case Kind::number:
    case Kind::boolean:
      return value.literal;
    case Kind::sql:
      break;
  }
  return value.sql.any.empty() ? value.sql.mariadb + value.sql.sqlite : value.sql.any;
}

void set(Json& json, const char* name, const std::string& text) {
  if (!text.empty()) json[name] = text;
}

Json column_json(const Column& column) {
  Json json{{"name", column.name}};
  set(json, "type", schema::to_string(column.type));
  if (!column.nullable) json["required"] = true;
  if (column.autoincrement) json["autoincrement"] = true;
  if (column.default_value) json["default"] = default_text(*column.default_value);
  if (column.generated) {
    json["generated"] = sql_json(column.generated->sql);
    if (column.generated->stored) json["stored"] = true;
  }
  set(json, "comment", column.comment);
  set(json, "charset", column.mariadb.charset);
  set(json, "collation", column.mariadb.collation);
  set(json, "on_update", column.mariadb.on_update);
  if (column.mariadb.invisible) json["invisible"] = true;
  return json;
}

Json parts_json(const std::vector<schema::IndexPart>& parts) {
  Json list = Json::array();
  for (const schema::IndexPart& part : parts) {
    std::string text = part.column.empty() ? "(" + part.expression + ")" : part.column;
    if (part.length > 0) text += fmt::format("({})", part.length);
    if (part.descending) text += " desc";
    list.push_back(std::move(text));
  }
  return list;
}

Json index_json(const schema::Index& index) {
  Json json{{"name", index.name}, {"parts", parts_json(index.parts)}};
  Json columns = Json::array();
  for (const schema::IndexPart& part : index.parts) {
    if (!part.column.empty()) columns.push_back(part.column);
  }
  json["columns"] = std::move(columns);
  if (index.unique) json["unique"] = true;
  if (index.kind == schema::IndexKind::fulltext) json["kind"] = "fulltext";
  if (index.kind == schema::IndexKind::spatial) json["kind"] = "spatial";
  if (index.kind == schema::IndexKind::vector) json["kind"] = "vector";
  if (!index.where.empty()) json["where"] = sql_json(index.where);
  set(json, "comment", index.comment);
  return json;
}

Json foreign_key_json(const schema::ForeignKey& key) {
  Json json{{"name", key.name},
            {"columns", key.columns},
            {"table", key.referenced_table},
            {"referenced", key.referenced_columns}};
  using Action = schema::ReferentialAction;
  if (key.on_delete != Action::none) json["on_delete"] = schema::to_string(key.on_delete);
  if (key.on_update != Action::none) json["on_update"] = schema::to_string(key.on_update);
  return json;
}

/// What is said of the table itself, a line each.
Json options_json(const Table& table) {
  Json list = Json::array();
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) list.push_back(fmt::format("{} {}", name, value));
  };
  if (table.only) list.push_back(fmt::format("only on {}", to_string(*table.only)));
  add("MariaDB: engine", table.mariadb.engine);
  add("MariaDB: character set", table.mariadb.charset);
  add("MariaDB: collation", table.mariadb.collation);
  add("MariaDB:", table.mariadb.partition);
  if (const auto& period = table.mariadb.period) {
    list.push_back("MariaDB: period " + period->name + " from " + period->start + " to " +
                   period->end);
  }
  if (table.mariadb.system_versioned) list.push_back("MariaDB: with system versioning");
  if (table.sqlite.strict) list.push_back("SQLite: STRICT");
  if (table.sqlite.without_rowid) list.push_back("SQLite: WITHOUT ROWID");
  add("SQLite: virtual table,", table.sqlite.module);
  return list;
}

}  // namespace

std::string json_text(const Json& json) {
  // `<` is escaped, so that no text ends the <script> around it or begins a comment in it.
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

Json sql_json(const schema::SqlText& sql) {
  if (sql.mariadb.empty() && sql.sqlite.empty()) return sql.any;
  return {{"mariadb", sql.for_dialect(DialectKind::mariadb)},
          {"sqlite", sql.for_dialect(DialectKind::sqlite)}};
}

std::size_t JsonPool::add_column(Json column) {
  const std::string text = column.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto [found, is_new] = known_columns_.emplace(text, columns_.size());
  if (is_new) columns_.push_back(std::move(column));
  return found->second;
}

Json JsonPool::table_json(const Table& table) {
  Json json{{"name", table.name}};
  set(json, "comment", table.comment);
  std::vector<std::pair<DialectKind, schema::Schema>> reported;
  for (const DialectKind kind : dialects_) {
    schema::Schema kept;
    if (on_database(table, kind, kept) != nullptr) reported.emplace_back(kind, std::move(kept));
  }
  Json columns = Json::array();
  for (const Column& column : table.columns) {
    Json own = column_json(column);
    for (const auto& [kind, schema] : reported) {
      const Column* there = std::as_const(schema).table(table.name).find_column(column.name);
      if (there == nullptr) continue;
      set(own, to_string(kind).data(), schema::to_string(there->type_on(kind)));
    }
    columns.push_back(add_column(std::move(own)));
  }
  json["columns"] = std::move(columns);
  if (table.primary_key) json["primary_key"] = table.primary_key->columns;
  const auto list = [&](const char* name, const auto& values, auto&& to_json) {
    if (values.empty()) return;
    Json all = Json::array();
    for (const auto& value : values) all.push_back(to_json(value));
    json[name] = std::move(all);
  };
  list("uniques", table.uniques, [](const schema::Unique& unique) {
    return Json{{"name", unique.name}, {"columns", unique.columns}};
  });
  list("indexes", table.indexes, index_json);
  list("foreign_keys", table.foreign_keys, foreign_key_json);
  list("checks", table.checks, [](const schema::Check& check) {
    return Json{{"name", check.name}, {"sql", sql_json(check.sql)}};
  });
  Json options = options_json(table);
  if (!options.empty()) json["options"] = std::move(options);
  return json;
}

std::size_t JsonPool::add(const Table& table) {
  Json json = table_json(table);
  const std::string text = json.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto [found, is_new] = known_tables_.emplace(text, tables_.size());
  if (is_new) tables_.push_back(std::move(json));
  return found->second;
}

}  // namespace dbmig::diagram
