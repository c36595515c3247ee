#include "run/retry.hpp"

#include <fmt/core.h>

#include <chrono>
#include <thread>

namespace dbmig::run {
namespace {

constexpr int kAttempts = 3;
constexpr std::chrono::milliseconds kPause{500};

bool is_stopped(const ApplyContext& context) {
  return context.options.stop != nullptr && *context.options.stop;
}

}  // namespace

void with_retries(const ApplyContext& context, const std::function<void()>& work) {
  for (int attempt = 1;; ++attempt) {
    try {
      work();
      return;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::busy || attempt == kAttempts || is_stopped(context)) throw;
      context.events.warning("dbmig.run", fmt::format("{}; trying again, {} of {}", error.what(),
                                                      attempt + 1, kAttempts));
    }
    std::this_thread::sleep_for(kPause * attempt);
  }
}

}  // namespace dbmig::run
