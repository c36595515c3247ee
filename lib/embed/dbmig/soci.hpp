#pragma once

// The application's open soci::session as a database to upgrade:
//
//     soci::session sql(soci::sqlite3, "db=shop.db");
//     dbmig::upgrade(shop_migrations(), dbmig::database_of(sql));
//
// Compiled in the application against its own SOCI: the library knows no version of it. A backend
// whose headers cannot be found there (SOCI's, for mysql also <mysql.h>) is an error when it is
// used.

#include <soci/soci.h>

#include <dbmig/dbmig.hpp>

#if __has_include(<soci/sqlite3/soci-sqlite3.h>)
#include <soci/sqlite3/soci-sqlite3.h>
#define DBMIG_SOCI_SQLITE3 1
#endif
#if __has_include(<soci/mysql/soci-mysql.h>) && __has_include(<mysql.h>)
#include <soci/mysql/soci-mysql.h>
// Connector/C says who it is; the library of another vendor has the same names for other structs.
#if defined(MARIADB_PACKAGE_VERSION) || defined(MARIADB_CLIENT_VERSION_STR)
#define DBMIG_SOCI_MYSQL 1
#endif
#endif

namespace dbmig {

/// The connection of `session`, of its backend sqlite3 or mysql (built with MariaDB Connector/C).
/// Borrowed: see Database. Throws Error{usage} for another backend.
inline Database database_of(soci::session& session) {
  const std::string backend = session.get_backend_name();
#ifdef DBMIG_SOCI_SQLITE3
  if (backend == "sqlite3") {
    auto* own = static_cast<soci::sqlite3_session_backend*>(session.get_backend());
    // The same type but for the namespace that SOCI declares it in.
    return Database(reinterpret_cast<::sqlite3*>(own->conn_));
  }
#endif
#ifdef DBMIG_SOCI_MYSQL
  if (backend == "mysql") {
    auto* own = static_cast<soci::mysql_session_backend*>(session.get_backend());
    return Database(static_cast<::st_mysql*>(own->conn_));
  }
#endif
  throw Error(ErrorCode::usage, "dbmig cannot migrate a soci::session of backend '" + backend + "'")
      .hint(
          "it knows sqlite3 and mysql, whose headers must be found when the application is built");
}

inline std::vector<std::string> upgrade(const History& history, soci::session& session,
                                        const UpgradeOptions& options = {}) {
  return upgrade(history, database_of(session), options);
}

inline std::vector<std::string> pending(const History& history, soci::session& session,
                                        const UpgradeOptions& options = {}) {
  return pending(history, database_of(session), options);
}

}  // namespace dbmig
