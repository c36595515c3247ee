#pragma once

#include "dialect/variables.hpp"
#include "hooks/hooks.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// The values of variables in plain SQL: from Location::variables, otherwise DBMIG_VAR_<name> of
/// the environment, otherwise `variables:` of dbmig.yaml; a variable there that needs an
/// environment variable which is not set has no value. Throws Error{usage} if Location::variables
/// has an entry without name=value.
dialect::Variables variables(Workspace& workspace);

/// The commands of dbmig.yaml's `hooks`.
hooks::Commands hook_commands(Workspace& workspace);

/// Calls the project's hooks during a run on the database `url`; empty if there are none. `events`
/// must outlive it.
run::RunListener hook_listener(Workspace& workspace, const Url& url, EventSink& events);

}  // namespace dbmig::project
