#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::import {

/// Limits how long an import waits for locks of other sessions, and makes the waiting
/// interruptible: while this lives, the session itself waits a second at most, or not at all. The
/// connection must outlive it. Its destructor restores the session's timeouts.
///
/// SQLite also requests a lock whenever its page cache is full. A reader of the database then costs
/// memory instead of the busy timeout for every page.
class LockRetry {
 public:
  LockRetry(backend::Connection& connection, std::chrono::seconds wait,
            const std::atomic<bool>& stop);
  ~LockRetry();
  LockRetry(const LockRetry&) = delete;
  LockRetry& operator=(const LockRetry&) = delete;

  /// Calls `work` repeatedly while it throws Error{busy} for a lock of another session, until the
  /// time is over. `work` must have had no effect when it throws that. Throws Error{interrupted} if
  /// the import is interrupted.
  void run(const std::function<void()>& work) const;

  /// From here on, statements wait by themselves, as long as the user allows: a statement that was
  /// partly executed is not retried. MariaDB only.
  void wait_in_statements();

 private:
  void set_wait(std::chrono::seconds wait);

  backend::Connection& connection_;
  std::chrono::seconds wait_;
  const std::atomic<bool>& stop_;
  bool on_sqlite_;
  std::string before_;  ///< SQLite's busy timeout, in milliseconds
};

}  // namespace dbmig::import
