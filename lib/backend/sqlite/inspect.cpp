#include "backend/sqlite/inspect.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "backend/sqlite/restrict.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/canonical.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "schema/external.hpp"

namespace dbmig::backend::sqlite {
namespace {

namespace parser = dialect::sqlite;

/// A row of sqlite_schema.
struct Object {
  std::string type;
  std::string name;
  std::string table;
  std::string sql;

  bool is_virtual() const {
    const auto starts = [](std::string_view text, std::string_view word) {
      return text::equals_ignoring_case(text.substr(0, word.size()), word);
    };
    // As SQLite itself writes the beginning of the statement.
    return type == "table" && starts(sql, "CREATE VIRTUAL TABLE");
  }
};

std::vector<Object> read_objects(Connection& connection) {
  std::vector<Object> objects;
  const Rows rows = connection.query(
      "SELECT type, name, tbl_name, sql FROM sqlite_master"
      " WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY rowid");
  for (const auto& row : rows.rows) {
    objects.push_back(
        {row[0].value_or(""), row[1].value_or(""), row[2].value_or(""), row[3].value_or("")});
  }
  return objects;
}

// The tables in which virtual tables keep their data, in lower case.
std::set<std::string> read_shadows(Connection& connection) {
  std::set<std::string> shadows;
  const Rows rows = connection.query(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'");
  for (const auto& row : rows.rows) shadows.insert(text::lower(row[0].value_or("")));
  return shadows;
}

bool any_virtual(const std::vector<Object>& objects) {
  return std::any_of(objects.begin(), objects.end(),
                     [](const Object& object) { return object.is_virtual(); });
}

class Inspector {
 public:
  Inspector(Connection& connection, const InspectOptions& options)
      : connection_(connection), options_(options) {
    for (const std::string& table : options.tables) wanted_.insert(text::lower(table));
  }

  Inspection run() {
    const std::vector<Object> objects = read_objects(connection_);
    // The list of tables makes SQLite look at each of them: asked for only when it can matter.
    if (any_virtual(objects)) shadows_ = read_shadows(connection_);
    for (const char* type : {"table", "index", "view", "trigger"}) {
      for (const Object& object : objects) {
        if (object.type == type) read(object);
      }
    }
    for (auto& [name, draft] : drafts_) add(name, std::move(draft));
    parser::resolve_parents(result_.schema);
    schema::mark_external(result_.schema);
    if (wanted_.empty()) restrict_to_sqlite(result_);
    return std::move(result_);
  }

 private:
  bool is_wanted(const std::string& table) const {
    const std::string name = text::lower(table);
    if (!options_.include_own && name.starts_with("dbmig_")) return false;
    return wanted_.empty() || wanted_.count(name) != 0;
  }

  void read(const Object& object) {
    if (!is_wanted(object.table)) return;
    try {
      if (object.type == "table") read_table(object);
      if (object.type == "view") read_view(object);
      if (object.type == "index") read_index(object);
      if (object.type == "trigger") read_trigger(object);
    } catch (const Error& error) {
      lose(fmt::format("{} '{}'", object.type, object.name), error.message());
    }
  }

  void lose(std::string object, std::string reason) {
    result_.unsupported.push_back({std::move(object), std::move(reason)});
  }

  void read_table(const Object& object) {
    const std::string name = text::lower(object.name);
    if (shadows_.count(name) != 0) return;
    if (object.is_virtual()) {
      result_.schema.tables.emplace(object.name, parser::parse_create_virtual_table(object.sql));
    } else {
      drafts_.emplace(object.name, parser::parse_create_table(object.sql));
    }
    actual_[name] = object.name;
  }

  void read_view(const Object& object) {
    if (!wanted_.empty()) return;
    result_.schema.views.emplace(object.name, parser::parse_create_view(object.sql));
    actual_[text::lower(object.name)] = object.name;
  }

  void read_index(const Object& object) {
    const auto table = actual_.find(text::lower(object.table));
    if (table == actual_.end()) return;
    const auto draft = drafts_.find(table->second);
    if (draft == drafts_.end()) return;
    schema::Index index = parser::parse_create_index(object.sql).index;
    index.name = object.name;
    parser::match_names(index, draft->second.table);
    draft->second.table.indexes.push_back(std::move(index));
  }

  void read_trigger(const Object& object) {
    const auto table = actual_.find(text::lower(object.table));
    if (table == actual_.end()) return;
    schema::Trigger trigger = parser::parse_create_trigger(object.sql);
    trigger.name = object.name;
    trigger.table = table->second;
    result_.schema.triggers.emplace(object.name, std::move(trigger));
  }

  // A table whose indexes have all been read.
  void add(const std::string& name, parser::ParsedTable draft) {
    std::vector<std::string> lost = std::move(draft.lost);
    schema::Table table = parser::named(std::move(draft), lost);
    table.name = name;
    for (std::string& clause : lost) {
      lose(fmt::format("table '{}': {}", name, clause), "the model cannot express it");
    }
    result_.schema.tables.emplace(name, std::move(table));
  }

  Connection& connection_;
  const InspectOptions& options_;
  std::set<std::string> wanted_;               // lower case
  std::map<std::string, std::string> actual_;  // lower case → as the database spells it
  std::set<std::string> shadows_;
  std::map<std::string, parser::ParsedTable> drafts_;
  Inspection result_;
};

}  // namespace

Inspection inspect(Connection& connection, const InspectOptions& options) {
  return Inspector(connection, options).run();
}

std::vector<dialect::DependentObject> dependent_objects(Connection& connection) {
  std::vector<dialect::DependentObject> found;
  for (Object& object : read_objects(connection)) {
    const bool hangs = object.type == "index" || object.type == "trigger";
    if (!hangs) continue;
    found.push_back({std::move(object.table), std::move(object.name), std::move(object.sql)});
  }
  return found;
}

std::vector<std::string> foreign_key_names(Connection& connection, const std::string& table) {
  const Value name = table;
  const Rows rows = connection.query(
      "SELECT sql FROM sqlite_master WHERE type = 'table' AND name = ? COLLATE NOCASE",
      std::span(&name, 1));
  std::vector<std::string> names;
  if (rows.rows.empty()) return names;
  std::vector<std::string> lost;
  const schema::Table parsed =
      parser::named(parser::parse_create_table(rows.rows[0][0].value_or("")), lost);
  for (const schema::ForeignKey& key : parsed.foreign_keys) names.push_back(key.name);
  std::reverse(names.begin(), names.end());
  return names;
}

std::vector<std::string> foreign_key_violations(Connection& connection, std::size_t limit) {
  const Rows rows = connection.query(fmt::format(
      "SELECT \"table\", rowid, parent, fkid FROM pragma_foreign_key_check LIMIT {}", limit));
  std::map<std::string, std::vector<std::string>> names;
  std::vector<std::string> found;
  for (const auto& row : rows.rows) {
    const std::string table = row[0].value_or("");
    if (names.count(table) == 0) names[table] = foreign_key_names(connection, table);
    const auto number = static_cast<std::size_t>(std::stoul(row[3].value_or("0")));
    const std::string key = number < names[table].size() ? names[table][number] : "foreign key";
    const std::string which = row[1] ? fmt::format("row {}", *row[1]) : "a row";
    found.push_back(fmt::format("{} of '{}': {} → '{}'", which, table, key, row[2].value_or("")));
  }
  return found;
}

}  // namespace dbmig::backend::sqlite
