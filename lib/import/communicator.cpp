#include "import/communicator.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace dbmig::import {
namespace {

/// Looks without a sleep in between; a message of a chunk that is under way takes less than this.
constexpr unsigned kYields = 20;
constexpr unsigned kShortNaps = 20;
constexpr std::chrono::microseconds kShortNap{50};
/// A chunk takes a rank several milliseconds, and it has the next one already.
constexpr std::chrono::microseconds kLongNap{400};

}  // namespace

std::chrono::microseconds Backoff::next() {
  ++tries_;
  if (tries_ <= kYields) return std::chrono::microseconds{0};
  return tries_ <= kYields + kShortNaps ? kShortNap : kLongNap;
}

void Backoff::sleep() {
  const std::chrono::microseconds nap = next();
  if (nap.count() == 0) {
    ::sched_yield();
  } else {
    std::this_thread::sleep_for(nap);
  }
}

void wait(Request& request) {
  Backoff backoff;
  while (!request.test()) backoff.sleep();
}

}  // namespace dbmig::import
