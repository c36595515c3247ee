#include "import/communicator.hpp"

#include <fmt/core.h>
#include <sched.h>

#include <algorithm>
#include <thread>

#include "base/error.hpp"

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

void wait_for_rank(Request& request, Communicator& ranks, int rank) {
  const std::chrono::seconds limit = ranks.rank_limit();
  if (!ranks.is_root() || limit.count() == 0) return wait(request);
  Backoff backoff;
  AwakeTime time;
  while (!request.test()) {
    const auto silent = std::chrono::floor<std::chrono::seconds>(time.elapsed());
    if (silent >= limit) give_up_rank(ranks, rank, silent, "waits for the database or its file");
    backoff.sleep();
  }
}

void give_up_rank(Communicator& ranks, int rank, std::chrono::seconds silent,
                  std::string_view reason) {
  ranks.leave();
  throw Error(ErrorCode::failed,
              fmt::format("rank {} has not answered for {} s: it is stopped, or {}", rank,
                          silent.count(), reason))
      .hint(
          "what was not committed is rolled back; let the rank go on (kill -CONT), or set "
          "DBMIG_RANK_TIMEOUT=SECONDS to wait longer, 0 to wait forever");
}

Bytes next_message(Communicator& ranks, int rank, const std::function<void()>& at_sign) {
  Bytes message;
  while (true) {
    wait_for_rank(*ranks.irecv(message, rank), ranks, rank);
    if (!message.empty()) return message;
    if (at_sign) at_sign();
  }
}

SignsOfLife::~SignsOfLife() {
  if (last_ != nullptr) wait(*last_);
}

void SignsOfLife::work_goes_on() {
  constexpr std::chrono::seconds kEvery{1};
  if (ranks_.is_root()) return;
  const std::lock_guard lock(mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (now - given_at_ < kEvery || (last_ != nullptr && !last_->test())) return;
  given_at_ = now;
  last_ = ranks_.isend({}, 0);
}

std::chrono::nanoseconds AwakeTime::elapsed() {
  constexpr std::chrono::seconds kMaxPause{1};
  const auto now = std::chrono::steady_clock::now();
  elapsed_ += std::min<std::chrono::nanoseconds>(now - looked_at_, kMaxPause);
  looked_at_ = now;
  return elapsed_;
}

}  // namespace dbmig::import
