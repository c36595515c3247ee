#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "backend/backend.hpp"

namespace dbmig::import {

/// While it lives, a statement of `connection` that runs when `stop` is set is killed: it may be
/// waiting for a lock of another session. MariaDB only, with KILL QUERY on a second connection, for
/// which a user needs no further rights. The statement then fails with Error{interrupted}.
/// `connection` and `stop` must outlive this.
class StatementInterrupt {
 public:
  StatementInterrupt(backend::Connection& connection, const std::atomic<bool>& stop);
  ~StatementInterrupt();
  StatementInterrupt(const StatementInterrupt&) = delete;
  StatementInterrupt& operator=(const StatementInterrupt&) = delete;

 private:
  void watch(const Url& url, const std::string& session);

  const std::atomic<bool>& stop_;
  std::mutex mutex_;
  std::condition_variable ended_;
  bool is_over_ = false;
  std::thread thread_;
};

}  // namespace dbmig::import
