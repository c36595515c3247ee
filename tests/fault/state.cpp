#include "fault/state.hpp"

#include <fmt/core.h>

#include <regex>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::fault {
namespace {

using backend::Connection;

/// The statements of a complete revision are not counted where several were applied at once.
constexpr std::string_view kBookkeeping =
    "SELECT id, parents, message, checksum, text, state, statements_to_undo, statement, "
    "CASE WHEN state = 'applied' THEN 0 ELSE statements_total END, "
    "CASE WHEN state = 'applied' THEN 0 ELSE statements_done END "
    "FROM dbmig_revisions ORDER BY id";

std::string lines(const backend::Rows& rows) {
  std::string out;
  for (const auto& row : rows.rows) {
    for (const backend::Value& value : row) out += value ? '\'' + *value + "' " : "NULL ";
    out += '\n';
  }
  return out;
}

std::string order_by_all(std::size_t columns) {
  std::string out = " ORDER BY 1";
  for (std::size_t i = 2; i <= columns; ++i) out += ", " + std::to_string(i);
  return out;
}

void add_sqlite_table(Connection& connection, const std::string& table, State& state) {
  const std::string name = text::quote(table, '"');
  backend::Rows rows;
  try {
    rows = connection.query("SELECT rowid, * FROM " + name + " ORDER BY rowid");
  } catch (const Error&) {  // WITHOUT ROWID
    const std::size_t columns = connection.query("SELECT * FROM " + name).columns.size();
    rows = connection.query("SELECT * FROM " + name + order_by_all(columns));
  }
  state["rows of " + table] = lines(rows);
}

State of_sqlite(Connection& connection) {
  State state;
  for (const char* pragma : {"user_version", "application_id", "encoding", "journal_mode",
                             "auto_vacuum", "integrity_check", "foreign_key_check"}) {
    state[pragma] = lines(connection.query(fmt::format("PRAGMA {}", pragma)));
  }
  const backend::Rows objects = connection.query(
      "SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name, tbl_name");
  for (const auto& row : objects.rows) {
    const std::string type = row[0].value_or("");
    const std::string name = row[1].value_or("");
    state[type + ' ' + name] = row[2].value_or("") + ": " + row[3].value_or("");
    if (type != "table") continue;
    if (name == "dbmig_revisions") {
      state["dbmig_revisions"] = lines(connection.query(kBookkeeping));
    } else {
      add_sqlite_table(connection, name, state);
    }
  }
  return state;
}

/// The column of SHOW CREATE that holds the text: the others have times in them.
std::string shown(Connection& connection, const std::string& kind, const std::string& name) {
  const backend::Rows rows =
      connection.query(fmt::format("SHOW CREATE {} {}", kind, text::quote(name, '`')));
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const std::string& column = rows.columns[i];
    if (!column.starts_with("Create ") && column != "SQL Original Statement") continue;
    // The counter moves on with every attempt, as InnoDB's counters do.
    return std::regex_replace(rows.rows.at(0).at(i).value_or(""),
                              std::regex(" AUTO_INCREMENT=[0-9]+"), "");
  }
  return "?";
}

State of_mariadb(Connection& connection) {
  State state;
  const backend::Rows tables = connection.query(
      "SELECT table_name, table_type FROM information_schema.tables WHERE table_schema = "
      "DATABASE()");
  for (const auto& row : tables.rows) {
    const std::string name = row[0].value_or("");
    // A record of how the server words texts. Those of what is gone stay in it, and what was
    // known before renames until the next ones.
    if (name == "dbmig_definitions") {
      state[name] =
          lines(connection.query("SELECT kind, object, part, declared_hash, definition FROM "
                                 "dbmig_definitions WHERE kind = 'check' "
                                 "ORDER BY 1, 2, 3"));
      continue;
    }
    const bool view = row[1] == "VIEW";
    state["table " + name] = shown(connection, view ? "VIEW" : "TABLE", name);
    if (view) continue;
    if (name == "dbmig_revisions") {
      state[name] = lines(connection.query(kBookkeeping));
      continue;
    }
    const std::string select = "SELECT * FROM " + text::quote(name, '`');
    const std::size_t columns = connection.query(select + " LIMIT 0").columns.size();
    state["rows of " + name] = lines(connection.query(select + order_by_all(columns)));
  }
  const backend::Rows others = connection.query(
      "SELECT 'TRIGGER', trigger_name FROM information_schema.triggers WHERE trigger_schema = "
      "DATABASE() UNION ALL SELECT routine_type, routine_name FROM information_schema.routines "
      "WHERE routine_schema = DATABASE() UNION ALL SELECT 'EVENT', event_name FROM "
      "information_schema.events WHERE event_schema = DATABASE()");
  for (const auto& row : others.rows) {
    const std::string kind = row[0].value_or("");
    const std::string name = row[1].value_or("");
    state[kind + ' ' + name] = shown(connection, kind, name);
  }
  return state;
}

}  // namespace

State capture(Connection& connection) {
  return connection.dialect().kind() == DialectKind::sqlite ? of_sqlite(connection)
                                                            : of_mariadb(connection);
}

std::string difference(const State& expected, const State& found) {
  std::string out;
  for (const auto& [heading, content] : expected) {
    const auto other = found.find(heading);
    if (other == found.end()) {
      out += fmt::format("missing: {}\n", heading);
    } else if (other->second != content) {
      out += fmt::format("{}\n  expected: {}\n  found:    {}\n", heading, content, other->second);
    }
  }
  for (const auto& [heading, content] : found) {
    if (expected.count(heading) == 0) out += fmt::format("too much: {}\n", heading);
  }
  return out;
}

}  // namespace dbmig::fault
