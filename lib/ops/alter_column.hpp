#pragma once

#include <optional>
#include <string>

#include "schema/column.hpp"

namespace dbmig::ops {

/// Where a column stands: after another, or first when `after` is empty.
struct Position {
  std::string after;
  friend bool operator==(const Position&, const Position&) = default;
};

/// Changes to one column; what is not said stays. `rename` keeps the data.
struct AlterColumn {
  std::string table;
  std::string name;
  std::optional<std::string> rename;
  std::optional<schema::Type> type;
  std::optional<bool> nullable;
  std::optional<bool> autoincrement;
  std::optional<std::optional<schema::Default>> default_value;  ///< inner nothing: no default
  std::optional<std::optional<schema::Generated>> generated;    ///< inner nothing: a plain column
  std::optional<std::string> comment;
  std::optional<schema::MariadbColumn> mariadb;  ///< replaces the whole block
  std::optional<schema::SqliteColumn> sqlite;
  std::optional<Position> position;
  friend bool operator==(const AlterColumn&, const AlterColumn&) = default;
};

/// The changes that make `to` of `from`: only what differs is set. No position.
AlterColumn changes_between(const std::string& table, const schema::Column& from,
                            const schema::Column& to);

/// `column` with the changes made (position aside).
schema::Column changed(schema::Column column, const AlterColumn& change);

/// True when nothing is set but table and name.
bool is_empty(const AlterColumn& change);

}  // namespace dbmig::ops
