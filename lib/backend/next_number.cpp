#include "backend/next_number.hpp"

#include <fmt/core.h>

#include <set>
#include <span>
#include <vector>

namespace dbmig::backend {
namespace {

bool is_mariadb(const Connection& connection) {
  return connection.dialect().kind() == DialectKind::mariadb;
}

bool has_counters(Connection& connection) {
  return !connection.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
              .rows.empty();
}

std::set<std::string> sequences_of(Connection& connection) {
  if (!is_mariadb(connection)) return {};
  std::set<std::string> names;
  const Rows rows = connection.query(
      "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE() AND "
      "TABLE_TYPE = 'SEQUENCE'");
  for (const auto& row : rows.rows) names.insert(row[0].value_or(""));
  return names;
}

}  // namespace

std::optional<std::string> next_number(Connection& connection, const std::string& table) {
  const Value name = table;
  if (!is_mariadb(connection) && !has_counters(connection)) return std::nullopt;
  const Rows rows = connection.query(
      is_mariadb(connection)
          ? "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
            "DATABASE() AND TABLE_NAME = ?"
          : "SELECT seq + 1 FROM sqlite_sequence WHERE name = ? COLLATE NOCASE",
      std::span(&name, 1));
  return rows.rows.empty() ? std::nullopt : rows.rows[0][0];
}

void set_next_number(Connection& connection, const std::string& table, const std::string& number) {
  const dialect::Dialect& dialect = connection.dialect();
  if (is_mariadb(connection)) {
    connection.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}",
                                   dialect.quote_identifier(table), std::stoull(number)));
    return;
  }
  if (!has_counters(connection)) return;
  const std::vector<Value> values = {table, number};
  connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", std::span(values).first(1));
  connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ? - 1)", values);
}

void continue_sequences(Connection& from, Connection& to) {
  const std::set<std::string> there = sequences_of(to);
  if (there.empty()) return;
  for (const std::string& name : sequences_of(from)) {
    if (there.count(name) == 0) continue;
    const Rows rows = from.query("SELECT next_not_cached_value, cycle_count FROM " +
                                 from.dialect().quote_identifier(name));
    if (rows.rows.empty() || !rows.rows[0][0] || !rows.rows[0][1]) continue;
    // SETVAL, as mariadb-dump writes it: unlike RESTART it takes the number after the last one of a
    // sequence that has run out.
    to.query(fmt::format("SELECT SETVAL({}, {}, 0, {})", to.dialect().quote_identifier(name),
                         *rows.rows[0][0], *rows.rows[0][1]));
  }
}

}  // namespace dbmig::backend
