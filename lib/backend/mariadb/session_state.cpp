#include "backend/mariadb/session_state.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/render.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// What every statement sets anew, and random numbers use up. `identity` is `last_insert_id`.
constexpr const char* kVolatile =
    "'TIMESTAMP', 'RAND_SEED1', 'RAND_SEED2', 'IDENTITY', 'INSERT_ID', 'PSEUDO_THREAD_ID', "
    "'GTID_SEQ_NO', 'LAST_GTID'";

}  // namespace

// LIMIT: by itself a query gives no more than the session's sql_select_limit.
SessionState::Variables SessionState::read(Session& session) {
  Variables variables;
  for (const auto& row :
       session
           .query(fmt::format("SELECT VARIABLE_NAME, SESSION_VALUE, VARIABLE_TYPE FROM "
                              "information_schema.SYSTEM_VARIABLES WHERE VARIABLE_SCOPE IN "
                              "('SESSION', 'SESSION ONLY') AND READ_ONLY = 'NO' AND SESSION_VALUE "
                              "IS NOT NULL AND VARIABLE_NAME NOT IN ({}) "
                              "LIMIT 100000",
                              kVolatile),
                  {})
           .rows) {
    const std::string type = row.at(2).value_or("");
    variables[row.at(0).value_or("")] = {
        row.at(1).value_or(""),
        type.find("INT") != std::string::npos || type.find("DOUBLE") != std::string::npos};
  }
  return variables;
}

SessionState::SessionState(Session& session) : variables_(read(session)) {
  database_ = session.query("SELECT DATABASE()", {}).rows.at(0).at(0).value_or("");
  my_bool reconnects = 0;
  mysql_get_option(session.native(), MYSQL_OPT_RECONNECT, &reconnects);
  reconnects_ = reconnects != 0;
  // A connection that comes back by itself has lost its locks and settings.
  const my_bool no = 0;
  mysql_optionsv(session.native(), MYSQL_OPT_RECONNECT, &no);
}

void SessionState::restore(Session& session) const noexcept {
  const my_bool reconnects = reconnects_ ? 1 : 0;
  try {
    if (!database_.empty()) session.execute("USE " + dialect::mariadb::quote(database_));
    const Variables now = read(session);
    // Strings are read by the rules of dbmig's own session, which has backslashes.
    std::string sql_mode;
    for (const auto& [name, variable] : variables_) {
      const auto found = now.find(name);
      if (found != now.end() && found->second.value == variable.value) continue;
      std::string value = variable.value;
      if (!variable.is_number) {
        value = value.empty() && name == "CHARACTER_SET_RESULTS"
                    ? "NULL"
                    : text::quote(text::replace_all(value, "\\", "\\\\"), '\'');
      }
      const std::string sql = fmt::format("SET SESSION {} = {}", name, value);
      if (name == "SQL_MODE") {
        sql_mode = sql;
        continue;
      }
      mysql_real_query(session.native(), sql.data(), sql.size());
    }
    if (!sql_mode.empty()) session.execute(sql_mode);
  } catch (...) {  // NOLINT(bugprone-empty-catch): the connection is gone, and its state with it
  }
  mysql_optionsv(session.native(), MYSQL_OPT_RECONNECT, &reconnects);
}

}  // namespace dbmig::backend::mariadb
