#pragma once

#include <optional>
#include <string>
#include <vector>

#include "project/next_revision.hpp"
#include "project/write_revision.hpp"

namespace dbmig::project {

/// What `migrate` wrote, or would write.
struct GeneratedRevision {
  WrittenRevision written;
  std::vector<std::string> detected;
  std::optional<std::vector<ProofOutcome>> proofs;  ///< nothing: none was wanted
};

/// The whole of `migrate`: the project's hook before, next_revision(), its file, and the hook
/// after, whose failure is told and changes nothing. Nothing when the model has no changes. With
/// `dry_run` nothing is written and no hook is run. Throws what next_revision() throws, and
/// Error{failed} where the hook before fails.
std::optional<GeneratedRevision> generate_revision(Workspace& workspace,
                                                   const MigrateOptions& options);

}  // namespace dbmig::project
