#include "run/spelling_record.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "backend/has_table.hpp"
#include "base/hash.hpp"
#include "base/identifier.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "ops/apply.hpp"
#include "run/expected_names.hpp"
#include "run/made_views.hpp"
#include "run/spelling.hpp"
#include "run/store.hpp"

namespace dbmig::run {
namespace {

using dialect::DefinitionKey;
using schema::Schema;
using DefinitionKeys = std::set<DefinitionKey>;

constexpr const char* kDefinitions = "dbmig_definitions";
/// The same table under the name that older versions used; its last two columns had other names,
/// too.
constexpr const char* kOldDefinitions = "dbmig_words";
/// Of older versions that recorded only views.
constexpr const char* kViewWords = "dbmig_views";

using Record = std::map<DefinitionKey, RecordedSpelling>;

/// What an older version recorded, as far as the server's spelling is still the same. `live` has
/// the views as inspected now.
Record record_of_views(backend::Connection& connection, const Schema& live) {
  Record record;
  const dialect::Definitions definitions =
      dialect::definitions_of({.tables = {}, .views = live.views, .triggers = {}, .routines = {}});
  for (const auto& row :
       connection
           .query(fmt::format("SELECT r.name, r.model FROM {} r JOIN information_schema.views v ON "
                              "v.table_schema = DATABASE() AND v.table_name = r.name WHERE BINARY "
                              "REPLACE(v.view_definition, CONCAT('`', DATABASE(), '`.'), '') = "
                              "BINARY r.words",
                              kViewWords))
           .rows) {
    const DefinitionKey key{"view", row.at(0).value_or("")};
    const auto now = definitions.find(key);
    if (now != definitions.end()) record[key] = {row.at(1).value_or(""), now->second};
  }
  return record;
}

void write(backend::Connection& connection, const char* verb, const DefinitionKey& key,
           const RecordedSpelling& recorded) {
  const std::vector<backend::Value> row{key.kind, key.object, key.part, recorded.told,
                                        recorded.spelling};
  connection.execute(
      fmt::format(
          "{} INTO {} (kind, object, part, declared_hash, definition) VALUES (?, ?, ?, ?, ?)", verb,
          kDefinitions),
      row);
}

/// The name of the table in this database; nothing if there is none.
std::optional<std::string> record_table(backend::Connection& connection) {
  for (const char* name : {kDefinitions, kOldDefinitions}) {
    if (backend::has_table(connection, name)) return name;
  }
  return std::nullopt;
}

/// Creates the table, with what an older version recorded.
void create_record(backend::Connection& connection) {
  if (record_table(connection) == kOldDefinitions) {
    connection.execute(fmt::format(
        "ALTER TABLE {} RENAME TO {}, CHANGE COLUMN told declared_hash VARCHAR(64) NOT NULL, "
        "CHANGE COLUMN words definition LONGTEXT NOT NULL",
        kOldDefinitions, kDefinitions));
  }
  connection.execute(fmt::format(
      "CREATE TABLE IF NOT EXISTS {} (kind VARCHAR(16) NOT NULL, object VARCHAR(64) NOT NULL, part "
      "VARCHAR(64) NOT NULL, declared_hash VARCHAR(64) NOT NULL, definition LONGTEXT NOT NULL, "
      "PRIMARY KEY (kind, object, part)) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
      kDefinitions));
  if (!backend::has_table(connection, kViewWords)) return;
  for (const auto& [key, recorded] : record_of_views(connection, connection.inspect({}).schema)) {
    write(connection, "INSERT IGNORE", key, recorded);
  }
  connection.execute(fmt::format("DROP TABLE {}", kViewWords));
}

/// Prefix for the kind of a text that was known before the renames that are running. No text has
/// such a kind, so it is not mistaken for one.
constexpr std::string_view kBefore = "~";

/// Stores `keys` where a run that continues after a kill finds them.
void write_known(backend::Connection& connection, const DefinitionKeys& keys) {
  constexpr std::size_t kAtOnce = 200;
  std::vector<backend::Value> values;
  std::string rows;
  const auto send = [&] {
    if (values.empty()) return;
    connection.execute(
        fmt::format("REPLACE INTO {} (kind, object, part, declared_hash, definition) VALUES {}",
                    kDefinitions, rows),
        values);
    values.clear();
    rows.clear();
  };
  for (const DefinitionKey& key : keys) {
    rows += rows.empty() ? "(?, ?, ?, '', '')" : ", (?, ?, ?, '', '')";
    for (const std::string& value : {std::string(kBefore) + key.kind, key.object, key.part}) {
      values.emplace_back(value);
    }
    if (values.size() >= 3 * kAtOnce) send();
  }
  send();
}

/// Reads what write_known() stored.
DefinitionKeys read_known(backend::Connection& connection) {
  DefinitionKeys keys;
  const auto table = record_table(connection);
  if (!table) return keys;
  for (const auto& row : connection
                             .query(fmt::format("SELECT kind, object, part FROM {} WHERE kind LIKE "
                                                "'{}%'",
                                                *table, kBefore))
                             .rows) {
    keys.insert({row.at(0).value_or("").substr(kBefore.size()), row.at(1).value_or(""),
                 row.at(2).value_or("")});
  }
  return keys;
}

void forget_known(backend::Connection& connection) {
  const auto table = record_table(connection);
  if (!table) return;
  connection.execute(fmt::format("DELETE FROM {} WHERE kind LIKE '{}%'", *table, kBefore));
}

}  // namespace

/// The objects whose texts `operations` may have changed.
struct SpellingRecorder::Touched {
  std::set<std::string> tables;
  std::set<std::string> views;
  std::set<std::string> triggers;
  std::set<schema::RoutineKey> routines;
  bool renames = false;  ///< a rename may affect any text

