#pragma once

#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// The options of `merge`.
struct MergeOptions {
  NewRevision revision;
  std::vector<std::string> heads;  ///< those to join, or `heads`
  bool either_order = false;  ///< the result of plain SQL may depend on the order of the branches
  std::string winner;  ///< the branch that wins where branches contradict each other; may be empty
};

/// The revision that joins the heads; it is not written. Throws Error{failed} if there is nothing
/// to join, or if the branches contradict each other and no `winner` was chosen; Error{usage} if
/// `winner` is on none of them; Error{refused} if plain SQL of two branches, tried on scratch
/// databases, gives different results in different orders.
history::Revision merge_revision(Workspace& workspace, MergeOptions options);

}  // namespace dbmig::project
