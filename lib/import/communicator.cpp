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
/// From then on twice as long each time, up to this: whoever has waited for several milliseconds
/// waits for the database, whose server needs the core.
constexpr std::chrono::microseconds kMaxNap{6400};
constexpr unsigned kDoublings = 7;

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
