#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <string>

#include "backend/backend.hpp"

namespace dbmig::import {

/// Bounds how long an import waits for the locks of others, and lets it be interrupted meanwhile:
/// the session itself waits a second at most, or not at all, as long as it lives. The connection
/// must outlive it. Its end gives the session the waits back that it had.
///
/// SQLite also asks for a lock whenever its page cache is full. A reader of the database then costs
/// memory instead of the busy timeout for every page.
class LockRetry {
 public:
  LockRetry(backend::Connection& connection, std::chrono::seconds wait,
            const std::atomic<bool>& stop);
  ~LockRetry();
  LockRetry(const LockRetry&) = delete;
  LockRetry& operator=(const LockRetry&) = delete;

  /// Runs `work`, again and again while it throws Error{busy} for a lock that others hold, until
  /// the time is over. `work` must have done nothing when it throws that. Throws
  /// Error{interrupted} once told to stop.
  void run(const std::function<void()>& work) const;

  /// From here on statements wait by themselves, as long as the user said: nothing tries again
  /// what they had done in part. MariaDB only.
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
