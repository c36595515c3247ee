// The ranks of a copy that read the source, as the root waits for them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include "backend/sqlite/connection.hpp"
#include "base/error.hpp"
#include "base/event.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"
#include "transfer/source_readers.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

class IgnoredEvents final : public EventSink {
 public:
  void on(const Event&) override {}
};

/// What the root's part of a copy says while rank 1 does `other`.
std::string message_of_root(const std::function<void(import::Communicator&, backend::Connection&,
                                                     const std::atomic<bool>& is_over)>& other) {
  const TempDir folder;
  Url url;
  url.database = (folder / "source.db").string();
  const auto open = [&] { return backend::sqlite::connect(url, {.create = true}); };
  open()->execute("CREATE TABLE t (a INTEGER)");
  std::string message;
  std::atomic<bool> is_over{false};
  const std::atomic<bool> stop{false};
  ThreadJob job(2);
  job.run([&](import::Communicator& ranks) {
    const auto source = open();
    if (!ranks.is_root()) return other(ranks, *source, is_over);
    ranks.set_rank_limit(std::chrono::seconds(1));
    IgnoredEvents events;
    try {
      const auto readers = transfer::rank_readers(*source, ranks, {"t"}, events, stop);
      transfer::ReadJob read;
      read.table = "t";
      read.parts = {"SELECT a FROM t"};
      read.encoding = "cells";
      readers->copy(read, [](std::size_t, const transfer::RowBatch&) {});
    } catch (const Error& error) {
      message = error.what();
    }
    transfer::end_service(ranks);
    is_over = true;
  });
  return message;
}

void be_silent(const std::atomic<bool>& is_over) {
  while (!is_over) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

TEST(RankReaders, ARankThatNeverAnswersIsGivenUp) {
  EXPECT_THAT(message_of_root([](import::Communicator&, backend::Connection&,
                                 const std::atomic<bool>& is_over) { be_silent(is_over); }),
              HasSubstr("rank 1 has not answered for 1 s: it is stopped"));
}

TEST(RankReaders, ARankThatStopsAfterItsSnapshotIsGivenUp) {
  const auto answer_once = [](import::Communicator& ranks, backend::Connection& source,
                              const std::atomic<bool>& is_over) {
    import::Bytes order;
    import::wait(*ranks.irecv(order, 0));
    source.begin_snapshot();
    const import::Bytes done{'\0'};
    import::wait(*ranks.isend(done, 0));
    be_silent(is_over);
    source.rollback();
  };
  EXPECT_THAT(message_of_root(answer_once),
              HasSubstr("rank 1 has not answered for 1 s: it is stopped"));
}

TEST(RankReaders, ARankThatAnswersIsNot) {
  const auto serve = [](import::Communicator& ranks, backend::Connection& source,
                        const std::atomic<bool>&) {
    const std::atomic<bool> stop{false};
    transfer::serve_copy(source, ranks, stop);
  };
  EXPECT_EQ(message_of_root(serve), "");
}

}  // namespace
}  // namespace dbmig::test
