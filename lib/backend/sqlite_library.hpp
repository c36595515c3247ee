#pragma once

#include <string>

namespace dbmig::backend {

/// The SQLite in this program, for people: "SQLite 3.40.1 of the system", or "SQLite 3.40.1, built
/// with dbmig (3.40.1-2+deb12u2)" with the version of the source package.
std::string sqlite_library();

/// For a program that is alone with its SQLite: the system's library becomes as dbmig's own is
/// built, without locks inside a connection, which no two threads use at a time, and without
/// counting memory. Before anything else uses SQLite.
void configure_sqlite();

}  // namespace dbmig::backend
