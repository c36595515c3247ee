#pragma once

#include <string>

#include "base/dialect_kind.hpp"

namespace dbmig::schema {

/// An SQL expression or query as the user wrote it: one text for every database, or one each.
/// In files: `{sql: …}` (or just the text where only SQL can stand), or `{mariadb: …, sqlite: …}`.
struct SqlText {
  std::string any;      ///< for every dialect that has no text of its own
  std::string mariadb;  ///< overrides `any` there when not empty
  std::string sqlite;

  friend bool operator==(const SqlText&, const SqlText&) = default;

  const std::string& for_dialect(DialectKind kind) const {
    const std::string& own = kind == DialectKind::mariadb ? mariadb : sqlite;
    return own.empty() ? any : own;
  }
  bool empty() const { return any.empty() && mariadb.empty() && sqlite.empty(); }
};

}  // namespace dbmig::schema
