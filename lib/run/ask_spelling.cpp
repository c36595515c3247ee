#include "run/ask_spelling.hpp"

#include <algorithm>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "ops/sql_references.hpp"

namespace dbmig::run {
namespace {

using dialect::DefinitionKey;
using schema::Schema;

/// Adds to `part` the tables and views that a query reads, directly or through other views.
void add_what_is_read(const schema::SqlText& sql, const Schema& schema, Schema& part) {
  const std::set<std::string> read = ops::tables_in(sql);
  const auto is_read = [&](const std::string& name) { return read.count(text::lower(name)) != 0; };
  for (const auto& [name, table] : schema.tables) {
    if (is_read(name)) part.tables.emplace(name, table);
  }
  for (const auto& [name, view] : schema.views) {
    if (is_read(name) && part.views.emplace(name, view).second) {
      add_what_is_read(view.sql, schema, part);
    }
  }
}

/// The part of `schema` that the server needs to create the texts at `keys`.
Schema needed(const Schema& schema, const std::set<DefinitionKey>& keys) {
  Schema part = dialect::part_with(schema, keys);
  for (const auto& [name, view] : Schema(part).views) add_what_is_read(view.sql, schema, part);
  for (const auto& [name, trigger] : part.triggers) {
    if (const schema::Table* table = schema.find_table(trigger.table)) {
      part.tables.emplace(table->name, *table);
    }
  }
  // Defaults can use sequences, and views can call functions.
  for (const auto& [key, routine] : schema.routines) {
    if (key.first == schema::RoutineKind::sequence || key.first == schema::RoutineKind::function) {
      part.routines.emplace(key, routine);
    }
  }
  // Foreign keys do not matter to the texts of a table.
  for (auto& [name, table] : part.tables) table.foreign_keys.clear();
  return part;
}

}  // namespace

Schema ask_spelling(const backend::ScratchOptions& options, Schema schema,
                    const std::set<DefinitionKey>& keys) {
  Schema part = needed(schema::on_dialect(schema, DialectKind::mariadb), keys);
  backend::Scratch scratch(options);
  backend::Connection& connection = scratch.connection();
  const bool runs_events =
      connection.query("SELECT @@event_scheduler").rows.at(0).at(0).value_or("") == "ON";
  if (runs_events) {
    erase_if(part.routines,
             [](const auto& entry) { return entry.first.first == schema::RoutineKind::event; });
  }
  // One object at a time: one that fails must not prevent those that do not depend on it.
  Schema built;
  for (const ops::Operation& operation : diff::diff({}, part).operations) {
    try {
      const std::vector<ops::Operation> one{operation};
      for (const auto& statement : connection.dialect().plan(built, one, {})) {
        connection.execute(statement.sql);
      }
      built = ops::apply(std::move(built), one);
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection) throw;
    }
  }
  const Schema said = connection.inspect({}).schema;
  const dialect::Definitions spelled = dialect::definitions_of(said);
  const dialect::Definitions told = dialect::definitions_of(schema);
  for (const DefinitionKey& key : keys) {
    if (spelled.count(key) != 0 && told.count(key) != 0)
      dialect::take_definition(schema, said, key);
  }
  return schema;
}

}  // namespace dbmig::run
