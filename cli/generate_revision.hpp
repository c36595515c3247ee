#pragma once

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/new_revision.hpp"
#include "project/next_revision.hpp"

namespace dbmig::cli {

using project::MigrateOptions;

/// What generate_revision() came to.
struct GeneratedRevision {
  std::optional<std::string> id;  ///< nothing when there were no changes
  Json document;                  ///< the command's, for --json
};

/// Writes the file of project::next_revision(), whose errors it throws.
GeneratedRevision generate_revision(Context& context, const MigrateOptions& options);

}  // namespace dbmig::cli
