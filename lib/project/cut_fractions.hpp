#pragma once

#include "project/workspace.hpp"

namespace dbmig::project {

/// Warns of columns of a SQLite database, of a project that is for MariaDB as well, whose newest
/// rows have more digits after the second than MariaDB's type keeps, which would cut them without a
/// word: "'user.created' holds 6 digits after the second …". Looks at 1,000 rows of each table of
/// the revisions (of `table` alone, if given) and changes nothing. Says nothing on MariaDB, whose
/// rows are cut already.
void warn_of_cut_fractions(Workspace& workspace, backend::Connection& connection,
                           const std::string& table = {});

}  // namespace dbmig::project
