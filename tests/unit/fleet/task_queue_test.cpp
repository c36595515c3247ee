// Every task is done once, whoever does it, and what ends a queue ends it: the limits over random
// numbers of tasks, ranks and failures.

#include "fleet/task_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <mutex>
#include <numeric>
#include <random>
#include <set>

#include "base/error.hpp"
#include "fleet/forked_job.hpp"
#include "support/property.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::fleet {
namespace {

struct Plan {
  int ranks = 1;
  std::size_t tasks = 0;
  std::set<char> failing;
  Schedule::Limits limits;
};

Plan random_plan(std::mt19937& random) {
  const auto below = [&](unsigned n) { return random() % n; };
  Plan plan;
  plan.ranks = 1 + static_cast<int>(below(4));
  plan.tasks = below(12);
  for (std::size_t i = 0; i < plan.tasks; ++i) {
    if (below(5) == 0) plan.failing.insert(static_cast<char>(i));
  }
  if (below(2) == 0) plan.limits.canary = below(4);
  if (below(2) == 0) plan.limits.max_failures = below(4);
  return plan;
}

/// What a queue of `plan` did: the results in the order in which they came, and why it stopped.
struct Done {
  std::vector<std::size_t> tasks;
  std::string why;
};

Done do_all(const Plan& plan) {
  Done done;
  Queue queue;
  for (std::size_t i = 0; i < plan.tasks; ++i) queue.tasks.push_back({static_cast<char>(i)});
  queue.limits = plan.limits;
  queue.on_result = [&](std::size_t task, const Bytes& result) {
    EXPECT_EQ(result, Bytes({static_cast<char>(task), 'r'}));
    done.tasks.push_back(task);
    return plan.failing.count(static_cast<char>(task)) == 0;
  };
  const Work work = [](const Bytes& task) { return Bytes({task.at(0), 'r'}); };
  test::ThreadJob(plan.ranks).run([&](import::Communicator& rank) {
    if (rank.is_root()) {
      done.why = run_queue(rank, queue, work);
    } else {
      serve_queue(rank, work);
    }
  });
  return done;
}

TEST(TaskQueue, EveryTaskIsDoneOnceUnlessALimitEndsIt) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(static_cast<unsigned>(seed));
    const Plan plan = random_plan(random);
    const Done done = do_all(plan);
    const std::set<std::size_t> once(done.tasks.begin(), done.tasks.end());
    EXPECT_EQ(once.size(), done.tasks.size());
    // They begin in their order: what was done has no gap.
    if (!once.empty()) {
      EXPECT_EQ(*once.rbegin() + 1, once.size());
    }
    const std::size_t canaries = std::min(plan.limits.canary, plan.tasks);
    const bool canary_fails = std::any_of(plan.failing.begin(), plan.failing.end(), [&](char task) {
      return static_cast<std::size_t>(task) < canaries;
    });
    const std::size_t limit = plan.limits.max_failures;
    if (done.why.empty()) {
      EXPECT_EQ(once.size(), plan.tasks);
    } else {
      EXPECT_LT(once.size(), plan.tasks);
      EXPECT_TRUE(canary_fails || (limit != 0 && plan.failing.size() >= limit)) << done.why;
    }
    // No task behind the canary begins before all of it is done.
    if (canary_fails) {
      EXPECT_LE(once.size(), canaries);
    }
    for (std::size_t i = 0; i < std::min(canaries, done.tasks.size()); ++i) {
      EXPECT_LT(done.tasks[i], canaries);
    }
    // Ranks that work at the same time may all fail after the limit.
    const auto failed =
        static_cast<std::size_t>(std::count_if(once.begin(), once.end(), [&](std::size_t task) {
          return plan.failing.count(static_cast<char>(task)) != 0;
        }));
    if (limit != 0) {
      EXPECT_LT(failed, limit + static_cast<std::size_t>(plan.ranks));
    }
  }
}

TEST(TaskQueue, ASlowTaskHoldsUpNobody) {
  Queue queue;
  for (char i = 0; i < 10; ++i) queue.tasks.push_back({i});
  std::vector<std::size_t> order;
  std::atomic<bool> is_last{false};
  queue.on_result = [&](std::size_t task, const Bytes&) {
    order.push_back(task);
    if (order.size() == 9) is_last = true;
    return true;
  };
  // The first one takes until all others are done: with a fixed share for each rank that is never.
  const Work work = [&](const Bytes& task) {
    while (task.at(0) == 0 && !is_last) std::this_thread::yield();
    return task;
  };
  test::ThreadJob(2).run([&](import::Communicator& rank) {
    if (rank.is_root()) {
      run_queue(rank, queue, work);
    } else {
      serve_queue(rank, work);
    }
  });
  ASSERT_EQ(order.size(), 10U);
  EXPECT_EQ(order.back(), 0U);
}

