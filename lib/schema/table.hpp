#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/dialect_kind.hpp"
#include "schema/column.hpp"
#include "schema/constraint.hpp"
#include "schema/shared_list.hpp"
#include "schema/shared_map.hpp"

namespace dbmig::schema {

/// PERIOD FOR `name` (`start`, `end`): from when to when a row holds, as the application says.
/// https://mariadb.com/kb/en/application-time-periods/
struct ApplicationPeriod {
  std::string name;
  std::string start;  ///< a column, included
  std::string end;    ///< a column, excluded
  friend bool operator==(const ApplicationPeriod&, const ApplicationPeriod&) = default;
};

/// What only MariaDB has on a table. Empty means "the server's or database's default".
struct MariadbTable {
  std::string engine;
  std::string charset;
  std::string collation;
  std::string row_format;
  /// Further options as `NAME=value` in SHOW CREATE TABLE's spelling ("KEY_BLOCK_SIZE" → "8").
  std::map<std::string, std::string> options;
  /// `PARTITION BY …` up to the last parenthesis, in SHOW CREATE TABLE's spelling.
  std::string partition = {};
  /// WITH SYSTEM VERSIONING. Columns of its period are marked (MariadbColumn::period), or implied.
  bool system_versioned = false;
  /// The first value that AUTO_INCREMENT gives; 0 when not said. It moves on as rows come, so a
  /// live value beyond it is not reported as a difference (Dialect::reconciled).
  std::uint64_t auto_increment = 0;
  std::optional<ApplicationPeriod> period = {};
  friend bool operator==(const MariadbTable&, const MariadbTable&) = default;
};

struct SqliteTable {
  bool strict = false;
  bool without_rowid = false;
  /// Constraints of this table, by name, that stand in SQLite's text without a name.
  std::set<std::string> unnamed = {};
  /// Foreign keys, by name, that name no columns of their parent in SQLite's text: its primary key.
  std::set<std::string> implied = {};
  /// A virtual table: what follows USING, `fts5(title, body)`. It then has no columns here.
  std::string module = {};
  friend bool operator==(const SqliteTable&, const SqliteTable&) = default;
};

/// A table as a value. Columns are in order; the order of constraints carries no meaning.
struct Table {
  std::string name;
  SharedList<Column> columns;
  std::optional<PrimaryKey> primary_key;
  SharedList<Unique> uniques;
  SharedList<Index> indexes;
  SharedList<ForeignKey> foreign_keys;
  SharedList<Check> checks;
  std::string comment;
  MariadbTable mariadb;
  SqliteTable sqlite;
  std::optional<DialectKind> only;  ///< the table exists on that database alone

  friend bool operator==(const Table&, const Table&) = default;

  const Column* find_column(std::string_view column) const;
  Column* find_column(std::string_view column);
  /// Throws Error{not_found}: "table 'x' has no column 'y'; did you mean …".
  const Column& column(std::string_view column) const;
  const Unique* find_unique(std::string_view name) const;
  const Index* find_index(std::string_view name) const;
  const ForeignKey* find_foreign_key(std::string_view name) const;
  const Check* find_check(std::string_view name) const;
  bool in_primary_key(std::string_view column) const;
  std::vector<std::string> column_names() const;
};

/// What only MariaDB has on a view. Empty means the server's default.
struct MariadbView {
  std::string definer;    ///< `user@host`; empty: whoever creates it, and no difference to others
  std::string algorithm;  ///< "merge" or "temptable"
  std::string security;   ///< "invoker"; empty: definer
  std::string check_option;  ///< "local" or "cascaded"
  friend bool operator==(const MariadbView&, const MariadbView&) = default;
};

/// With whose rights and by which rules MariaDB runs a stored program.
struct MariadbProgram {
  std::string definer;  ///< `user@host`; empty: whoever creates it, and no difference to others
  /// The sql_mode that it was created under; nothing: dbmig's own session's, and no difference.
  std::optional<std::string> sql_mode;
  friend bool operator==(const MariadbProgram&, const MariadbProgram&) = default;
};

struct View {
  std::string name;
  SqlText sql;                       ///< the SELECT
  std::vector<std::string> columns;  ///< explicit column names, may be empty
  std::optional<DialectKind> only;
  MariadbView mariadb = {};
  friend bool operator==(const View&, const View&) = default;
};

/// A trigger. `sql` is everything after `CREATE TRIGGER name `, from BEFORE/AFTER/INSTEAD OF on.
struct Trigger {
  std::string name;
  std::string table;
  SqlText sql;
  std::optional<DialectKind> only;
  MariadbProgram mariadb = {};
  friend bool operator==(const Trigger&, const Trigger&) = default;
};

enum class RoutineKind { sequence, function, procedure, event };

/// What MariaDB stores beside tables and views, kept as SQL text: a sequence, stored function or
/// procedure, or event. It does not exist on SQLite.
struct Routine {
  RoutineKind kind = RoutineKind::procedure;
  std::string name;
  /// Everything after `CREATE … name`: a sequence's options, parameters and body, the schedule.
  std::string sql;
  MariadbProgram mariadb = {};  ///< a sequence has none
  friend bool operator==(const Routine&, const Routine&) = default;
};

/// A function and a procedure may share a name.
using RoutineKey = std::pair<RoutineKind, std::string>;

/// The columns of the primary key, of unique constraints and of foreign keys of `table`.
std::set<std::string> constrained_columns(const Table& table);

/// "sequence", "function", "procedure", "event".
std::string_view to_string(RoutineKind kind);

/// A whole schema: the model, the fold of revisions, or what a database reports. Copies share what
/// they have in common.
struct Schema {
  SharedMap<std::string, Table> tables;
  SharedMap<std::string, View> views;
  SharedMap<std::string, Trigger> triggers;
  SharedMap<RoutineKey, Routine> routines;  ///< MariaDB

  friend bool operator==(const Schema&, const Schema&) = default;

  const Table* find_table(std::string_view name) const;
  Table* find_table(std::string_view name);
  /// Throws Error{not_found} with a suggestion.
  const Table& table(std::string_view name) const;
  Table& table(std::string_view name);
};

/// The same schema with the lists that carry no order (constraints, indexes) sorted by name, so
/// that `==` compares meaning.
Schema sorted(Schema schema);

/// What of `schema` exists on `kind`: objects marked `only` for the other database left out.
Schema on_dialect(Schema schema, DialectKind kind);

}  // namespace dbmig::schema
