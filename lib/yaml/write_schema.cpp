#include "yaml/write_schema.hpp"

#include <algorithm>
#include <utility>

#include "base/text.hpp"
#include "schema/names.hpp"
#include "yaml/parts.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::yaml {
namespace {

Out boolean(bool value) {
  return Out::literal(value ? "true" : "false");
}

Out index_part_out(const schema::IndexPart& part) {
  if (const auto text = index_part_text(part)) return Out::text(*text);
  Out out = Out::map();
  add_text(out, "column", part.column);
  add_text(out, "expr", part.expression);
  if (part.length != 0) out.add("length", Out::literal(std::to_string(part.length)));
  add_text(out, "collate", part.collation);
  add_flag(out, "desc", part.descending);
  return out;
}

/// Names, or what index parts look like where a column is not taken as usual.
Out key_columns_out(const std::vector<std::string>& columns,
                    const std::vector<schema::KeyPart>& parts) {
  Out out = Out::list();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const schema::KeyPart part = i < parts.size() ? parts[i] : schema::KeyPart{};
    out.add(index_part_out({columns[i], {}, part.descending, part.length, part.collation}));
  }
  return out;
}

Out reference_out(const schema::ForeignKey& key) {
  if (const auto text = reference_text({key.referenced_table, key.referenced_columns})) {
    return Out::text(*text);
  }
  Out out = Out::map();
  out.add("table", Out::text(key.referenced_table));
  out.add("columns", Out::list(key.referenced_columns));
  return out;
}

void add_action(Out& out, std::string_view key, schema::ReferentialAction action) {
  if (action == schema::ReferentialAction::none) return;
  out.add(key, Out::text(schema::to_string(action)));
}

Out check_out(const schema::Check& check) {
  return sql_out(check.sql);
}

/// Just the columns where that says it all, else a mapping.
Out unique_out(const schema::Unique& unique) {
  if (unique.on_conflict.empty() && !unique.without_overlaps) {
    return key_columns_out(unique.columns, unique.parts);
  }
  Out out = Out::map();
  add_unique(out, unique);
  return out;
}

Out index_out(const schema::Index& index) {
  Out out = Out::map();
  add_index(out, index);
  return out.keys().size() == 1 ? out.items().front() : out;
}

Out foreign_key_out(const schema::ForeignKey& key) {
  Out out = Out::map();
  add_foreign_key(out, key);
  return out;
}

/// An item of a list of unnamed things, as a mapping that has room for a name.
template <class Constraint>
Out list_item(const Constraint& constraint, Out body) {
  if (body.kind() != Out::Kind::map) {
    Out mapping = Out::map();
    const bool is_sql = body.kind() != Out::Kind::list;
    mapping.add(is_sql ? "sql" : "columns", std::move(body));
    body = std::move(mapping);
  }
  if (!constraint.name.empty()) body.add("name", Out::text(constraint.name));
  return body;
}

/// `key:` a mapping by name, or a list when some have no name (as SQLite may report them).
template <class Constraint>
void add_constraints(Out& out, std::string_view key,
                     const schema::SharedList<Constraint>& constraints,
                     Out (*body)(const Constraint&)) {
  if (constraints.empty()) return;
  const bool named = std::all_of(constraints.begin(), constraints.end(),
                                 [](const Constraint& c) { return !c.name.empty(); });
  Out all = named ? Out::map(Out::Style::block) : Out::list(Out::Style::block);
  for (const Constraint& constraint : constraints) {
    if (named) {
      all.add(constraint.name, body(constraint));
    } else {
      all.add(list_item(constraint, body(constraint)));
    }
  }
  out.add(key, std::move(all));
}

Out primary_key_out(const schema::Table& table) {
  schema::Table unnamed;
  unnamed.name = table.name;
  unnamed.primary_key = table.primary_key;
  unnamed.primary_key->name.clear();
  const bool usual = table.primary_key->name.empty() ||
                     schema::with_names(unnamed).primary_key->name == table.primary_key->name;
  const schema::PrimaryKey& key = *table.primary_key;
  if (usual && key.on_conflict.empty() && key.method.empty() && !key.without_overlaps) {
    return key_columns_out(table.primary_key->columns, table.primary_key->parts);
  }
  Out out = Out::map();
  if (!usual) out.add("name", Out::text(table.primary_key->name));
  add_primary_key(out, *table.primary_key);
  return out;
}

template <class Object>
void add_objects(Out& out, std::string_view key,
                 const schema::SharedMap<std::string, Object>& objects,
                 Out (*body)(const Object&)) {
  if (objects.empty()) return;
  Out all = Out::map(Out::Style::block);
  for (const auto& [name, object] : objects) all.add(name, body(object));
  out.add(key, std::move(all));
}

Out view_out(const schema::View& view) {
  Out out = Out::map();
  add_view(out, view);
  return out;
}

Out routine_out(const schema::Routine& routine) {
  Out out = Out::map();
  add_routine(out, routine);
  return out.keys().size() == 1 ? out.items().front() : out;
}

Out trigger_out(const schema::Trigger& trigger) {
  Out out = Out::map();
  add_trigger(out, trigger);
  return out;
}

