#include "serve/table_json.hpp"

#include <fmt/core.h>

#include "base/error.hpp"

namespace dbmig::serve {
namespace {

std::string default_text(const schema::Column& column, DialectKind kind) {
  if (column.generated) {
    return fmt::format("= {}", column.generated->sql.for_dialect(kind));
  }
  if (column.autoincrement) return "auto-increment";
  if (!column.default_value) return {};
  const schema::Default& value = *column.default_value;
  if (value.kind == schema::Default::Kind::sql) return value.sql.for_dialect(kind);
  if (value.kind == schema::Default::Kind::string) return "'" + value.literal + "'";
  return value.literal;
}

Json foreign_key_json(const schema::ForeignKey& key) {
  return {{"name", key.name},
          {"columns", key.columns},
          {"table", key.referenced_table},
          {"referenced_columns", key.referenced_columns},
          {"on_delete", std::string(to_string(key.on_delete))}};
}

Json index_json(const schema::Index& index, DialectKind kind) {
  Json parts = Json::array();
  for (const schema::IndexPart& part : index.parts) {
    std::string text = part.column.empty() ? part.expression : part.column;
    if (part.length != 0) text += fmt::format("({})", part.length);
    if (part.descending) text += " desc";
    parts.push_back(text);
  }
  return {{"name", index.name},
          {"parts", std::move(parts)},
          {"unique", index.unique},
          {"where", index.where.for_dialect(kind)}};
}

/// A foreign key may leave out the columns of its parent: they are its primary key.
std::vector<std::string> referenced_columns(const schema::Schema& schema,
                                            const schema::ForeignKey& key) {
  if (!key.referenced_columns.empty()) return key.referenced_columns;
  const schema::Table* parent = schema.find_table(key.referenced_table);
  if (parent == nullptr || !parent->primary_key) return {};
  return parent->primary_key->columns;
}

}  // namespace

Json tables_json(const schema::Schema& schema) {
  Json list = Json::array();
  for (const auto& [name, table] : schema.tables) {
    list.push_back({{"name", name},
                    {"kind", "table"},
                    {"columns", table.columns.size()},
                    {"comment", table.comment}});
  }
  for (const auto& [name, view] : schema.views) {
    list.push_back({{"name", name}, {"kind", "view"}, {"columns", view.columns.size()}});
  }
  return list;
}

Json table_json(const schema::Schema& schema, const std::string& name, DialectKind kind) {
  Json out = {{"name", name}};
  if (const auto view = schema.views.find(name); view != schema.views.end()) {
    out["kind"] = "view";
    out["sql"] = view->second.sql.for_dialect(kind);
    return out;
  }
  const schema::Table* table = schema.find_table(name);
  if (table == nullptr) {
    throw Error(ErrorCode::not_found, fmt::format("table or view '{}' does not exist", name))
        .hint("reload the page: it may have been dropped");
  }
  out["kind"] = "table";
  out["comment"] = table->comment;
  out["module"] = table->sqlite.module;
  Json columns = Json::array();
  for (const schema::Column& column : table->columns) {
    const schema::Type& type = column.type_on(kind);
    columns.push_back({{"name", column.name},
                       {"type", to_string(type)},
                       {"nullable", column.nullable && !table->in_primary_key(column.name)},
                       {"default", default_text(column, kind)},
                       {"comment", column.comment},
                       {"key", table->in_primary_key(column.name)},
                       {"json", type.kind == schema::TypeKind::json},
                       {"number", is_numeric(type.kind)}});
  }
  out["columns"] = std::move(columns);
  Json indexes = Json::array();
  for (const schema::Index& index : table->indexes) indexes.push_back(index_json(index, kind));
  out["indexes"] = std::move(indexes);
  Json uniques = Json::array();
  for (const schema::Unique& unique : table->uniques) {
    uniques.push_back({{"name", unique.name}, {"columns", unique.columns}});
  }
  out["unique"] = std::move(uniques);
  Json checks = Json::array();
  for (const schema::Check& check : table->checks) {
    checks.push_back({{"name", check.name}, {"sql", check.sql.for_dialect(kind)}});
  }
  out["checks"] = std::move(checks);
  Json keys = Json::array();
  for (const schema::ForeignKey& key : table->foreign_keys) {
    keys.push_back(foreign_key_json(key));
    keys.back()["referenced_columns"] = referenced_columns(schema, key);
  }
  out["foreign_keys"] = std::move(keys);
  Json referred = Json::array();
  for (const auto& [child_name, child] : schema.tables) {
    for (const schema::ForeignKey& key : child.foreign_keys) {
      if (key.referenced_table != name) continue;
      referred.push_back({{"table", child_name},
                          {"columns", key.columns},
                          {"referenced_columns", referenced_columns(schema, key)}});
    }
  }
  out["referenced_by"] = std::move(referred);
  Json triggers = Json::array();
  for (const auto& [trigger_name, trigger] : schema.triggers) {
    if (trigger.table == name) triggers.push_back(trigger_name);
  }
  out["triggers"] = std::move(triggers);
  return out;
}

}  // namespace dbmig::serve
