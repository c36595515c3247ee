// Ranks of `diff --data` and `infer` that do not answer, and those that only take long.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "base/event.hpp"
#include "base/file.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"
#include "transfer/compare_rows.hpp"
#include "transfer/infer.hpp"

namespace dbmig::test {
namespace {

constexpr std::chrono::seconds kRankLimit{2};

/// What the root's `work` fails with while rank 1 is silent.
std::string failure_beside_silence(const std::function<void(import::Communicator&)>& work) {
  std::string failure;
  std::atomic<bool> is_over{false};
  ThreadJob job(2);
  job.run([&](import::Communicator& ranks) {
    if (!ranks.is_root()) {
      while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return;
    }
    ranks.set_rank_limit(kRankLimit);
    try {
      work(ranks);
    } catch (const Error& error) {
      failure = error.what();
    }
    is_over = true;
  });
  return failure;
}

constexpr const char* kGivenUp = "rank 1 has not answered for 2 s: it is stopped";

TEST(SilentRank, OfAComparisonIsGivenUp) {
  const TempDir folder;
  Url url;
  url.database = (folder / "a.db").string();
  const auto source = backend::sqlite::connect(url, {.create = true});
  const auto target = backend::sqlite::connect(url, {.create = true});
  source->execute("CREATE TABLE t (a INTEGER)");
  struct : EventSink {
    void on(const Event&) override {}
  } events;
  const std::atomic<bool> no_stop{false};
  EXPECT_THAT(failure_beside_silence([&](import::Communicator& ranks) {
                try {
                  transfer::compare_rows(*source, *target, {}, events, no_stop, &ranks);
                } catch (const Error&) {
                  transfer::end_comparison(ranks);
                  throw;
                }
              }),
              testing::HasSubstr(kGivenUp));
}

TEST(SilentRank, OfAnInferenceIsGivenUp) {
  const TempDir folder;
  write_file(folder / "t.csv", "a,b\n1,2\n3,4\n", false);
  import::Options options;
  options.files = {(folder / "t.csv").string()};
  const std::atomic<bool> no_stop{false};
  EXPECT_THAT(failure_beside_silence([&](import::Communicator& ranks) {
                static_cast<void>(transfer::infer(options, ranks, no_stop));
              }),
              testing::HasSubstr(kGivenUp));
}

TEST(SilentRank, IsOneThatWaitsInVain) {
  EXPECT_THAT(failure_beside_silence([](import::Communicator& ranks) {
                static_cast<void>(import::next_message(ranks, 1));
              }),
              testing::HasSubstr(kGivenUp));
}

TEST(SilentRank, IsNoneWhoseWorkGoesOn) {
  import::Bytes received;
  ThreadJob job(2);
  job.run([&](import::Communicator& ranks) {
    if (ranks.is_root()) {
      ranks.set_rank_limit(kRankLimit);
      received = import::next_message(ranks, 1);
      return;
    }
    {
      import::SignsOfLife signs(ranks);
      for (int i = 0; i < 40; ++i) {
        std::this_thread::sleep_for(kRankLimit / 20);
        signs.work_goes_on();
      }
    }
    import::wait(*ranks.isend(import::Bytes{'d', 'o', 'n', 'e'}, 0));
  });
  EXPECT_EQ(std::string(received.begin(), received.end()), "done");
}

}  // namespace
}  // namespace dbmig::test
