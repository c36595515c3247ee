#pragma once

#include "project/workspace.hpp"

namespace dbmig::project {

/// Held by a command while it reads and writes revisions: of two such commands at once, one would
/// build on files that the other deletes or moves. It is an operating-system lock on the project's
/// folder, so it ends with the process; on a file system without locks there is none. To be created
/// before the command reads the first revision.
class RevisionsLock {
 public:
  /// Waits up to half a minute for another process, and reports which one. Throws Error{busy} then.
  explicit RevisionsLock(Workspace& workspace);
  RevisionsLock(const RevisionsLock&) = delete;
  RevisionsLock& operator=(const RevisionsLock&) = delete;
  ~RevisionsLock();

 private:
  int folder_ = -1;
};

}  // namespace dbmig::project
