#include "backend/mariadb/inspect.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "backend/mariadb/charset.hpp"
#include "backend/mariadb/create_program.hpp"
#include "backend/mariadb/create_table.hpp"
#include "backend/mariadb/show_create.hpp"
#include "backend/mariadb/unprintable.hpp"
#include "base/error.hpp"
#include "base/identifier.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"
#include "schema/external.hpp"

namespace dbmig::backend::mariadb {
namespace {

using schema::RoutineKind;
using schema::Table;

constexpr std::string_view kOwnPrefix = "dbmig_";

/// What the session takes for "nothing said", so that it is left out.
struct Surroundings {
  std::string user;
  std::string sql_mode;
  std::string database;
  std::string time_zone;
  bool folds_table_names = false;
};

Surroundings read_surroundings(Session& session) {
  const Rows rows = session.query(
      "SELECT CURRENT_USER(), @@sql_mode, DATABASE(), @@time_zone, @@lower_case_table_names", {});
  const auto& row = rows.rows.at(0);
  return {row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or(""),
          row[4] == "1"};
}

/// An object to be shown, and what else is known of it.
struct Listed {
  Wanted wanted;
  std::string table;  ///< a trigger's
};

/// Two kinds of statement in all: lists of names, and SHOW CREATE of everything at once. The server
/// opens each table for it one time, where information_schema would open it for each of its views,
/// and nothing that the server prints is missed.
class Inspector {
 public:
  Inspector(Session& session, const InspectOptions& options)
      : session_(session),
        options_(options),
        charsets_(read_charsets(session)),
        around_(read_surroundings(session)) {}

  Inspection run() {
    list_tables();
    list_triggers();
    if (options_.tables.empty()) list_programs();
    std::vector<Wanted> wanted;
    wanted.reserve(listed_.size());
    for (const Listed& object : listed_) wanted.push_back(object.wanted);
    const std::vector<Shown> shown = show_create(session_, wanted);
    for (std::size_t i = 0; i < shown.size(); ++i) add(listed_[i], shown[i]);
    srids();
    for (Unsupported& object : read_unprintable(session_, schema_)) {
      unsupported_.push_back(std::move(object));
    }
    // `foreign_key_checks = 0` lets a foreign key refer to a table that never was, or is gone.
    schema::mark_external(schema_);
    for (auto& [name, table] : schema_.tables) table = relative_to(std::move(table), charsets_);
    return {std::move(schema_), std::move(unsupported_)};
  }

 private:
  void lack(std::string object, std::string reason) {
    unsupported_.push_back({std::move(object), std::move(reason)});
  }

  static std::string called(const Wanted& object) {
    return fmt::format("{} '{}'", text::lower(object.kind), object.name);
  }

  bool is_wanted(const std::string& name) const {
    if (!options_.include_own && name.starts_with(kOwnPrefix)) return false;
    return options_.tables.empty() || wanted_name(name) != nullptr;
  }

  /// The name by which the table was asked for.
  const std::string* wanted_name(const std::string& name) const {
    const auto found = std::find_if(
        options_.tables.begin(), options_.tables.end(), [&](const std::string& wanted) {
          return wanted == name || (around_.folds_table_names && same_identifier(wanted, name));
        });
    return found == options_.tables.end() ? nullptr : &*found;
  }

  void want(std::string kind, std::string name, std::string table = {}) {
    listed_.push_back({{std::move(kind), std::move(name)}, std::move(table)});
  }

  void list_tables() {
    for (const auto& row : session_.query("SHOW FULL TABLES", {}).rows) {
      const std::string name = row.at(0).value_or("");
      const std::string type = row.at(1).value_or("");
      if (!is_wanted(name)) continue;
      if (type == "VIEW" || type == "SEQUENCE") {
        want(type, name);
      } else if (!type.starts_with("TEMPORARY")) {
        want("TABLE", name);
      }
    }
  }

  void list_triggers() {
    const Rows rows = session_.query(
        "SELECT TRIGGER_NAME, EVENT_OBJECT_TABLE, ACTION_ORDER FROM information_schema.TRIGGERS "
        "WHERE TRIGGER_SCHEMA = DATABASE() "
        "ORDER BY EVENT_OBJECT_TABLE, ACTION_TIMING, EVENT_MANIPULATION, ACTION_ORDER",
        {});
    std::string before;
    for (const auto& row : rows.rows) {
      const std::string name = row[0].value_or("");
      const std::string table = row[1].value_or("");
      if (!is_wanted(table)) continue;
      // A model creates triggers in the order of their names.
      if (row[2].value_or("1") != "1" && name < before) {
        lack(fmt::format("trigger '{}'", name), fmt::format("that it runs after '{}'", before));
      }
      before = name;
      want("TRIGGER", name, table);
    }
  }

