#pragma once

#include <vector>

#include "project/workspace.hpp"
#include "run/spelling.hpp"

namespace dbmig::project {

/// Finds out MariaDB's spelling of texts on a scratch database. If none is available, that is
/// reported once, and texts are compared as they are written.
run::AskSpelling spelling_of_server(Workspace& workspace);

/// dialect::equivalent() for `dialects` (empty: both), where texts that MariaDB spells identically
/// also count as equal.
schema::Schema equivalent(Workspace& workspace, const schema::Schema& before, schema::Schema wanted,
                          const std::vector<DialectKind>& dialects);

}  // namespace dbmig::project
