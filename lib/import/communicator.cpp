#include "import/communicator.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace dbmig::import {
namespace {

/// Tries without sleeping; a message that is being transferred takes less time than this.
constexpr unsigned kYields = 20;
constexpr unsigned kShortNaps = 20;
constexpr std::chrono::microseconds kShortNap{50};
/// After that, each sleep is twice as long, up to this: a chunk takes a rank several milliseconds,
/// and it already has the next one. A message needs several tests on both sides.
constexpr std::chrono::microseconds kMaxNap{800};
constexpr unsigned kDoublings = 4;
/// After a tenth of a second, the database is the bottleneck: testing more often would take CPU
/// time from the server.
constexpr unsigned kNaps = 120;
constexpr std::chrono::microseconds kLongNap{6400};

}  // namespace

std::chrono::microseconds Backoff::next() {
  ++tries_;
  if (tries_ <= kYields) return std::chrono::microseconds{0};
  if (tries_ <= kYields + kShortNaps) return kShortNap;
  const unsigned naps = tries_ - kYields - kShortNaps;
  if (naps > kNaps) return kLongNap;
  return std::min(kShortNap * (1U << std::min(naps, kDoublings)), kMaxNap);
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
