#include "backend/mariadb/inspect.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "backend/mariadb/catalog.hpp"
#include "backend/mariadb/charset.hpp"
#include "backend/mariadb/inspect_column.hpp"
#include "backend/mariadb/inspect_table.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::backend::mariadb {
namespace {

using schema::Table;

constexpr std::string_view kOwnPrefix = "dbmig_";

class Inspector {
 public:
  Inspector(Session& session, const InspectOptions& options)
      : session_(session), options_(options), charsets_(read_charsets(session)) {}

  Inspection run() {
    tables();
    columns();
    indexes();
    foreign_keys();
    checks();
    beyond_the_catalog();
    for (auto& [name, table] : schema_.tables) {
      table = relative_to(std::move(table), charsets_);
    }
    views();
    triggers();
    routines();
    return {schema_, std::move(unrepresented_)};
  }

 private:
  Catalog read(std::string_view view, std::string_view schema_column, std::string_view name_column,
               std::string_view order) {
    return read_catalog(session_, view, schema_column, name_column, options_.tables, order);
  }

  bool is_own(std::string_view name) const {
    return !options_.include_own && name.starts_with(kOwnPrefix);
  }

  void lack(std::string object, std::string reason) {
    unrepresented_.push_back({std::move(object), std::move(reason)});
  }

  static std::string called(std::string_view kind, std::string_view name) {
    return fmt::format("{} '{}'", kind, name);
  }

  void tables() {
    const Catalog rows = read("TABLES", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_NAME");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string name = rows.text(i, "TABLE_NAME");
      if (is_own(name) || rows.is(i, "TABLE_TYPE", "VIEW")) continue;
      if (rows.is(i, "TABLE_TYPE", "SEQUENCE")) {
        lack(called("sequence", name), "a model has no sequences");
        continue;
      }
      if (rows.is(i, "TABLE_TYPE", "SYSTEM VERSIONED")) {
        lack(called("table", name), "its system versioning is not part of a model");
      }
      schema_.tables[name] = read_table(rows, i, unrepresented_);
    }
  }

  void columns() {
    const Catalog rows =
        read("COLUMNS", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_NAME, ORDINAL_POSITION");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = schema_.find_table(rows.text(i, "TABLE_NAME"));
      if (table == nullptr) continue;
      const std::string name = rows.text(i, "COLUMN_NAME");
      const std::string generation = text::upper(rows.text(i, "GENERATION_EXPRESSION"));
      if (generation == "ROW START" || generation == "ROW END") {
        lack(called("column", table->name + '.' + name), "it belongs to the system versioning");
        continue;
      }
      table->columns.push_back(read_column(rows, i, session_, unrepresented_));
    }
  }

  void indexes() {
    const Catalog rows =
        read("STATISTICS", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = schema_.find_table(rows.text(i, "TABLE_NAME"));
      if (table != nullptr) read_index_part(rows, i, *table);
    }
  }

