#include "backend/mariadb/show_create.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// ER_NO_SUCH_TABLE: https://mariadb.com/kb/en/mariadb-error-code-reference/
constexpr std::string_view kNoSuchTable = "1146";

Shown read(const Rows& rows, const Wanted& wanted) {
  Shown shown;
  shown.kind = wanted.kind;
  shown.name = wanted.name;
  if (rows.rows.empty()) {
    shown.error = "it no longer exists";
    return shown;
  }
  for (std::size_t i = 0; i < rows.columns.size(); ++i) {
    const std::string& column = rows.columns[i];
    const Value& value = rows.rows[0][i];
    if (column == "sql_mode") shown.sql_mode = value.value_or("");
    if (column == "failure") shown.error = value.value_or("the server does not say why");
    if (column == "failure_number") shown.is_missing = value == kNoSuchTable;
    if (column == "View") shown.kind = "VIEW";
    if (column == "View" || column == "Table") shown.name = value.value_or(wanted.name);
    if (column.starts_with("Create ") || column == "SQL Original Statement") {
      // NULL where the user has not the rights to see it.
      shown.text = value.value_or("");
    }
  }
  if (shown.text.empty() && shown.error.empty()) {
    shown.error = "this user may not see its definition";
  }
  return shown;
}

std::string statement_for(const Wanted& object) {
  return "SHOW CREATE " + object.kind + ' ' + dialect::mariadb::quote(object.name);
}

/// A statement for itself is half the work of a compound one: a long run asks once for each.
Shown show_one(Session& session, const Wanted& wanted) {
  try {
    const std::vector<Rows> results = session.results(statement_for(wanted));
    return read(results.empty() ? Rows{} : results.front(), wanted);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
    Shown shown;
    shown.kind = wanted.kind;
    shown.name = wanted.name;
    shown.error = error.message();
    shown.is_missing = std::to_string(error.native_code()) == kNoSuchTable;
    return shown;
  }
}

}  // namespace

std::vector<Shown> show_create(Session& session, const std::vector<Wanted>& wanted) {
  if (wanted.empty()) return {};
  if (wanted.size() == 1) return {show_one(session, wanted.front())};
  // An object that cannot be shown (a view whose table is gone) does not keep the others back.
  std::string sql =
      "BEGIN NOT ATOMIC DECLARE failure TEXT; DECLARE number INT; DECLARE CONTINUE HANDLER FOR "
      "SQLEXCEPTION BEGIN GET DIAGNOSTICS CONDITION 1 failure = MESSAGE_TEXT, number = "
      "MYSQL_ERRNO; "
      "SELECT failure AS failure, number AS failure_number; END; ";
  for (const Wanted& object : wanted) sql += statement_for(object) + "; ";
  sql += "END";
  const std::vector<Rows> results = session.results(sql);
  if (results.size() != wanted.size()) {
    throw Error(ErrorCode::failed, "the server did not describe all objects of the database");
  }
  std::vector<Shown> shown;
  shown.reserve(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) shown.push_back(read(results[i], wanted[i]));
  return shown;
}

}  // namespace dbmig::backend::mariadb
