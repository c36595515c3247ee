#pragma once

#include <string>

namespace dbmig::backend {

/// The SQLite in this program, for people: "SQLite 3.40.1 of the system", or "SQLite 3.40.1, built
/// with dbmig (3.40.1-2+deb12u2)" with the version of the source package.
std::string sqlite_library();

}  // namespace dbmig::backend
