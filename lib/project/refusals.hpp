#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::project {

/// {"views", "v"}, {"triggers", "t"}, {"tables", "t", "checks", "c"} or {"tables", "t", "columns",
/// "c"} for a default → why a database rejects it.
using Refusals = std::map<std::vector<std::string>, std::string>;

/// Adds the reason for the check, default, view or trigger that `path` leads to or into; nothing
/// for other paths, nor where there is a reason already.
void add_refusal(Refusals& refusals, const std::vector<std::string>& path, std::string reason);

/// Builds `schema` on the empty database behind `connection`, one object after the other, and adds
/// what it refuses of checks, defaults, views and triggers: what is refused holds up nothing that
/// does without. With `others`, tables that views read may be those of others. Throws what the
/// connection throws when it is lost or interrupted.
void ask_for_refusals(backend::Connection& connection, schema::Schema schema, bool others,
                      Refusals& refusals);

}  // namespace dbmig::project
