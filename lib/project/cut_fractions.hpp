#pragma once

#include "project/workspace.hpp"

namespace dbmig::project {

/// Warns about columns of a SQLite database, in a project that is for MariaDB as well, whose newest
/// rows have more digits after the second than MariaDB's type stores: "'user.created' has values
/// with 6 digits after the second …". MariaDB would silently cut them. Looks at 1,000 rows of each
/// table of the revisions (or only of `table`) and changes nothing. No warnings on MariaDB, whose
/// rows are already cut.
void warn_of_cut_fractions(Workspace& workspace, backend::Connection& connection,
                           const std::string& table = {});

}  // namespace dbmig::project
