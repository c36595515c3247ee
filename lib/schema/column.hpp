#pragma once

#include <optional>
#include <string>

#include "schema/sql_text.hpp"
#include "schema/type.hpp"

namespace dbmig::schema {

/// A column's default. Literals are kept as text with the kind the user wrote.
struct Default {
  enum class Kind { string, number, boolean, sql };
  Kind kind = Kind::string;
  std::string literal;  ///< string: unquoted; number: as written; boolean: "true" or "false"
  SqlText sql;          ///< Kind::sql only

  friend bool operator==(const Default&, const Default&) = default;
};

/// GENERATED ALWAYS AS (sql) STORED|VIRTUAL.
struct Generated {
  SqlText sql;
  bool stored = false;
  friend bool operator==(const Generated&, const Generated&) = default;
};

/// A column that holds when a row of a system-versioned table began or ended to be in force.
enum class RowPeriod { none, start, end };

/// What only MariaDB has on a column (the `mariadb:` block).
struct MariadbColumn {
  std::optional<Type> type;  ///< instead of the portable type
  std::string charset;
  std::string collation;
  std::string on_update;  ///< SQL: `current_timestamp()`
  bool invisible = false;
  bool compressed = false;
  RowPeriod period = RowPeriod::none;  ///< GENERATED ALWAYS AS ROW START|END
  bool without_system_versioning = false;
  std::optional<int> srid = {};  ///< REF_SYSTEM_ID of a geometry
  friend bool operator==(const MariadbColumn&, const MariadbColumn&) = default;
};

/// What only SQLite has on a column (the `sqlite:` block).
struct SqliteColumn {
  std::optional<Type> type;  ///< instead of the portable type; often native
  std::string collation;     ///< COLLATE name
  /// ON CONFLICT of the NOT NULL constraint: "abort", "fail", "ignore", "replace", "rollback".
  std::string on_conflict;
  /// A column of the primary key that stands in SQLite's text without NOT NULL, and may then hold
  /// NULL there unless it is the rowid.
  bool null_key = false;
  friend bool operator==(const SqliteColumn&, const SqliteColumn&) = default;
};

struct Column {
  std::string name;
  Type type;
  bool nullable = true;
  bool autoincrement = false;
  std::optional<Default> default_value;
  std::optional<Generated> generated;
  std::string comment;
  MariadbColumn mariadb;
  SqliteColumn sqlite;

  friend bool operator==(const Column&, const Column&) = default;

  /// The type in force on `kind`.
  const Type& type_on(DialectKind kind) const;
};

}  // namespace dbmig::schema
