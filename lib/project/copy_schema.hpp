#pragma once

#include <set>
#include <string>

#include "project/workspace.hpp"
#include "transfer/copy.hpp"
#include "transfer/translate.hpp"

namespace dbmig::project {

/// The schema of a copy's target, and where it comes from.
struct CopySchema {
  std::set<std::string> revisions;    ///< the source's, if they are the project's; otherwise empty
  transfer::Translation translation;  ///< of the source's tables, if there are no `revisions`
  schema::Schema schema;              ///< the resulting schema of the target
};

/// Chooses the schema of a copy: that of the source's revisions if they are this project's,
/// otherwise the source's own, changed where the target cannot hold it; each change is reported.
/// `before` is the present schema of the target. Tables that the target cannot have are added to
/// `options.exclude`. Writes nothing. Throws Error{refused} if anything would change and `strict`
/// is set, or if no table is left; Error{failed} if the target cannot have what the revisions
/// create.
CopySchema choose_copy_schema(Workspace& workspace, backend::Connection& source,
                              backend::Connection& target, const schema::Schema& before,
                              bool strict, transfer::CopyOptions& options);

/// Reports the rows of the source that a copy into existing tables leaves behind (see
/// transfer::lost_rows()). Throws Error{refused} if there are any and `strict` is set.
void tell_lost_rows(Workspace& workspace, backend::Connection& source, backend::Connection& target,
                    bool strict, transfer::CopyOptions& options);

}  // namespace dbmig::project
