#include "import/lock_retry.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kPause{50};
constexpr int kLockWaitTimeout = 1205;  // ER_LOCK_WAIT_TIMEOUT

}  // namespace

LockRetry::LockRetry(backend::Connection& connection, std::chrono::seconds wait,
                     const std::atomic<bool>& stop)
    : connection_(connection),
      wait_(wait),
      stop_(stop),
      on_sqlite_(connection.dialect().kind() == DialectKind::sqlite) {
  if (on_sqlite_) {
    before_ = connection_.query("PRAGMA busy_timeout").rows.at(0).at(0).value_or("0");
    connection_.query("PRAGMA busy_timeout = 0");
  } else {
    set_wait(std::min(wait_, std::chrono::seconds(1)));
  }
}

LockRetry::~LockRetry() {
  try {
    if (on_sqlite_) {
      connection_.query("PRAGMA busy_timeout = " + before_);
    } else {
      connection_.execute(
          "SET SESSION lock_wait_timeout = DEFAULT, innodb_lock_wait_timeout = DEFAULT");
    }
  } catch (const std::exception&) {
    // The connection is lost, and the session with it.
  }
}

void LockRetry::set_wait(std::chrono::seconds wait) {
  connection_.execute(fmt::format(
      "SET SESSION lock_wait_timeout = {0}, innodb_lock_wait_timeout = {0}", wait.count()));
}

void LockRetry::run(const std::function<void()>& work) const {
  const Clock::time_point end = Clock::now() + wait_;
  while (true) {
    if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
    try {
      work();
      return;
    } catch (const Error& error) {
      // A deadlock has rolled back the transaction: what came before `work` would be missing.
      const bool waited = on_sqlite_ || error.native_code() == kLockWaitTimeout;
      if (error.code() != ErrorCode::busy || !waited) throw;
      if (stop_) throw Error(ErrorCode::interrupted, "interrupted");
      if (Clock::now() >= end) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

void LockRetry::wait_in_statements() {
  if (!on_sqlite_) set_wait(wait_);
}

}  // namespace dbmig::import
