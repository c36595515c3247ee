#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/proving.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// What `migrate` is asked for.
struct MigrateOptions {
  NewRevision revision;
  bool empty = false;              ///< a revision without operations, to be filled in
  bool allow_destructive = false;  ///< it may drop what holds rows, and narrow types
  bool no_proof = false;
  /// A column whose type changes may stay on SQLite what its `sqlite:` block says.
  bool own_types_stay = false;
  bool keep = false;  ///< one that fails its proof is left as .rejected
};

/// A revision that is to be written (new_revision.hpp: revision_file()).
struct NextRevision {
  history::Revision revision;  ///< `path` is the folder that it goes to
  std::vector<std::string> detected;
  std::optional<std::vector<ProofOutcome>> proofs;  ///< nothing: none was wanted
};

/// The changes of the model that no revision has, as a revision: checked against both databases and
/// proved, and not written. Nothing when there are none. Tells what is detected and proved.
///
/// Throws Error{refused} for what would lose rows or values without `allow_destructive`, and names
/// the flag; Error{failed} for several heads of which none was chosen, and for a proof that fails;
/// Error{invalid} for a model that a database of the project cannot have.
std::optional<NextRevision> next_revision(Workspace& workspace, MigrateOptions options);

}  // namespace dbmig::project
