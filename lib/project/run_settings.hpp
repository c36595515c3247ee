#pragma once

#include "dialect/variables.hpp"
#include "hooks/hooks.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// What stands for the variables of plain SQL: what Location::variables says, else DBMIG_VAR_<name>
/// of the environment, else `variables:` of dbmig.yaml; there a variable whose text needs one of
/// the environment that is not set has no value. Throws Error{usage} where Location::variables has
/// something else than name=value.
dialect::Variables variables(Workspace& workspace);

/// The commands of dbmig.yaml's `hooks`.
hooks::Commands hook_commands(Workspace& workspace);

/// What a run on the database `url` tells the project's hooks; empty when there are none. `events`
/// must outlive it.
run::RunListener hook_listener(Workspace& workspace, const Url& url, EventSink& events);

}  // namespace dbmig::project
