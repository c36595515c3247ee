#pragma once

#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/new_revision.hpp"
#include "project/workspace.hpp"

namespace dbmig::project {

/// What `merge` is asked for.
struct MergeOptions {
  NewRevision revision;
  std::vector<std::string> heads;  ///< those to join, or `heads`
  bool either_order = false;       ///< plain SQL may depend on the order of the branches
  std::string winner;              ///< the branch that contradictions are decided for; may be empty
};

/// The revision that joins the heads, not written. Throws Error{failed} when there is nothing to
/// join, and where the branches contradict each other and no `winner` decides; Error{usage} when
/// `winner` is on none of them; Error{refused} where plain SQL of two branches, tried on scratch
/// databases, does not come to the same in either order.
history::Revision merge_revision(Workspace& workspace, MergeOptions options);

}  // namespace dbmig::project