  bool empty() const {
    return !renames && tables.empty() && views.empty() && triggers.empty() && routines.empty();
  }
};

namespace {

using Touched = SpellingRecorder::Touched;

bool has_definitions(const schema::Column& column) {
  return column.generated ||
         (column.default_value && column.default_value->kind == schema::Default::Kind::sql);
}

bool has_definitions(const schema::Table& table) {
  return !table.checks.empty() || !table.mariadb.partition.empty() ||
         std::any_of(table.columns.begin(), table.columns.end(),
                     [](const schema::Column& column) { return has_definitions(column); });
}

void add_touched(std::span<const ops::Operation> operations, Touched& touched) {
  for (const ops::Operation& operation : operations) {
    std::visit(overloaded{
                   [&](const ops::CreateTable& op) {
                     if (has_definitions(op.table)) touched.tables.insert(op.table.name);
                   },
                   [&](const ops::AddColumn& op) {
                     if (has_definitions(op.column)) touched.tables.insert(op.table);
                   },
                   [&](const ops::AlterColumn& op) {
                     touched.renames = touched.renames || op.rename;
                     if (op.default_value || op.generated) touched.tables.insert(op.table);
                   },
                   [&](const ops::CreateCheckConstraint& op) { touched.tables.insert(op.table); },
                   [&](const ops::AlterTable& op) {
                     if (op.mariadb && !op.mariadb->partition.empty()) {
                       touched.tables.insert(op.table);
                     }
                   },
                   [&](const ops::RenameTable&) { touched.renames = true; },
                   [&](const ops::CreateView& op) { touched.views.insert(op.view.name); },
                   [&](const ops::CreateTrigger& op) { touched.triggers.insert(op.trigger.name); },
                   [&](const ops::CreateRoutine& op) {
                     touched.routines.insert({op.routine.kind, op.routine.name});
                   },
                   [&](const ops::Execute& op) { add_touched(op.state, touched); },
                   [](const auto&) {},
               },
               operation);
  }
}

Touched touched_by(std::span<const ops::Operation> operations) {
  Touched touched;
  add_touched(operations, touched);
  return touched;
}

template <class Map, class Names>
void keep_named(Map& map, const Names& names) {
  erase_if(map, [&](const auto& entry) { return names.count(entry.first) == 0; });
}

Schema touched_part(Schema schema, const Touched& touched) {
  if (touched.renames) return schema;
  keep_named(schema.tables, touched.tables);
  keep_named(schema.views, touched.views);
  keep_named(schema.triggers, touched.triggers);
  keep_named(schema.routines, touched.routines);
  return schema;
}

/// Inspects only the objects of `part` that are needed.
Schema inspect_part(backend::Connection& connection, const Schema& part) {
  backend::InspectOptions options;
  if (part.routines.empty()) {
    const bool folds = connection.folds_table_names();
    const auto add = [&](const std::string& name) {
      options.tables.push_back(folds ? folded_identifier(name) : name);
    };
    for (const auto& [name, table] : part.tables) add(name);
    for (const auto& [name, view] : part.views) add(name);
    for (const auto& [name, trigger] : part.triggers) add(trigger.table);
  }
  return connection.inspect(options).schema;
}

/// Whether one of `statements` contains the text at `key` of `schema`.
bool is_sent(const DefinitionKey& key, const Schema& schema,
             const std::vector<dialect::Statement>& statements) {
  std::string text = key.kind == "view"
                         ? schema.views.at(key.object).sql.for_dialect(DialectKind::mariadb)
                         : dialect::definitions_of(dialect::part_with(schema, {key})).at(key);
  const std::string name = dialect::dialect(DialectKind::mariadb).quote_identifier(key.object);
  text = std::string(text::trim(text));
  while (text.ends_with(';')) text = std::string(text::trim(text.substr(0, text.size() - 1)));
  return std::any_of(statements.begin(), statements.end(), [&](const dialect::Statement& one) {
    return one.sql.find(text) != std::string::npos && one.sql.find(name) != std::string::npos;
  });
}

/// The key of a place after `operations`.
DefinitionKey followed(DefinitionKey key, std::span<const ops::Operation> operations) {
  for (const ops::Operation& operation : operations) {
    if (const auto* table = std::get_if<ops::RenameTable>(&operation)) {
      if (key.object == table->name) key.object = table->to;
    } else if (const auto* column = std::get_if<ops::AlterColumn>(&operation)) {
      if (column->rename && key.object == column->table && key.part == column->name &&
          key.kind != "check") {
        key.part = *column->rename;
      }
    } else if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
      key = followed(std::move(key), execute->state);
    }
  }
  return key;
}

DefinitionKeys all_keys(const dialect::Definitions& definitions) {
  DefinitionKeys keys;
  for (const auto& [key, text] : definitions) keys.insert(key);
  return keys;
}

}  // namespace

