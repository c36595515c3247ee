#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "backend/branch.hpp"
#include "base/event.hpp"
#include "import/import_store.hpp"

namespace dbmig::import {

/// Several connections that write one import, all of their rows or none (`--writers`): each is a
/// branch of one XA transaction. What was decided is in `dbmig_imports` before the first branch is
/// committed, so that after the end of this process or of the server, at any instant,
/// recover_imports() finishes or undoes it.
///
///   preparing  the record is written before the first branch is prepared: from here on, undone
///   committing it is written when all are prepared: from here on, finished
///   (no row)   all is committed, or all rolled back
class Writers {
 public:
  /// `connection` is the import's own, which must outlive it; `files` are recorded. Opens `count`
  /// more connections, which wait only a second for locks. Everything is rolled back unless
  /// commit() returns.
  Writers(backend::Connection& connection, std::size_t count, std::vector<FileRecord> files);
  ~Writers();
  Writers(const Writers&) = delete;
  Writers& operator=(const Writers&) = delete;

  std::size_t count() const { return branches_.size(); }
  backend::Connection& connection(std::size_t writer) { return branches_.at(writer)->connection(); }

  /// Commits all or nothing, and ends the import's own transaction. Throws Error if nothing was
  /// committed, and Error{failed}, naming --recover, if the commit was decided but could not be
  /// completed.
  void commit(const std::atomic<bool>& stop);

 private:
  void write(const std::function<void()>& work);
  void undo() noexcept;

  backend::Connection& connection_;
  ImportStore store_;
  ImportRecord record_;
  std::vector<std::unique_ptr<backend::Branch>> branches_;
};

/// Commits or rolls back every import with several writers whose process is gone. Waits at most
/// `wait` for the server to notice that. Does nothing on databases without such imports. To be
/// called outside of a transaction. Returns the number of imports.
std::size_t recover_imports(backend::Connection& connection, std::chrono::seconds wait,
                            EventSink& events);

}  // namespace dbmig::import
