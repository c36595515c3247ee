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
  std::optional<std::vector<ProofOutcome>> proofs;  ///< nothing: not requested
};

/// All of `migrate`: the project's hook before it, next_revision(), the file, and the hook after
/// it, whose failure is only reported. Nothing if the model has no changes. With `dry_run`, nothing
/// is written and no hook runs. Throws what next_revision() throws, and Error{failed} if the hook
/// before it fails.
std::optional<GeneratedRevision> generate_revision(Workspace& workspace,
                                                   const MigrateOptions& options);

}  // namespace dbmig::project