  void foreign_keys() {
    const Catalog parts = read("KEY_COLUMN_USAGE", "TABLE_SCHEMA", "TABLE_NAME",
                               "TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION");
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!parts.find(i, "REFERENCED_TABLE_NAME")) continue;
      Table* table = schema_.find_table(parts.text(i, "TABLE_NAME"));
      if (table == nullptr) continue;
      const std::string name = parts.text(i, "CONSTRAINT_NAME");
      if (!parts.is(i, "REFERENCED_TABLE_SCHEMA", parts.text(i, "TABLE_SCHEMA"))) {
        if (parts.number(i, "ORDINAL_POSITION") == 1) {
          lack(called("foreign key", table->name + '.' + name),
               "it refers to a table of another database");
        }
        continue;
      }
      auto& keys = table->foreign_keys;
      if (keys.empty() || keys.back().name != name) {
        schema::ForeignKey key;
        key.name = name;
        key.referenced_table = parts.text(i, "REFERENCED_TABLE_NAME");
        keys.push_back(std::move(key));
      }
      keys.back().columns.push_back(parts.text(i, "COLUMN_NAME"));
      keys.back().referenced_columns.push_back(parts.text(i, "REFERENCED_COLUMN_NAME"));
    }
    actions();
  }

  void actions() {
    const Catalog rows = read("REFERENTIAL_CONSTRAINTS", "CONSTRAINT_SCHEMA", "TABLE_NAME", "");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = schema_.find_table(rows.text(i, "TABLE_NAME"));
      if (table == nullptr) continue;
      for (schema::ForeignKey& key : table->foreign_keys) {
        if (key.name != rows.text(i, "CONSTRAINT_NAME")) continue;
        key.on_delete = schema::parse_action(rows.text(i, "DELETE_RULE"));
        key.on_update = schema::parse_action(rows.text(i, "UPDATE_RULE"));
      }
    }
  }

  void checks() {
    const Catalog rows =
        read("CHECK_CONSTRAINTS", "CONSTRAINT_SCHEMA", "TABLE_NAME", "TABLE_NAME, CONSTRAINT_NAME");
    // Servers before 10.5.10 cut the clause there (MDEV-24139).
    constexpr std::size_t kCutAt = 64;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      Table* table = schema_.find_table(rows.text(i, "TABLE_NAME"));
      if (table == nullptr) continue;
      const std::string clause = rows.text(i, "CHECK_CLAUSE");
      read_check(*table, rows.text(i, "CONSTRAINT_NAME"), clause, rows.is(i, "LEVEL", "Column"));
      if (clause.size() == kCutAt) look_closer_.insert(table->name);
    }
  }

  void beyond_the_catalog() {
    for (const auto& [name, table] : schema_.tables) {
      const bool fulltext = std::any_of(
          table.indexes.begin(), table.indexes.end(),
          [](const schema::Index& index) { return index.kind == schema::IndexKind::fulltext; });
      if (fulltext) look_closer_.insert(name);
    }
    for (const std::string& name : look_closer_) {
      const Rows rows = session_.query("SHOW CREATE TABLE " + dialect::mariadb::quote(name), {});
      if (rows.rows.empty()) continue;
      add_details(schema_.table(name), rows.rows[0].at(1).value_or(""));
    }
  }

  void views() {
    const Catalog rows = read("VIEWS", "TABLE_SCHEMA", "TABLE_NAME", "TABLE_NAME");
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const std::string name = rows.text(i, "TABLE_NAME");
      if (is_own(name)) continue;
      const std::string object = called("view", name);
      if (rows.text(i, "VIEW_DEFINITION").empty()) {
        lack(object, "this user may not see its query (SHOW VIEW)");
        continue;
      }
      if (!rows.is(i, "CHECK_OPTION", "NONE")) lack(object, "its CHECK OPTION");
      if (rows.is(i, "SECURITY_TYPE", "INVOKER")) lack(object, "its SQL SECURITY INVOKER");
      if (!rows.is(i, "ALGORITHM", "UNDEFINED")) {
        lack(object, "its ALGORITHM=" + rows.text(i, "ALGORITHM"));
      }
      schema_.views[name] = read_view(rows, i);
    }
  }

  void triggers() {
    const Catalog rows =
        read("TRIGGERS", "TRIGGER_SCHEMA", "EVENT_OBJECT_TABLE",
             "EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER");
    std::string before;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      schema::Trigger trigger = read_trigger(rows, i);
      if (is_own(trigger.table) || is_own(trigger.name)) continue;
      // A model creates triggers in the order of their names.
      if (rows.number(i, "ACTION_ORDER") > 1 && trigger.name < before) {
        lack(called("trigger", trigger.name), fmt::format("that it runs after '{}'", before));
      }
      before = trigger.name;
      schema_.triggers[trigger.name] = std::move(trigger);
    }
  }

  void routines() {
    if (!options_.tables.empty()) return;
    const Catalog routines =
        read_catalog(session_, "ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", {}, "ROUTINE_NAME");
    for (std::size_t i = 0; i < routines.size(); ++i) {
      lack(called(text::lower(routines.text(i, "ROUTINE_TYPE")), routines.text(i, "ROUTINE_NAME")),
           "a model has no routines");
    }
    const Catalog events =
        read_catalog(session_, "EVENTS", "EVENT_SCHEMA", "EVENT_NAME", {}, "EVENT_NAME");
    for (std::size_t i = 0; i < events.size(); ++i) {
      lack(called("event", events.text(i, "EVENT_NAME")), "a model has no events");
    }
  }

  Session& session_;
  const InspectOptions& options_;
  Charsets charsets_;
  std::set<std::string> look_closer_;
  schema::Schema schema_;
  std::vector<Unrepresented> unrepresented_;
};

}  // namespace

Inspection inspect(Session& session, const InspectOptions& options) {
  return Inspector(session, options).run();
}

}  // namespace dbmig::backend::mariadb
