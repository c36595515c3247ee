#pragma once

#include <string>
#include <vector>

#include "project/workspace.hpp"
#include "run/runner.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// Throws Error{refused}, naming every such statement, if an ALTER TABLE of `plan`, which starts on
/// a database of schema `before`, needs more on this server than `limit` ("none" or "shared")
/// allows, or if that cannot be determined. Nothing is changed: the statements are tried on copies
/// of the tables in a scratch database.
void refuse_locks(Workspace& workspace, const std::vector<run::PlannedRevision>& plan,
                  const schema::Schema& before, const std::string& limit);

}  // namespace dbmig::project
