#include "backend/mariadb/blockers.hpp"

#include <fmt/core.h>

#include <vector>

#include "backend/mariadb/statement_names.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr std::size_t kMaxShown = 5;

constexpr std::string_view kSession = "p.ID, CONCAT(p.USER, '@', p.HOST)";
constexpr std::string_view kStatement = "LEFT(p.INFO, 120)";

std::string described(const std::vector<Value>& row) {
  const std::string statement = row[3].value_or("");
  const std::string does = statement.empty() ? "idle" : "running: " + statement;
  return fmt::format("connection {} ({}, {} s, {})", row[0].value_or("?"), row[1].value_or("?"),
                     row[2].value_or("?"), does);
}

/// What to end: the connections' numbers as KILL takes them.
std::string kills(const Rows& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows.rows) out.push_back("KILL " + row[0].value_or("?"));
  return text::join(out, "; ");
}

std::string list(const Rows& rows) {
  std::vector<std::string> out;
  for (const auto& row : rows.rows) out.push_back(described(row));
  return text::join(out, ", ");
}

/// The rows of a query that this user or this server may have no answer to.
Rows try_query(Session& session, const std::string& sql) {
  try {
    return session.query(sql, {});
  } catch (const Error&) {
    return {};
  }
}

/// For certain: sessions that hold one of the statement's tables, or all of them: FLUSH TABLES WITH
/// READ LOCK and BACKUP STAGE.
Rows holders(Session& session, std::string_view sql) {
  std::string tables = name_literals(sql);
  if (tables.empty()) tables = "''";
  return try_query(
      session,
      fmt::format(
          "SELECT DISTINCT {}, COALESCE(TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), p.TIME), "
          "{} FROM information_schema.METADATA_LOCK_INFO m "
          "JOIN information_schema.PROCESSLIST p ON p.ID = m.THREAD_ID "
          "LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID "
          "WHERE p.ID <> CONNECTION_ID() AND (m.TABLE_SCHEMA = DATABASE() "
          "AND m.TABLE_NAME IN ({}) "
          "OR m.LOCK_MODE REGEXP 'MDL_BACKUP_(START|FLUSH|WAIT|BLOCK|FTWRL)') "
          "ORDER BY 3 DESC LIMIT {}",
          kSession, kStatement, tables, kMaxShown));
}

/// Sessions that may hold something: those with an open transaction on this server that `also`.
Rows transactions(Session& session, std::string_view also) {
  return try_query(
      session, fmt::format("SELECT {}, TIMESTAMPDIFF(SECOND, t.trx_started, NOW()), {} "
                           "FROM information_schema.INNODB_TRX t "
                           "JOIN information_schema.PROCESSLIST p ON p.ID = t.trx_mysql_thread_id "
                           "WHERE p.ID <> CONNECTION_ID() AND {} "
                           "ORDER BY p.DB = DATABASE() DESC, t.trx_started LIMIT {}",
                           kSession, kStatement, also, kMaxShown));
}

/// Whether `sql` may have waited for a row: it changes some, or is one of a sink's, which has none.
bool may_be_of_row(std::string_view sql) {
  const std::string word = text::upper(sql.substr(0, sql.find(' ')));
  return word.empty() || word == "INSERT" || word == "REPLACE" || word == "UPDATE" ||
         word == "DELETE";
}

/// Without the right to see transactions, or when none is open (LOCK TABLES): who is there at all.
Rows sessions(Session& session) {
  return try_query(
      session,
      fmt::format("SELECT {}, p.TIME, {} FROM information_schema.PROCESSLIST p WHERE "
                  "p.ID <> CONNECTION_ID() AND (p.DB = DATABASE() OR p.DB IS NULL) "
                  "AND p.COMMAND IN ('Sleep', 'Query', 'Execute') AND p.USER <> 'system user' "
                  "ORDER BY p.DB IS NULL, p.TIME DESC LIMIT {}",
                  kSession, kStatement, kMaxShown));
}

}  // namespace

std::string blockers(Session& session, std::string_view sql) {
  const Rows certain = holders(session, sql);
  if (!certain.rows.empty()) {
    return fmt::format(
        "the table is held by {}; let it finish, or end it with {}, then run the command again",
        list(certain), kills(certain));
  }
  Rows guess;
  std::string_view what = "these have locked rows";
  if (may_be_of_row(sql)) guess = transactions(session, "t.trx_rows_locked > 0");
  // A commit waits only for locks of the whole server.
  if (guess.rows.empty() && sql != "COMMIT") {
    guess = transactions(session, "TRUE");
    what = "these have a transaction open";
  }
  if (guess.rows.empty()) {
    guess = sessions(session);
    what = "these use the database, or none";
  }
  if (guess.rows.empty()) return {};
  return fmt::format(
      "the server does not tell which session holds the lock (INSTALL SONAME 'metadata_lock_info' "
      "lets it "
      "do so for tables); {}: {}; let them finish, or end the one with {}, then run the command "
      "again",
      what, list(guess), kills(guess));
}

}  // namespace dbmig::backend::mariadb
