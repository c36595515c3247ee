#pragma once

#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {

/// Options of migrate.
struct MigrateOptions {
  project::NewRevision revision;
  bool empty = false;
  bool allow_destructive = false;
  bool no_proof = false;
  bool keep = false;
  /// A column whose type changes may stay on SQLite what its `sqlite:` block says.
  bool own_types_stay = false;
};

/// What generate_revision() came to.
struct GeneratedRevision {
  std::optional<std::string> id;  ///< nothing when there were no changes
  Json document;                  ///< the command's, for --json
};

/// Writes the revision from the project's revisions to its model, proved on scratch databases, and
/// says what was detected. Throws Error{refused} for a
/// change that loses data without `allow_destructive`.
GeneratedRevision generate_revision(Context& context, MigrateOptions options);

}  // namespace dbmig::cli
