#include "backend/mariadb/stale_statistics.hpp"

#include <fmt/core.h>

#include <string>

#include "backend/mariadb/statement_names.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr int kDuplicateKey = 1022;

/// The table of a row: a partition's statistics are under `table#P#partition`.
constexpr std::string_view kTable =
    "SUBSTRING_INDEX(SUBSTRING_INDEX(s.table_name, '#P#', 1), '#p#', 1)";

void remove(Session& session, const std::string& names) {
  const std::string is_named =
      fmt::format("s.database_name = DATABASE() AND {} IN ({})", kTable, names);
  session.execute(fmt::format(
      "DELETE s FROM mysql.innodb_index_stats s WHERE {} AND s.index_name IN ({}) AND NOT EXISTS "
      "(SELECT 1 FROM information_schema.STATISTICS k WHERE k.TABLE_SCHEMA = DATABASE() "
      "AND k.TABLE_NAME = {} AND k.INDEX_NAME = s.index_name)",
      is_named, names, kTable));
  for (const std::string_view kind : {"index", "table"}) {
    session.execute(fmt::format(
        "DELETE s FROM mysql.innodb_{}_stats s WHERE {} AND NOT EXISTS (SELECT 1 FROM "
        "information_schema.TABLES t WHERE t.TABLE_SCHEMA = DATABASE() AND t.TABLE_NAME = {})",
        kind, is_named, kTable));
  }
}

}  // namespace

bool is_of_stale_statistics(const Error& error) {
  return error.native_code() == kDuplicateKey &&
         error.message().find("'mysql.innodb_") != std::string::npos;
}

void remove_stale_statistics(Session& session, const Error& error) {
  const std::string names = name_literals(error.statement());
  if (names.empty()) throw error;
  try {
    remove(session, names);
  } catch (const Error& denied) {
    if (denied.code() != ErrorCode::access) throw;
    throw Error(ErrorCode::access, error.message())
        .hint(fmt::format(
            "the server has kept statistics under the new name; somebody who may write to the "
            "database mysql removes them with DELETE FROM mysql.innodb_index_stats WHERE "
            "database_name = DATABASE() AND table_name IN ({0}); DELETE FROM "
            "mysql.innodb_table_stats WHERE database_name = DATABASE() AND table_name IN ({0})",
            names))
        .native(error.native_code())
        .sql(error.statement());
  }
}

}  // namespace dbmig::backend::mariadb