SpellingRecord::SpellingRecord(backend::Connection& connection, const Schema& live) {
  if (backend::has_table(connection, kViewWords)) entries_ = record_of_views(connection, live);
  const auto table = record_table(connection);
  if (!table) return;
  for (const auto& row : connection.query(fmt::format("SELECT * FROM {}", *table)).rows) {
    entries_[{row.at(0).value_or(""), row.at(1).value_or(""), row.at(2).value_or("")}] = {
        row.at(3).value_or(""), row.at(4).value_or("")};
  }
}

bool SpellingRecord::knows(const DefinitionKey& key, const std::string& told,
                           const std::string& spelling) const {
  const auto found = entries_.find(key);
  return found != entries_.end() && found->second.spelling == spelling &&
         found->second.told == sha256_hex(told);
}

void SpellingRecorder::before(const Schema& before, std::span<const ops::Operation> operations) {
  known_.clear();
  if (!dialect::capabilities(connection_.dialect().kind()).rewrites_sql ||
      !touched_by(operations).renames)
    return;
  const Schema mine = schema::on_dialect(before, DialectKind::mariadb);
  const DefinitionKeys all = all_keys(dialect::definitions_of(mine));
  if (all.empty()) return;
  const Schema live =
      with_expected_spelling(connection_, mine, inspect_part(connection_, mine), {});
  const DefinitionKeys differ = unlike_definitions(mine, live);
  const dialect::Definitions definitions = dialect::definitions_of(live);
  const dialect::Definitions told = dialect::definitions_of(mine);
  const dialect::Definitions told_after = dialect::definitions_of(
      schema::on_dialect(ops::apply(before, operations), DialectKind::mariadb));
  DefinitionKeys changing;
  for (const DefinitionKey& key : all) {
    if (differ.count(key) != 0 || definitions.count(key) == 0) continue;
    const DefinitionKey place = followed(key, operations);
    known_.insert(place);
    const auto after = told_after.find(place);
    const bool stays = place == key && after != told_after.end() && after->second == told.at(key);
    if (!stays) changing.insert(place);
  }
  const bool has_older = !read_known(connection_).empty();
  if (has_older) forget_known(connection_);
  if (changing.empty()) return;
  create_record(connection_);
  write_known(connection_, changing);
}

void SpellingRecorder::after(const Schema& before, std::span<const ops::Operation> operations,
                             const std::vector<dialect::Statement>& statements) {
  DefinitionKeys known = std::exchange(known_, {});
  if (!dialect::capabilities(connection_.dialect().kind()).rewrites_sql) return;
  Touched touched = touched_by(operations);
  const DefinitionKeys kept = touched.renames ? read_known(connection_) : DefinitionKeys();
  known.insert(kept.begin(), kept.end());
  record_sent(before, operations, statements, touched, known);
  // Not before their new record is written.
  if (!kept.empty()) forget_known(connection_);
}

void SpellingRecorder::forget() {
  known_.clear();
  const bool may_have = dialect::capabilities(connection_.dialect().kind()).rewrites_sql;
  if (may_have && !read_known(connection_).empty()) forget_known(connection_);
}

void SpellingRecorder::record_sent(const Schema& before, std::span<const ops::Operation> operations,
                                   const std::vector<dialect::Statement>& statements,
                                   Touched touched, const DefinitionKeys& known) {
  for (const auto& [view, statement] : made_views(statements)) touched.views.insert(view);
  if (touched.empty()) return;
  const Schema part = schema::on_dialect(touched_part(ops::apply(before, operations), touched),
                                         DialectKind::mariadb);
  if (dialect::definitions_of(part).empty()) return;
  const Schema found = inspect_part(connection_, part);
  const DefinitionKeys keys =
      unlike_definitions(part, with_expected_names(connection_, part, found));
  if (keys.empty()) return;
  const dialect::Definitions told = dialect::definitions_of(dialect::part_with(part, keys));
  const dialect::Definitions definitions = dialect::definitions_of(found);
  create_record(connection_);
  for (const DefinitionKey& key : keys) {
    if (known.count(key) == 0 && !is_sent(key, part, statements)) continue;
    write(connection_, "REPLACE", key, {sha256_hex(told.at(key)), definition_at(definitions, key)});
  }
}

}  // namespace dbmig::run
