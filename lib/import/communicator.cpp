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
/// From then on twice as long each time, up to this: a chunk takes a rank several milliseconds, and
/// it has the next one already. Who looks more often when the database is what takes the time takes
/// the server's core away.
constexpr std::chrono::microseconds kMaxNap{800};
constexpr unsigned kDoublings = 4;

}  // namespace

std::chrono::microseconds Backoff::next() {
  ++tries_;
  if (tries_ <= kYields) return std::chrono::microseconds{0};
  if (tries_ <= kYields + kShortNaps) return kShortNap;
  const unsigned doublings = std::min(tries_ - kYields - kShortNaps, kDoublings);
  return std::min(kShortNap * (1U << doublings), kMaxNap);
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
