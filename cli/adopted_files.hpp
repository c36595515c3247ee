#pragma once

#include <string>

#include "cli/context.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {

/// `adopt --from`: each SQL file of `folder` becomes a revision, proved on a scratch database, and
/// what they make becomes the model. No database of the project is asked or changed.
void adopt_files(Context& context, const std::string& folder, const project::NewRevision& options);

}  // namespace dbmig::cli
