#pragma once

#include <optional>
#include <string_view>

namespace dbmig {

/// The supported databases.
enum class DialectKind { sqlite, mariadb };

constexpr std::string_view to_string(DialectKind kind) {
  return kind == DialectKind::sqlite ? "sqlite" : "mariadb";
}

/// As people write it: "SQLite", "MariaDB".
constexpr std::string_view product_name(DialectKind kind) {
  return kind == DialectKind::sqlite ? "SQLite" : "MariaDB";
}

/// The dialect called `name` ("sqlite", "mariadb"), or nothing.
constexpr std::optional<DialectKind> dialect_kind(std::string_view name) {
  if (name == "sqlite") return DialectKind::sqlite;
  if (name == "mariadb") return DialectKind::mariadb;
  return std::nullopt;
}

}  // namespace dbmig
