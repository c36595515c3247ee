#pragma once

#include "project/workspace.hpp"

namespace dbmig::project {

/// Held by a command while it reads the revisions and writes some: of two that do so at once one
/// would build on files that the other deletes or moves. It is the operating system's lock of the
/// project's folder, so that it ends with the process; a file system without such locks is written
/// to without. Made before the command reads the first revision.
class RevisionsLock {
 public:
  /// Waits at most half a minute for another process, and says for which. Throws Error{busy} then.
  explicit RevisionsLock(Workspace& workspace);
  RevisionsLock(const RevisionsLock&) = delete;
  RevisionsLock& operator=(const RevisionsLock&) = delete;
  ~RevisionsLock();

 private:
  int folder_ = -1;
};

}  // namespace dbmig::project