  void list_programs() {
    const Rows routines = session_.query(
        "SELECT ROUTINE_TYPE, ROUTINE_NAME FROM information_schema.ROUTINES "
        "WHERE ROUTINE_SCHEMA = DATABASE() ORDER BY ROUTINE_TYPE, ROUTINE_NAME",
        {});
    for (const auto& row : routines.rows) {
      const std::string type = row[0].value_or("");
      if (type == "FUNCTION" || type == "PROCEDURE") {
        want(type, row[1].value_or(""));
      } else {
        lack(fmt::format("{} '{}'", text::lower(type), row[1].value_or("")),
             "the model does not support packages");
      }
    }
    const Rows events = session_.query(
        "SELECT EVENT_NAME, TIME_ZONE FROM information_schema.EVENTS "
        "WHERE EVENT_SCHEMA = DATABASE() ORDER BY EVENT_NAME",
        {});
    for (const auto& row : events.rows) {
      want("EVENT", row[0].value_or(""));
      if (row[1].value_or("") != around_.time_zone) {
        lack(fmt::format("event '{}'", row[0].value_or("")),
             "its time zone " + row[1].value_or(""));
      }
    }
  }

  void add(const Listed& object, const Shown& shown) {
    if (shown.text.empty()) return lack(called(object.wanted), shown.error);
    try {
      read(object, shown);
    } catch (const Error& error) {
      lack(called(object.wanted), error.message());
    }
  }

  void read(const Listed& object, const Shown& shown) {
    const std::string& kind = object.wanted.kind;
    if (kind == "TABLE") return table(object.wanted, shown);
    if (kind == "VIEW") {
      schema::View view = read_view(shown.text, object.wanted.name, around_.database);
      if (view.mariadb.definer == around_.user) view.mariadb.definer.clear();
      schema_.views[view.name] = std::move(view);
    } else if (kind == "TRIGGER") {
      const CreateProgram program = read_program(shown.text, kind);
      schema::Trigger trigger;
      trigger.name = object.wanted.name;
      trigger.table = object.table;
      trigger.sql.any = trigger_text(program.rest);
      trigger.mariadb = rights(program, shown);
      schema_.triggers[trigger.name] = std::move(trigger);
    } else {
      routine(object.wanted, shown);
    }
  }

  void table(const Wanted& object, const Shown& shown) {
    CreateTable read = read_create_table(shown.text, around_.database);
    const std::string* wanted = wanted_name(object.name);
    read.table.name = wanted == nullptr ? object.name : *wanted;
    for (std::string& reason : read.lacking) lack(called(object), std::move(reason));
    const std::string name = read.table.name;
    schema_.tables[name] = std::move(read.table);
  }

  schema::MariadbProgram rights(const CreateProgram& program, const Shown& shown) const {
    schema::MariadbProgram out;
    if (program.definer != around_.user) out.definer = program.definer;
    if (shown.sql_mode != around_.sql_mode) out.sql_mode = shown.sql_mode;
    return out;
  }

  void routine(const Wanted& object, const Shown& shown) {
    static const std::map<std::string, RoutineKind> kKinds = {{"SEQUENCE", RoutineKind::sequence},
                                                              {"FUNCTION", RoutineKind::function},
                                                              {"PROCEDURE", RoutineKind::procedure},
                                                              {"EVENT", RoutineKind::event}};
    const CreateProgram program = read_program(shown.text, object.kind);
    schema::Routine routine;
    routine.kind = kKinds.at(object.kind);
    routine.name = object.name;
    routine.sql = program.rest;
    if (routine.kind != RoutineKind::sequence) routine.mariadb = rights(program, shown);
    schema_.routines[{routine.kind, routine.name}] = std::move(routine);
  }

  /// SHOW CREATE TABLE keeps a geometry's reference system to itself.
  void srids() {
    const auto has_geometry = [](const auto& entry) {
      return std::any_of(
          entry.second.columns.begin(), entry.second.columns.end(),
          [](const schema::Column& column) { return schema::is_geometry(column.type.kind); });
    };
    if (std::none_of(schema_.tables.begin(), schema_.tables.end(), has_geometry)) return;
    const Rows rows = session_.query(
        "SELECT G_TABLE_NAME, G_GEOMETRY_COLUMN, SRID FROM information_schema.GEOMETRY_COLUMNS "
        "WHERE G_TABLE_SCHEMA = DATABASE() AND SRID <> 0",
        {});
    for (const auto& row : rows.rows) {
      Table* table = schema_.find_table(row[0].value_or(""));
      schema::Column* column = table == nullptr ? nullptr : table->find_column(row[1].value_or(""));
      if (column != nullptr) column->mariadb.srid = std::stoi(row[2].value_or("0"));
    }
  }

  Session& session_;
  const InspectOptions& options_;
  Charsets charsets_;
  Surroundings around_;
  std::vector<Listed> listed_;
  schema::Schema schema_;
  std::vector<Unsupported> unsupported_;
};

}  // namespace

Inspection inspect(Session& session, const InspectOptions& options) {
  return Inspector(session, options).run();
}

}  // namespace dbmig::backend::mariadb
