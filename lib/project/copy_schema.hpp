#pragma once

#include <set>
#include <string>

#include "project/workspace.hpp"
#include "transfer/copy.hpp"
#include "transfer/translate.hpp"

namespace dbmig::project {

/// Where the target's tables come from, and what they are.
struct CopySchema {
  std::set<std::string> revisions;    ///< the source's, when they are the project's; else empty
  transfer::Translation translation;  ///< of the source's tables, without `revisions`
  schema::Schema schema;              ///< the target's, as it will be
};

/// Chooses the schema of a copy: that of the source's revisions when they are this project's, else
/// the source's own, changed where the target cannot hold it, of which each change is told.
/// `before` is what the target has. Tables that the target cannot have go into `options.exclude`.
/// Writes nothing. Throws Error{refused} with `strict` where anything would change, and where no
/// table is left; Error{failed} where the target cannot have what the revisions make.
CopySchema choose_copy_schema(Workspace& workspace, backend::Connection& source,
                              backend::Connection& target, const schema::Schema& before,
                              bool strict, transfer::CopyOptions& options);

}  // namespace dbmig::project
