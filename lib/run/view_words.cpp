#include "run/view_words.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "dialect/script.hpp"
#include "run/store.hpp"

namespace dbmig::run {
namespace {

constexpr const char* kTable = "dbmig_views";

bool is_mariadb(backend::Connection& connection) {
  return connection.dialect().kind() == DialectKind::mariadb;
}

/// Of what is sent to make the view.
std::string hash_of(const schema::View& view) {
  return sha256_hex(view.sql.for_dialect(DialectKind::mariadb) + '\n' +
                    text::join(view.columns, "\n"));
}

/// What the server says of every view that this user may see, but for the name of the database: a
/// dump may be restored under another one.
std::map<std::string, std::string> words_now(backend::Connection& connection) {
  std::map<std::string, std::string> words;
  for (const auto& row : connection
                             .query("SELECT table_name, REPLACE(view_definition, "
                                    "CONCAT('`', DATABASE(), '`.'), '') FROM "
                                    "information_schema.views WHERE table_schema = DATABASE()")
                             .rows) {
    if (!row.at(1).value_or("").empty()) words[row.at(0).value_or("")] = *row.at(1);
  }
  return words;
}

}  // namespace

std::map<std::string, std::string> views_made(DialectKind kind,
                                              const std::vector<dialect::Statement>& statements) {
  std::map<std::string, std::string> made;
  if (kind != DialectKind::mariadb) return made;
  for (const dialect::Statement& statement : statements) {
    if (!statement.sql.starts_with("CREATE ")) continue;
    const auto words = dialect::script_words(DialectKind::mariadb, statement.sql);
    // CREATE [OR REPLACE] [ALGORITHM = …] [DEFINER = …] [SQL SECURITY …] VIEW name
    for (std::size_t i = 1; i + 1 < words.size() && !words[i].is("as"); ++i) {
      if (!words[i].is("view") || !words[i + 1].is_name) continue;
      made[words[i + 1].text] = statement.sql;
      break;
    }
  }
  return made;
}

void record_view_words(backend::Connection& connection, const schema::Schema& schema,
                       const std::map<std::string, std::string>& made) {
  if (made.empty() || !is_mariadb(connection)) return;
  connection.execute(
      fmt::format("CREATE TABLE IF NOT EXISTS {} (name VARCHAR(64) NOT NULL PRIMARY KEY, model "
                  "VARCHAR(64) NOT NULL, words LONGTEXT NOT NULL) ENGINE=InnoDB CHARACTER SET "
                  "utf8mb4 COLLATE utf8mb4_bin",
                  kTable));
  const std::map<std::string, std::string> words = words_now(connection);
  for (const auto& [name, statement] : made) {
    const auto view = schema.views.find(name);
    const auto said = words.find(name);
    if (view == schema.views.end() || said == words.end()) continue;
    const std::string query = " AS " + view->second.sql.for_dialect(DialectKind::mariadb);
    if (statement.find(query) == std::string::npos) continue;
    const std::vector<backend::Value> row{name, hash_of(view->second), said->second};
    connection.execute(fmt::format("REPLACE INTO {} (name, model, words) VALUES (?, ?, ?)", kTable),
                       row);
  }
}

schema::Schema with_known_views(backend::Connection& connection, const schema::Schema& expected,
                                const schema::Schema& wanted, schema::Schema live) {
  if (!is_mariadb(connection)) return live;
  std::vector<schema::View*> other;
  for (auto& [name, view] : live.views) {
    const auto known = wanted.views.find(name);
    if (known == wanted.views.end() || expected.views.count(name) == 0) continue;
    if (known->second.sql != view.sql || known->second.columns != view.columns) {
      other.push_back(&view);
    }
  }
  // Most often there is nothing to ask.
  if (other.empty() || !has_table(connection, kTable)) return live;
  const std::map<std::string, std::string> words = words_now(connection);
  std::map<std::string, std::pair<std::string, std::string>> recorded;
  for (const auto& row :
       connection.query(fmt::format("SELECT name, model, words FROM {}", kTable)).rows) {
    recorded[row.at(0).value_or("")] = {row.at(1).value_or(""), row.at(2).value_or("")};
  }
  for (schema::View* view : other) {
    const auto record = recorded.find(view->name);
    const auto said = words.find(view->name);
    if (record == recorded.end() || said == words.end()) continue;
    if (record->second.first != hash_of(expected.views.at(view->name))) continue;
    if (record->second.second != said->second) continue;
    view->sql = wanted.views.at(view->name).sql;
    view->columns = wanted.views.at(view->name).columns;
  }
  return live;
}

}  // namespace dbmig::run
