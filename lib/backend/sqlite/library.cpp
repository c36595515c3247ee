#include <fmt/core.h>
#include <sqlite3.h>

#include "backend/sqlite_library.hpp"

namespace dbmig::backend {

std::string sqlite_library() {
#ifdef DBMIG_OWN_SQLITE
  return fmt::format("SQLite {}, built with dbmig ({})", sqlite3_libversion(), DBMIG_OWN_SQLITE);
#else
  return fmt::format("SQLite {} of the system", sqlite3_libversion());
#endif
}

void configure_sqlite() {
#ifndef DBMIG_OWN_SQLITE
  constexpr int kOff = 0;
  // A library that has no such setting goes on as it is.
  sqlite3_config(SQLITE_CONFIG_MULTITHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, kOff);
#endif
}

}  // namespace dbmig::backend
