#pragma once

#include <vector>

#include "project/workspace.hpp"
#include "run/wordings.hpp"

namespace dbmig::project {

/// Asks MariaDB, on a scratch database, how it words texts. Where none can be asked, that is said
/// once, and texts are compared as they are written.
run::AskWords words_of_server(Workspace& workspace);

/// dialect::equivalent() for `dialects` (empty: both), where what MariaDB words alike is the same,
/// too.
schema::Schema equivalent(Workspace& workspace, const schema::Schema& before, schema::Schema wanted,
                          const std::vector<DialectKind>& dialects);

}  // namespace dbmig::project
