#include "backend/mariadb/stale_statistics.hpp"

#include <fmt/core.h>

#include <string>
#include <vector>

#include "backend/mariadb/statement_names.hpp"
#include "base/text.hpp"
#include "dialect/dialect.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr int kDuplicateKey = 1022;

/// The table of a row: a partition's statistics are under `table#P#partition`.
constexpr std::string_view kTable =
    "SUBSTRING_INDEX(SUBSTRING_INDEX(s.table_name, '#P#', 1), '#p#', 1)";

/// Statements that remove what is under one of `names` and does not exist in the database `schema`;
/// all are string literals. Replicas have statistics of their own, and would stop at the removal of
/// rows that they do not have.
std::vector<std::string> removals(const std::string& schema, const std::string& names) {
  const std::string from =
      "SET STATEMENT sql_log_bin = 0 FOR DELETE s FROM mysql.innodb_{}_stats s "
      "WHERE s.database_name = {} AND {} IN ({}) AND ";
  std::vector<std::string> list;
  list.push_back(fmt::format(fmt::runtime(from), "index", schema, kTable, names) +
                 fmt::format("s.index_name IN ({}) AND NOT EXISTS (SELECT 1 FROM "
                             "information_schema.STATISTICS k WHERE k.TABLE_SCHEMA = {} AND "
                             "k.TABLE_NAME = {} AND k.INDEX_NAME = s.index_name)",
                             names, schema, kTable));
  for (const std::string_view kind : {"index", "table"}) {
    list.push_back(fmt::format(fmt::runtime(from), kind, schema, kTable, names) +
                   fmt::format("NOT EXISTS (SELECT 1 FROM information_schema.TABLES t WHERE "
                               "t.TABLE_SCHEMA = {} AND t.TABLE_NAME = {})",
                               schema, kTable));
  }
  return list;
}

}  // namespace

bool is_of_stale_statistics(const Error& error) {
  return error.native_code() == kDuplicateKey &&
         error.message().find("'mysql.innodb_") != std::string::npos;
}

void remove_stale_statistics(Session& session, const Error& error) {
  const std::string names = name_literals(error.statement());
  const Value schema = session.query("SELECT DATABASE()", {}).rows.at(0).at(0);
  if (names.empty() || !schema) throw error;
  const std::vector<std::string> statements =
      removals(dialect::dialect(DialectKind::mariadb).quote_string(*schema), names);
  try {
    for (const std::string& statement : statements) session.execute(statement);
  } catch (const Error& denied) {
    if (denied.code() == ErrorCode::connection) throw;
    throw Error(ErrorCode::access, error.message())
        .hint(fmt::format("the server has kept statistics of something that had the new name; "
                          "ask an administrator of the server to remove them: {}",
                          text::join(statements, "; ")))
        .native(error.native_code())
        .sql(error.statement());
  }
}

}  // namespace dbmig::backend::mariadb
