#include "base/lazy.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace dbmig {
namespace {

TEST(Lazy, IsWorkedOutOnceForAllCopiesAndThreads) {
  std::atomic<int> times = 0;
  const Lazy<std::string> value([&times] {
    ++times;
    return std::string("x");
  });
  EXPECT_EQ(times, 0);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = value] { EXPECT_EQ(copy.get(), "x"); });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(times, 1);
}

TEST(Lazy, HoldsAValueThatIsThereAlready) {
  EXPECT_EQ(Lazy<std::string>("x").get(), "x");
  EXPECT_EQ(Lazy<std::string>().get(), "");
}

TEST(Lazy, AnErrorIsForWhoAsks) {
  const Lazy<int> value([]() -> int { throw std::runtime_error("no"); });
  EXPECT_THROW(value.get(), std::runtime_error);
  EXPECT_THROW(value.get(), std::runtime_error);
}

}  // namespace
}  // namespace dbmig