void add_program(Out& out, const schema::MariadbProgram& program) {
  add_text(out, "definer", program.definer);
  if (program.sql_mode) out.add("sql_mode", Out::text(*program.sql_mode));
}

void add_only(Out& out, const std::optional<DialectKind>& only) {
  if (only) out.add("only", Out::text(to_string(*only)));
}

}  // namespace

void add_text(Out& out, std::string_view key, const std::string& text) {
  if (!text.empty()) out.add(key, Out::text(text));
}

void add_flag(Out& out, std::string_view key, bool flag) {
  if (flag) out.add(key, boolean(true));
}

void add_sql(Out& out, const schema::SqlText& sql) {
  add_text(out, "sql", sql.any);
  add_text(out, "mariadb", sql.mariadb);
  add_text(out, "sqlite", sql.sqlite);
}

Out sql_out(const schema::SqlText& sql) {
  if (sql.mariadb.empty() && sql.sqlite.empty()) return Out::text(sql.any);
  Out out = Out::map();
  add_sql(out, sql);
  return out;
}

Out type_out(const schema::Type& type) {
  if (type.kind != schema::TypeKind::native) return Out::text(schema::to_string(type));
  Out out = Out::map();
  out.add("native", Out::text(type.native));
  return out;
}

Out default_out(const schema::Default& value) {
  switch (value.kind) {
    case schema::Default::Kind::string:
      return looks_like_sql_default(value.literal) ? Out::quoted(value.literal)
                                                   : Out::text(value.literal);
    case schema::Default::Kind::boolean:
      return Out::literal(value.literal);
    case schema::Default::Kind::number:
      if (scalar_kind(value.literal) == ScalarKind::number) return Out::literal(value.literal);
      break;
    case schema::Default::Kind::sql:
      break;
  }
  Out out = Out::map();
  add_sql(out, value.kind == schema::Default::Kind::sql ? value.sql
                                                        : schema::SqlText{value.literal, {}, {}});
  return out;
}

Out generated_out(const schema::Generated& generated) {
  Out out = Out::map();
  add_sql(out, generated.sql);
  add_flag(out, "stored", generated.stored);
  return out;
}

Out mariadb_out(const schema::MariadbColumn& block) {
  Out out = Out::map();
  if (block.type) out.add("type", type_out(*block.type));
  add_text(out, "charset", block.charset);
  add_text(out, "collation", block.collation);
  add_text(out, "on_update", block.on_update);
  add_flag(out, "invisible", block.invisible);
  add_flag(out, "compressed", block.compressed);
  if (block.period != schema::RowPeriod::none) {
    out.add("period", Out::text(block.period == schema::RowPeriod::start ? "start" : "end"));
  }
  add_flag(out, "without_system_versioning", block.without_system_versioning);
  if (block.srid) out.add("srid", Out::literal(std::to_string(*block.srid)));
  return out;
}

Out sqlite_out(const schema::SqliteColumn& block) {
  Out out = Out::map();
  if (block.type) out.add("type", type_out(*block.type));
  add_text(out, "collation", block.collation);
  add_text(out, "on_conflict", block.on_conflict);
  add_flag(out, "null_key", block.null_key);
  return out;
}

Out mariadb_out(const schema::MariadbTable& block) {
  Out out = Out::map();
  add_text(out, "engine", block.engine);
  add_text(out, "charset", block.charset);
  add_text(out, "collation", block.collation);
  add_text(out, "row_format", block.row_format);
  if (!block.options.empty()) {
    Out options = Out::map();
    for (const auto& [name, value] : block.options) {
      // Read as text whatever it looks like: numbers need no quotes here.
      options.add(
          name, scalar_kind(value) == ScalarKind::number ? Out::literal(value) : Out::text(value));
    }
    out.add("options", std::move(options));
  }
  add_text(out, "partition", block.partition);
  add_flag(out, "system_versioned", block.system_versioned);
  if (block.auto_increment != 0) {
    out.add("auto_increment", Out::literal(std::to_string(block.auto_increment)));
  }
  if (block.period) {
    Out period = Out::map();
    add_text(period, "name", block.period->name);
    add_text(period, "start", block.period->start);
    add_text(period, "end", block.period->end);
    out.add("period", std::move(period));
  }
  return out;
}

Out sqlite_out(const schema::SqliteTable& block) {
  Out out = Out::map();
  add_flag(out, "strict", block.strict);
  add_flag(out, "without_rowid", block.without_rowid);
  if (!block.unnamed.empty()) {
    out.add("unnamed", Out::list({block.unnamed.begin(), block.unnamed.end()}));
  }
  if (!block.implied.empty()) {
    out.add("implied", Out::list({block.implied.begin(), block.implied.end()}));
  }
  add_text(out, "module", block.module);
  return out;
}

void add_column(Out& out, const schema::Column& column, bool nullable_default) {
  out.add("type", type_out(column.type));
  if (column.nullable != nullable_default) out.add("nullable", boolean(column.nullable));
  add_flag(out, "autoincrement", column.autoincrement);
  if (column.default_value) out.add("default", default_out(*column.default_value));
  if (column.generated) out.add("generated", generated_out(*column.generated));
  add_text(out, "comment", column.comment);
  if (column.mariadb != schema::MariadbColumn{}) out.add("mariadb", mariadb_out(column.mariadb));
  if (column.sqlite != schema::SqliteColumn{}) out.add("sqlite", sqlite_out(column.sqlite));
}

