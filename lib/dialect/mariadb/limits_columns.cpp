#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "dialect/mariadb/limit_checks.hpp"
#include "dialect/mariadb/types.hpp"

// What MariaDB's own properties of a column go with, and names that a column cannot have.

namespace dbmig::dialect::mariadb::limit_checks {
namespace {

void refuse_column(const Table& table, const Column& column, const char* key,
                   const std::string& why, const char* hint, const LimitCheck& in) {
  in.found.push_back({column_path(table, column, key),
                      fmt::format("{} {}", column_name(table, column), why), hint});
}

bool is_numbered_or_filled(const Column& column) {
  return column.default_value || column.autoincrement || column.generated ||
         column.mariadb.period != schema::RowPeriod::none;
}

/// https://mariadb.com/kb/en/invisible-columns/
void invisible(const Table& table, const LimitCheck& in) {
  const bool has_visible =
      std::any_of(table.columns.begin(), table.columns.end(),
                  [](const Column& column) { return !column.mariadb.invisible; });
  if (!has_visible && !table.columns.empty()) {
    in.found.push_back(
        {{"tables", table.name},
         fmt::format("all columns of table '{}' are invisible, and MariaDB wants one "
                     "that is not",
                     table.name),
         "leave `invisible` out of one of them"});
  }
  for (const Column& column : table.columns) {
    const bool may_be_null = column.nullable && !table.in_primary_key(column.name);
    if (!column.mariadb.invisible || may_be_null || is_numbered_or_filled(column)) continue;
    refuse_column(table, column, "mariadb", "is invisible and NOT NULL, and has no default",
                  "give it a default, or leave `invisible` out", in);
  }
}

/// https://mariadb.com/kb/en/storage-engine-independent-column-compression/
void compressed(const Table& table, const LimitCheck& in) {
  for (const Column& column : table.columns) {
    if (!column.mariadb.compressed) continue;
    const Type& type = type_of(column);
    const bool can_be = type.kind == TypeKind::varchar || type.kind == TypeKind::varbinary ||
                        type.kind == TypeKind::native ||
                        (is_large(type) && !schema::is_geometry(type.kind));
    if (!can_be) {
      refuse_column(table, column, "mariadb",
                    fmt::format("is {}, which MariaDB does not compress", to_string(type)),
                    "leave `compressed` out, or make it a varchar, text, varbinary or blob", in);
    }
    for (const Key& key : keys_of(table)) {
      const bool is_in = std::any_of(key.parts.begin(), key.parts.end(), [&](const auto& part) {
        return text::equals_ignoring_case(part.column, column.name);
      });
      if (!is_in) continue;
      refuse_column(table, column, "mariadb", fmt::format("is compressed, and in {}", key.name),
                    "leave `compressed` or the key out", in);
    }
  }
}

void on_update(const Table& table, const LimitCheck& in) {
  for (const Column& column : table.columns) {
    const Type& type = type_of(column);
    const bool is_moment = type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp ||
                           type.kind == TypeKind::native;
    if (column.mariadb.on_update.empty() || is_moment) continue;
    refuse_column(
        table, column, "mariadb",
        fmt::format("is {}, and on_update is for datetime and timestamp", to_string(type)),
        "leave `on_update` out, or change the type", in);
  }
}

/// Columns that InnoDB has in every table.
void reserved_names(const Table& table, const LimitCheck& in) {
  if (!is_innodb(table)) return;
  constexpr std::array kNames{"DB_ROW_ID", "DB_TRX_ID", "DB_ROLL_PTR"};
  for (const Column& column : table.columns) {
    const bool is_reserved = std::any_of(kNames.begin(), kNames.end(), [&](const char* name) {
      return text::equals_ignoring_case(name, column.name);
    });
    if (!is_reserved) continue;
    in.found.push_back({{"tables", table.name, "columns", column.name},
                        fmt::format("{} has a name that InnoDB keeps for a column of its own",
                                    column_name(table, column)),
                        "rename it"});
  }
}

}  // namespace

void column_properties(const Table& table, const LimitCheck& in) {
  invisible(table, in);
  compressed(table, in);
  on_update(table, in);
  reserved_names(table, in);
}

}  // namespace dbmig::dialect::mariadb::limit_checks
