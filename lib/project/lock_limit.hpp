#pragma once

#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "run/runner.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Throws Error{refused} when an ALTER TABLE of `plan`, which begins on a database of schema
/// `before`, runs on this server with more than `limit`, "none" or "shared", or when that cannot be
/// found out. Every one that does is named. Nothing is changed: copies of the tables are tried in a
/// scratch database.
void refuse_locks(Workspace& workspace, const std::vector<run::PlannedRevision>& plan,
                  const schema::Schema& before, const std::string& limit);

}  // namespace dbmig::project
