#include "import/communicator.hpp"

#include <sched.h>

#include <algorithm>
#include <thread>

namespace dbmig::import {
namespace {

/// Looks without a sleep in between; a message that is being sent takes less than this.
constexpr unsigned kYields = 20;
constexpr unsigned kShortNaps = 20;
constexpr std::chrono::microseconds kShortNap{50};
/// From then on twice as long each time, up to this: a chunk takes a rank several milliseconds, and
/// it has the next one already. A message takes several looks of both sides.
constexpr std::chrono::microseconds kMaxNap{800};
constexpr unsigned kDoublings = 4;
/// After a tenth of a second it is the database that takes the time: who looks more often takes the
/// server's core away.
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
