#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/proving.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// The options of `migrate`.
struct MigrateOptions {
  NewRevision revision;
  bool empty = false;              ///< a revision without operations, to be filled in
  bool allow_destructive = false;  ///< it may drop data, and narrow types
  bool no_proof = false;
  /// A column whose type changes may keep the type in its `sqlite:` block on SQLite.
  bool own_types_stay = false;
  bool keep = false;  ///< keep one that fails its proof, as .rejected
};

/// A revision to be written (new_revision.hpp: revision_file()).
struct NextRevision {
  history::Revision revision;  ///< `path` is the folder of the file
  std::vector<std::string> detected;
  std::optional<std::vector<ProofOutcome>> proofs;  ///< nothing: not requested
};

/// The model changes that no revision has, as a revision: checked for both databases and proved,
/// but not written. Nothing if there are none. Reports what is detected and proved.
///
/// Throws Error{refused} for what would lose rows or values without `allow_destructive`, naming the
/// flag; Error{failed} if there are several heads and none was chosen, or if a proof fails;
/// Error{invalid} if a database of the project cannot have the model.
std::optional<NextRevision> next_revision(Workspace& workspace, MigrateOptions options);

}  // namespace dbmig::project