TEST(TaskQueue, StopLetsWhatIsUnderWayFinish) {
  std::atomic<bool> stop{false};
  int told = 0;
  Queue queue;
  for (char i = 0; i < 10; ++i) queue.tasks.push_back({i});
  queue.stop = &stop;
  queue.on_stop = [&] { ++told; };
  std::size_t results = 0;
  queue.on_result = [&](std::size_t, const Bytes&) {
    ++results;
    stop = true;
    return true;
  };
  const Work work = [](const Bytes& task) { return task; };
  test::ThreadJob(3).run([&](import::Communicator& rank) {
    if (rank.is_root()) {
      EXPECT_EQ(run_queue(rank, queue, work), "");
    } else {
      serve_queue(rank, work);
    }
  });
  EXPECT_GE(results, 1U);
  EXPECT_LT(results, 10U);
  EXPECT_EQ(told, 1);
}

TEST(TaskQueue, WhatARootThrowsLeavesNoRankWaiting) {
  Queue queue;
  for (char i = 0; i < 5; ++i) queue.tasks.push_back({i});
  queue.on_result = [](std::size_t, const Bytes&) -> bool {
    throw Error(ErrorCode::io, "the disk is full");
  };
  const Work work = [](const Bytes& task) { return task; };
  test::ThreadJob(3).run([&](import::Communicator& rank) {
    if (rank.is_root()) {
      EXPECT_THROW(run_queue(rank, queue, work), Error);
    } else {
      serve_queue(rank, work);
    }
  });
}

TEST(ForkedJob, MessagesOfEverySizeArrive) {
  ForkedJob job(2, [](import::Communicator& rank) {
    serve_queue(rank, [](const Bytes& task) { return task; });
  });
  Queue queue;
  queue.root_works = false;
  queue.idle = [&] { job.wait(); };
  for (const std::size_t size : {0, 1, 1000, 300'000, 5'000'000, 2}) {
    queue.tasks.emplace_back(size, static_cast<char>(size % 100));
  }
  std::size_t arrived = 0;
  queue.on_result = [&](std::size_t task, const Bytes& result) {
    EXPECT_EQ(result, queue.tasks[task]);
    ++arrived;
    return true;
  };
  EXPECT_EQ(run_queue(job.root(), queue, {}), "");
  EXPECT_EQ(arrived, queue.tasks.size());
}

TEST(ForkedJob, AProcessThatDiesLosesItsTaskAlone) {
  ForkedJob job(2, [](import::Communicator& rank) {
    serve_queue(rank, [](const Bytes& task) {
      if (task.at(0) == 1) ::raise(SIGKILL);
      return task;
    });
  });
  Queue queue;
  queue.root_works = false;
  queue.idle = [&] { job.wait(); };
  for (char i = 0; i < 6; ++i) queue.tasks.push_back({i});
  std::set<std::size_t> done;
  std::string why;
  queue.on_result = [&](std::size_t task, const Bytes&) { return done.insert(task).second; };
  queue.on_lost = [&](std::size_t task, const std::string& text) {
    EXPECT_EQ(task, 1U);
    why = text;
  };
  EXPECT_EQ(run_queue(job.root(), queue, {}), "");
  EXPECT_EQ(done, (std::set<std::size_t>{0, 2, 3, 4, 5}));
  EXPECT_EQ(why, "the process that worked on it was killed by signal 9");
}

TEST(ForkedJob, WhenAllProcessesDieTheRestIsLeftOut) {
  ForkedJob job(2, [](import::Communicator& rank) {
    serve_queue(rank, [](const Bytes&) -> Bytes { std::_Exit(7); });
  });
  Queue queue;
  queue.root_works = false;
  queue.idle = [&] { job.wait(); };
  for (char i = 0; i < 6; ++i) queue.tasks.push_back({i});
  std::size_t lost = 0;
  queue.on_result = [](std::size_t, const Bytes&) { return true; };
  queue.on_lost = [&](std::size_t, const std::string& why) {
    EXPECT_EQ(why, "the process that worked on it ended with code 7");
    ++lost;
  };
  EXPECT_EQ(run_queue(job.root(), queue, {}), "all worker processes have ended");
  EXPECT_EQ(lost, 2U);
}

}  // namespace
}  // namespace dbmig::fleet
