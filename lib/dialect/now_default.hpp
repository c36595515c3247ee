#pragma once

#include <string>
#include <string_view>

namespace dbmig::dialect {

/// What MariaDB says for a default of SQLite that is the present moment as text, in UTC:
/// `datetime('now')`, `date('now')`, `time('now')`, `strftime('%Y-%m-%d %H:%M:%f', 'now')`; empty
/// for everything else. Source: https://www.sqlite.org/lang_datefunc.html
std::string mariadb_now(std::string_view sqlite_default);

/// The other way: what mariadb_now() gives for, in MariaDB's own spelling too; empty for everything
/// else.
std::string sqlite_now(std::string_view mariadb_default);

/// A clock of MariaDB in SQLite's words, which are in UTC and have three digits after the second.
struct Clock {
  std::string sql;      ///< empty for what is none
  int lost_digits = 0;  ///< of those that MariaDB writes
};

/// `current_timestamp(6)`, `now(3)`, `utc_timestamp(2)`, `curtime(1)`: what has digits after the
/// second; the others are CURRENT_TIMESTAMP and the like on both databases.
Clock sqlite_clock(std::string_view mariadb_default);

}  // namespace dbmig::dialect
