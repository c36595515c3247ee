#include "serve/server_info.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <string>

#include "base/error.hpp"

namespace dbmig::serve {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAsked{5000};
constexpr std::size_t kMaxRows = 500;

struct Question {
  std::string title;
  std::string sql;
  std::string note;
};

Json section(backend::ReadOnlyConnection& database, const Question& question) {
  Json out = {{"title", question.title},
              {"note", question.note},
              {"columns", Json::array()},
              {"rows", Json::array()}};
  try {
    const auto rows = database.read(question.sql, {}, kAsked, kMaxRows);
    out["columns"] = rows->columns();
    std::vector<backend::Cell> cells;
    while (out["rows"].size() < kMaxRows && rows->next(cells)) {
      Json row = Json::array();
      for (const backend::Cell& cell : cells) {
        Json value = value_json(cell);
        if (value.is_array() && value[0] == "t") {
          value[1] = without_passwords(std::string(cell.bytes.substr(0, 4096)));
        }
        row.push_back(std::move(value));
      }
      out["rows"].push_back(std::move(row));
    }
  } catch (const Error& error) {
    out["note"] = fmt::format("cannot be read: {}", error.message());
  }
  database.end();
  return out;
}

/// Who waits for whom. Source:
/// https://mariadb.com/kb/en/information-schema-innodb_lock_waits-table/
constexpr const char* kLockWaits =
    "SELECT r.trx_mysql_thread_id AS waiting, TIMESTAMPDIFF(SECOND, r.trx_wait_started, NOW()) AS "
    "seconds, l.lock_table AS table_name, l.lock_index AS index_name, l.lock_mode AS mode, "
    "r.trx_query AS waiting_statement, b.trx_mysql_thread_id AS held_by, b.trx_started AS "
    "held_since, b.trx_query AS holding_statement FROM information_schema.innodb_lock_waits w JOIN "
    "information_schema.innodb_trx r ON r.trx_id = w.requesting_trx_id JOIN "
    "information_schema.innodb_trx b ON b.trx_id = w.blocking_trx_id JOIN "
    "information_schema.innodb_locks l ON l.lock_id = w.requested_lock_id ORDER BY seconds DESC";

constexpr const char* kTransactions =
    "SELECT trx_mysql_thread_id AS session, trx_state AS state, trx_started AS started, "
    "TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS seconds, trx_rows_locked AS rows_locked, "
    "trx_rows_modified AS rows_changed, trx_query AS statement FROM information_schema.innodb_trx "
    "WHERE trx_mysql_thread_id <> CONNECTION_ID() ORDER BY trx_started";

constexpr const char* kSessions =
    "SELECT ID AS session, USER AS user, HOST AS host, DB AS db, COMMAND AS command, TIME AS "
    "seconds, STATE AS state, INFO AS statement FROM information_schema.PROCESSLIST WHERE ID <> "
    "CONNECTION_ID() ORDER BY COMMAND = 'Sleep', TIME DESC";

constexpr const char* kDatabases =
    "SELECT s.SCHEMA_NAME AS db, COUNT(t.TABLE_NAME) AS tables, "
    "CAST(COALESCE(SUM(t.DATA_LENGTH), 0) AS UNSIGNED) AS data_bytes, "
    "CAST(COALESCE(SUM(t.INDEX_LENGTH), 0) AS UNSIGNED) AS index_bytes, "
    "s.DEFAULT_COLLATION_NAME AS collation FROM information_schema.SCHEMATA s LEFT JOIN "
    "information_schema.TABLES t ON t.TABLE_SCHEMA = s.SCHEMA_NAME GROUP BY s.SCHEMA_NAME, "
    "s.DEFAULT_COLLATION_NAME ORDER BY data_bytes DESC, db";

constexpr const char* kTables =
    "SELECT TABLE_NAME AS table_name, ENGINE AS engine, TABLE_ROWS AS about_rows, DATA_LENGTH AS "
    "data_bytes, INDEX_LENGTH AS index_bytes, TABLE_COLLATION AS collation FROM "
    "information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND TABLE_TYPE LIKE '%TABLE' ORDER "
    "BY DATA_LENGTH + INDEX_LENGTH DESC, TABLE_NAME";

constexpr const char* kUsers =
    "SELECT DISTINCT GRANTEE AS user, GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY PRIVILEGE_TYPE "
    "SEPARATOR "
    "', ') AS rights_on_everything FROM information_schema.USER_PRIVILEGES GROUP BY GRANTEE ORDER "
    "BY GRANTEE";

constexpr const char* kSchemaRights =
    "SELECT GRANTEE AS user, TABLE_SCHEMA AS db, GROUP_CONCAT(PRIVILEGE_TYPE ORDER BY "
    "PRIVILEGE_TYPE SEPARATOR ', ') AS rights FROM information_schema.SCHEMA_PRIVILEGES GROUP BY "
    "GRANTEE, TABLE_SCHEMA ORDER BY GRANTEE, TABLE_SCHEMA";

/// `'name'@'host'`, as information_schema has it, where quotes in the name are not doubled.
std::string account(const dialect::Dialect& dialect, const std::string& grantee) {
  const std::size_t at = grantee.rfind("'@'");
  if (at == grantee.npos || at == 0 || grantee.size() < at + 4) return "CURRENT_USER()";
  const std::string host = grantee.substr(at + 3, grantee.size() - at - 4);
  return dialect.quote_string(grantee.substr(1, at - 1)) + "@" + dialect.quote_string(host);
}

/// SHOW GRANTS of each account that may be seen.
void add_grants(backend::ReadOnlyConnection& database, Json& sections) {
  Json grants = {{"title", "Grants"},
                 {"note", "SHOW GRANTS of every account that may be seen, without passwords"},
                 {"columns", Json::array({"grant"})},
                 {"rows", Json::array()}};
  std::vector<std::string> users = {"CURRENT_USER()"};
  try {
    const backend::Rows found = database.connection().query(
        "SELECT DISTINCT GRANTEE FROM information_schema.USER_PRIVILEGES ORDER BY GRANTEE");
    for (const auto& row : found.rows) {
      users.push_back(account(database.connection().dialect(), row.at(0).value_or("")));
    }
  } catch (const Error&) {  // then only our own
  }
  constexpr std::size_t kMaxUsers = 100;
  for (std::size_t i = 0; i < users.size() && i < kMaxUsers; ++i) {
    try {
      for (const auto& row : database.connection().query("SHOW GRANTS FOR " + users[i]).rows) {
        const Json line =
            Json::array({Json::array({"t", without_passwords(row.at(0).value_or(""))})});
        bool is_known = false;
        for (const Json& known : grants["rows"]) is_known = is_known || known == line;
        if (!is_known) grants["rows"].push_back(line);
      }
    } catch (const Error&) {  // an account that we may not look at
    }
  }
  sections.push_back(std::move(grants));
}

Json mariadb_sections(backend::ReadOnlyConnection& database) {
  Json sections = Json::array();
  for (const Question& question : {
           Question{"Sessions", kSessions, "those that this user may see, without this page's own"},
           Question{"Locks that are waited for", kLockWaits, "seen with the PROCESS privilege"},
           Question{"Open transactions", kTransactions, "seen with the PROCESS privilege"},
           Question{"Databases", kDatabases, "sizes as the server estimates them"},
           Question{"Tables", kTables, "rows and sizes as the server estimates them"},
           Question{"Users", kUsers, ""},
           Question{"Rights on databases", kSchemaRights, ""},
       }) {
    sections.push_back(section(database, question));
  }
  add_grants(database, sections);
  return sections;
}

Json sqlite_sections(backend::ReadOnlyConnection& database) {
  Json sections = Json::array();
  std::error_code ignored;
  const std::string& path = database.connection().url().database;
  const auto size = std::filesystem::file_size(path, ignored);
  Json rows = Json::array();
  const auto add = [&rows](const std::string& name, const Json& value) {
    rows.push_back(Json::array({Json::array({"t", name}), value}));
  };
  add("file", Json::array({"t", path}));
  if (!ignored) add("bytes", Json::array({"i", std::to_string(size)}));
  for (const char* name : {"page_size", "page_count", "freelist_count", "journal_mode", "encoding",
                           "auto_vacuum", "user_version", "application_id"}) {
    const auto values = database.connection().query(fmt::format("PRAGMA {}", name));
    add(name, Json::array({"t", values.rows.at(0).at(0).value_or("")}));
  }
  sections.push_back({{"title", "File"},
                      {"note", ""},
                      {"columns", Json::array({"setting", "value"})},
                      {"rows", std::move(rows)}});
  sections.push_back(section(
      database, {"Tables and indexes",
                 "SELECT m.type, m.name, m.tbl_name AS on_table, SUM(s.pgsize) AS bytes FROM "
                 "sqlite_schema m JOIN dbstat s ON s.name = m.name GROUP BY m.name ORDER BY bytes "
                 "DESC, m.name",
                 "bytes of the file"}));
  sections.push_back(section(database, {"Foreign keys without a parent",
                                        "SELECT \"table\", rowid, parent, fkid FROM "
                                        "pragma_foreign_key_check LIMIT 100",
                                        "PRAGMA foreign_key_check, the first hundred"}));
  return sections;
}

}  // namespace

Json sections_json(backend::ReadOnlyConnection& database) {
  const bool is_mariadb = database.connection().dialect().kind() == DialectKind::mariadb;
  return is_mariadb ? mariadb_sections(database) : sqlite_sections(database);
}

}  // namespace dbmig::serve