Out column_out(const schema::Column& column, bool nullable_default) {
  Out out = Out::map();
  add_column(out, column, nullable_default);
  const bool type_alone = out.keys().size() == 1 && out.items().front().kind() == Out::Kind::text;
  return type_alone ? out.items().front() : out;
}

void add_primary_key(Out& out, const schema::PrimaryKey& key) {
  out.add("columns", key_columns_out(key.columns, key.parts));
  add_text(out, "on_conflict", key.on_conflict);
  add_text(out, "method", key.method);
  add_flag(out, "without_overlaps", key.without_overlaps);
}

void add_unique(Out& out, const schema::Unique& unique) {
  add_primary_key(
      out, {{}, unique.columns, unique.on_conflict, unique.parts, {}, unique.without_overlaps});
}

void add_index(Out& out, const schema::Index& index) {
  Out columns = Out::list();
  for (const schema::IndexPart& part : index.parts) columns.add(index_part_out(part));
  out.add("columns", std::move(columns));
  add_flag(out, "unique", index.unique);
  if (!index.where.empty()) out.add("where", sql_out(index.where));
  if (index.kind == schema::IndexKind::fulltext) out.add("kind", Out::text("fulltext"));
  if (index.kind == schema::IndexKind::spatial) out.add("kind", Out::text("spatial"));
  if (index.kind == schema::IndexKind::vector) out.add("kind", Out::text("vector"));
  add_text(out, "comment", index.comment);
  Out own = Out::map();
  add_text(own, "method", index.method);
  add_text(own, "parser", index.parser);
  add_flag(own, "ignored", index.ignored);
  for (const auto& [name, value] : index.options) {
    own.add(name, name == "m" ? Out::literal(value) : Out::text(value));
  }
  if (!own.empty()) out.add("mariadb", std::move(own));
}

void add_foreign_key(Out& out, const schema::ForeignKey& key) {
  out.add("columns", Out::list(key.columns));
  out.add("references", reference_out(key));
  add_action(out, "on_delete", key.on_delete);
  add_action(out, "on_update", key.on_update);
  add_flag(out, "deferrable", key.deferrable);
  add_flag(out, "external", key.external);
}

void add_view(Out& out, const schema::View& view) {
  add_sql(out, view.sql);
  if (!view.columns.empty()) out.add("columns", Out::list(view.columns));
  add_only(out, view.only);
  add_text(out, "definer", view.mariadb.definer);
  add_text(out, "algorithm", view.mariadb.algorithm);
  add_text(out, "security", view.mariadb.security);
  add_text(out, "check_option", view.mariadb.check_option);
}

void add_trigger(Out& out, const schema::Trigger& trigger) {
  out.add("table", Out::text(trigger.table));
  add_sql(out, trigger.sql);
  add_only(out, trigger.only);
  add_program(out, trigger.mariadb);
}

void add_routine(Out& out, const schema::Routine& routine) {
  out.add("sql", Out::text(routine.sql));
  add_program(out, routine.mariadb);
}

Out table_out(const schema::Table& table) {
  Out out = Out::map(Out::Style::block);
  add_text(out, "comment", table.comment);
  Out columns = Out::map(Out::Style::aligned);
  for (const schema::Column& column : table.columns) {
    columns.add(column.name, column_out(column, !table.in_primary_key(column.name)));
  }
  if (!table.columns.empty()) out.add("columns", std::move(columns));
  if (table.primary_key) out.add("primary_key", primary_key_out(table));
  add_constraints(out, "unique", table.uniques, unique_out);
  add_constraints(out, "indexes", table.indexes, index_out);
  add_constraints(out, "foreign_keys", table.foreign_keys, foreign_key_out);
  add_constraints(out, "checks", table.checks, check_out);
  if (table.mariadb != schema::MariadbTable{}) out.add("mariadb", mariadb_out(table.mariadb));
  if (table.sqlite != schema::SqliteTable{}) out.add("sqlite", sqlite_out(table.sqlite));
  add_only(out, table.only);
  return out;
}

Out schema_out(const schema::Schema& schema) {
  Out out = Out::map(Out::Style::block);
  if (schema.tables.empty() && schema.views.empty() && schema.triggers.empty() &&
      schema.routines.empty()) {
    out.add("tables", Out::map());
  }
  add_objects(out, "tables", schema.tables, table_out);
  add_objects(out, "views", schema.views, view_out);
  add_objects(out, "triggers", schema.triggers, trigger_out);
  for (const auto& [section, kind] : kRoutineSections) {
    schema::SharedMap<std::string, schema::Routine> routines;
    for (const auto& [key, routine] : schema.routines) {
      if (key.first == kind) routines.emplace(key.second, routine);
    }
    add_objects(out, section, routines, routine_out);
  }
  return out;
}

}  // namespace dbmig::yaml
