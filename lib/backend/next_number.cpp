#include "backend/next_number.hpp"

#include <fmt/core.h>

#include <span>
#include <vector>

namespace dbmig::backend {
namespace {

bool has_counters(Connection& connection) {
  return !connection.query("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_sequence'")
              .rows.empty();
}

}  // namespace

std::optional<std::string> next_number(Connection& connection, const std::string& table) {
  const Value name = table;
  const bool is_mariadb = connection.dialect().kind() == DialectKind::mariadb;
  if (!is_mariadb && !has_counters(connection)) return std::nullopt;
  const Rows rows = connection.query(
      is_mariadb ? "SELECT AUTO_INCREMENT FROM information_schema.TABLES WHERE TABLE_SCHEMA = "
                   "DATABASE() AND TABLE_NAME = ?"
                 : "SELECT seq + 1 FROM sqlite_sequence WHERE name = ? COLLATE NOCASE",
      std::span(&name, 1));
  return rows.rows.empty() ? std::nullopt : rows.rows[0][0];
}

void set_next_number(Connection& connection, const std::string& table, const std::string& number) {
  const dialect::Dialect& dialect = connection.dialect();
  if (dialect.kind() == DialectKind::mariadb) {
    connection.execute(fmt::format("ALTER TABLE {} AUTO_INCREMENT = {}",
                                   dialect.quote_identifier(table), std::stoull(number)));
    return;
  }
  if (!has_counters(connection)) return;
  const std::vector<Value> values = {table, number};
  connection.execute("DELETE FROM sqlite_sequence WHERE name = ?", std::span(values).first(1));
  connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (?, ? - 1)", values);
}

}  // namespace dbmig::backend
