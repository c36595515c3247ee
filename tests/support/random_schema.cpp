#include "support/random_schema.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "schema/validate.hpp"
#include "support/random_parts.hpp"

namespace dbmig::test {
namespace {

void add_views(schema::Schema& schema, RandomSource& random) {
  for (const auto& [name, table] : schema.tables) {
    if (table.columns.empty() || !random.chance(30)) continue;
    schema::View view;
    view.name = fmt::format("v_{}", schema.views.size());
    view.sql.any = fmt::format("select {} from {}", quoted(table.columns.front().name),
                               text::quote(name, '`'));
    schema.views.emplace(view.name, view);
  }
}

void add_triggers(schema::Schema& schema, RandomSource& random) {
  for (const auto& [name, table] : schema.tables) {
    if (table.columns.empty() || !random.chance(30)) continue;
    schema::Trigger trigger;
    trigger.name = fmt::format("tr_{}", schema.triggers.size());
    trigger.table = name;
    // A body that both databases take and that changes nothing.
    trigger.sql.any =
        fmt::format("AFTER INSERT ON {0} FOR EACH ROW BEGIN DELETE FROM {0} WHERE 1 = 0; END",
                    text::quote(name, '`'));
    trigger.sql.mariadb =
        fmt::format("AFTER INSERT ON {} FOR EACH ROW SET @dbmig_seen = 1", text::quote(name, '`'));
    schema.triggers.emplace(trigger.name, trigger);
  }
}

std::string describe(const std::vector<schema::KeyPart>& parts) {
  std::string out;
  for (const schema::KeyPart& part : parts) {
    out += fmt::format(" [{} {}{}]", part.length, part.collation, part.descending ? " desc" : "");
  }
  return out;
}

std::string describe(const schema::Table& table) {
  std::string out = fmt::format("table {} ({})\n", table.name, table.comment);
  for (const schema::Column& column : table.columns) {
    out += fmt::format("  {}: {}{}{}", column.name, to_string(column.type),
                       column.nullable ? "" : " not null", column.autoincrement ? " auto" : "");
    if (column.default_value) {
      out += fmt::format(" default <{}{}|{}>", column.default_value->literal,
                         column.default_value->sql.any, column.default_value->sql.sqlite);
    }
    if (column.generated) {
      out += fmt::format(" as <{}>{}", column.generated->sql.any,
                         column.generated->stored ? " stored" : "");
    }
    if (column.sqlite != schema::SqliteColumn{}) {
      out +=
          fmt::format(" sqlite <{} {} {}{}>", column.sqlite.type ? column.sqlite.type->native : "",
                      column.sqlite.collation, column.sqlite.on_conflict,
                      column.sqlite.null_key ? " null key" : "");
    }
    if (!column.comment.empty()) out += fmt::format(" -- {}", column.comment);
    out += '\n';
  }
  if (table.primary_key) {
    out += fmt::format("  primary key {} ({}){} {}\n", table.primary_key->name,
                       text::join(table.primary_key->columns, ", "),
                       describe(table.primary_key->parts), table.primary_key->on_conflict);
  }
  for (const auto& unique : table.uniques) {
    out += fmt::format("  unique {} ({}){} {}\n", unique.name, text::join(unique.columns, ", "),
                       describe(unique.parts), unique.on_conflict);
  }
  for (const auto& index : table.indexes) {
    std::vector<std::string> parts;
    for (const auto& part : index.parts)
      parts.push_back(part.column + part.expression + (part.descending ? " desc" : "") +
                      (part.collation.empty() ? "" : " collate " + part.collation));
    out += fmt::format("  {}index {} ({}) where <{}>\n", index.unique ? "unique " : "", index.name,
                       text::join(parts, ", "), index.where.any);
  }
  for (const auto& key : table.foreign_keys) {
    out += fmt::format("  foreign key {} ({}) -> {}({}) delete {} update {}\n", key.name,
                       text::join(key.columns, ", "), key.referenced_table,
                       text::join(key.referenced_columns, ", "), to_string(key.on_delete),
                       to_string(key.on_update));
  }
  const schema::SqliteTable& own = table.sqlite;
  if (own != schema::SqliteTable{}) {
    out += fmt::format("  sqlite{}{} {}\n", own.strict ? " strict" : "",
                       own.without_rowid ? " without rowid" : "", own.module);
    for (const std::string& name : own.unnamed) out += fmt::format("    unnamed {}\n", name);
    for (const std::string& name : own.implied) out += fmt::format("    implied {}\n", name);
  }
  for (const auto& check : table.checks) {
    out += fmt::format("  check {} <{}>\n", check.name, check.sql.any);
  }
  return out;
}

}  // namespace

schema::Schema random_schema(std::uint64_t seed, const RandomOptions& options) {
  RandomSource random(seed);
  schema::Schema schema;
  RandomParts parts(random, options, schema);
  const int count = random.between(1, std::max(1, options.max_tables));
  std::vector<std::string> names;
  for (int i = 0; i < count; ++i) {
    names.push_back(parts.table_name());
    schema.tables.emplace(names.back(), parts.table(names.back()));
  }
  // After all tables are there, so that keys lead in every direction and around in circles.
  for (const std::string& name : names) {
    schema::Table& table = schema.table(name);
    while (options.foreign_keys && random.chance(35)) {
      parts.add_foreign_key(table, schema.table(random.pick(names)));
    }
    if (options.checks && random.chance(35)) parts.add_check(table);
    if (options.generated_columns && random.chance(40)) parts.add_generated(table);
  }
  if (options.sqlite) add_sqlite_features(schema, random);
  if (options.views) add_views(schema, random);
  if (options.triggers) add_triggers(schema, random);
  return schema::normalized(schema);
}

std::string describe(const schema::Schema& schema) {
  std::string out;
  for (const auto& entry : schema.tables) out += describe(entry.second);
  for (const auto& [name, view] : schema.views)
    out += fmt::format("view {} <{}>\n", name, view.sql.any);
  for (const auto& [name, trigger] : schema.triggers) {
    out += fmt::format("trigger {} on {}\n", name, trigger.table);
  }
  return out;
}

}  // namespace dbmig::test
