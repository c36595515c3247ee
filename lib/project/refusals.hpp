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

/// Adds the reason for the check, default, view or trigger at `path` or around it; does nothing for
/// other paths, or if there is a reason already.
void add_refusal(Refusals& refusals, const std::vector<std::string>& path, std::string reason);

/// Creates `schema` on the empty database behind `connection`, one object after the other, and adds
/// what it refuses of checks, defaults, views and triggers: a refused object does not prevent those
/// that do not depend on it. With `others`, views may read tables that the project does not manage.
/// Throws the connection's error if it is lost or interrupted.
void ask_for_refusals(backend::Connection& connection, schema::Schema schema, bool others,
                      Refusals& refusals);

}  // namespace dbmig::project
