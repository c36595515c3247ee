// Chunks between the thread that reads and the one that writes, and on their way to other ranks.
#include "import/chunk_window.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <map>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "import/distribution.hpp"
#include "import/worker.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::test {
namespace {

using import::Bytes;
using import::Chunk;
using import::ChunkResult;
using import::ChunkWindow;
using import::Distribution;

void put_number(Chunk& chunk, int number) {
  chunk.part.assign(1, 0);
  const std::string text = std::to_string(number);
  chunk.part.insert(chunk.part.end(), text.begin(), text.end());
}

int number_of(const Bytes& part) {
  return std::stoi(std::string(part.begin() + 1, part.end()));
}

/// Whatever the number of workers and of chunks under way, and whoever is slow: each chunk is
/// worked on once and written in its order, and never more of them are under way.
TEST(ChunkWindow, WritesInTheOrderOfReadingWhoeverIsDoneFirst) {
  for (unsigned seed = 1; seed <= 30; ++seed) {
    std::mt19937 random(seed);
    const std::size_t size = 1 + random() % 6;
    const int count = static_cast<int>(random() % 60);
    const int workers = 1 + static_cast<int>(random() % 4);
    ChunkWindow window(size);
    std::atomic<int> under_way{0};
    std::thread reading([&] {
      for (int i = 0; i < count; ++i) {
        Chunk* const chunk = window.to_read();
        ASSERT_NE(chunk, nullptr);
        EXPECT_LE(++under_way, static_cast<int>(size));
        put_number(*chunk, i);
        window.read_done();
      }
      window.end();
    });
    std::vector<std::thread> working;
    for (int w = 0; w < workers; ++w) {
      working.emplace_back(
          [&window, naps = std::mt19937(seed * 7 + static_cast<unsigned>(w))]() mutable {
            while (Chunk* const chunk = window.take_for_root()) {
              if (naps() % 4 == 0)
                std::this_thread::sleep_for(std::chrono::microseconds(naps() % 200));
              chunk->result = chunk->part;
              window.work_done(*chunk);
            }
          });
    }
    int written = 0;
    while (Chunk* const chunk = window.to_write()) {
      ASSERT_EQ(number_of(chunk->result), written++);
      --under_way;
      window.write_done(*chunk);
    }
    reading.join();
    for (std::thread& worker : working) worker.join();
    ASSERT_EQ(written, count) << "seed " << seed;
    ASSERT_TRUE(window.is_over());
  }
}

/// With several that write each chunk is written once, whoever is slow, and none is overwritten
/// meanwhile.
TEST(ChunkWindow, SeveralMayWrite) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    std::mt19937 random(seed);
    ChunkWindow window(1 + random() % 6);
    const int count = static_cast<int>(random() % 60);
    std::thread reading([&] {
      for (int i = 0; i < count; ++i) {
        Chunk* const chunk = window.to_read();
        ASSERT_NE(chunk, nullptr);
        put_number(*chunk, i);
        window.read_done();
      }
      window.end();
    });
    std::thread working([&] {
      while (Chunk* const chunk = window.take_for_root()) {
        chunk->result = chunk->part;
        window.work_done(*chunk);
      }
    });
    std::vector<std::atomic<int>> times(static_cast<std::size_t>(count));
    std::vector<std::thread> writing;
    for (unsigned w = 0; w < 3; ++w) {
      writing.emplace_back([&, naps = std::mt19937(seed * 5 + w)]() mutable {
        while (Chunk* const chunk = window.to_write()) {
          const int number = number_of(chunk->result);
          if (naps() % 3 == 0) {
            std::this_thread::sleep_for(std::chrono::microseconds(naps() % 200));
          }
          EXPECT_EQ(number_of(chunk->result), number);
          ++times[static_cast<std::size_t>(number)];
          window.write_done(*chunk);
        }
      });
    }
    for (std::thread& writer : writing) writer.join();
    reading.join();
    working.join();
    for (const auto& time : times) ASSERT_EQ(time, 1) << "seed " << seed;
    ASSERT_TRUE(window.is_over());
  }
}

TEST(ChunkWindow, ClosingItLetsEveryoneGo) {
  ChunkWindow window(2);
  std::thread reading([&] {
    while (Chunk* const chunk = window.to_read()) {
      put_number(*chunk, 1);
      window.read_done();
    }
  });
  std::thread working([&] {
    while (window.take_for_root() != nullptr) {
    }
  });
  std::thread closing([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    window.close();
  });
  EXPECT_EQ(window.to_write(), nullptr);
  for (std::thread* thread : {&reading, &working, &closing}) thread->join();
  EXPECT_EQ(window.take(), nullptr);
  EXPECT_TRUE(window.is_over());
}

/// Where writing is what takes the time, the other ranks are not asked: messages cost what the root
/// does in less.
TEST(Distribution, TheRootWorksAloneWhenTheWriterHasEnough) {
  constexpr int kChunks = 12;
  ThreadJob(2).run([&](import::Communicator& ranks) {
    if (!ranks.is_root()) {
      Bytes message;
      import::encode_empty(ChunkResult::Status::idle, message);
      import::wait(*ranks.isend(message, 0));
      import::wait(*ranks.irecv(message, 0));
      EXPECT_EQ(static_cast<import::Verb>(message[0]), import::Verb::end);
      import::encode_empty(ChunkResult::Status::idle, message);
      import::wait(*ranks.isend(message, 0));
      return;
    }
    ChunkWindow window(kChunks, 2);
    Distribution others(ranks, window);
    for (int i = 0; i < kChunks; ++i) {
      put_number(*window.to_read(), i);
      window.read_done();
    }
    for (int i = 0; i < 2; ++i) window.work_done(*window.take());
    EXPECT_TRUE(window.has_enough_results());
    for (int i = 0; i < 50; ++i) {
      others.move();
      window.wait_for_change(std::chrono::microseconds(100));
    }
    // The next one for the root is the third of the file: nobody else has one.
    EXPECT_EQ(number_of(window.take_for_root()->part), 2);
    EXPECT_EQ(number_of(window.to_write()->part), 0);
    EXPECT_FALSE(window.has_enough_results());
    window.close();
    others.dismiss(false);
  });
}

/// A rank that answers every chunk after `delay`, as work_on_chunks() does. Returns how many.
int answer_chunks(import::Communicator& ranks, std::chrono::microseconds delay) {
  Bytes part;
  Bytes answer;
  import::encode_empty(ChunkResult::Status::idle, answer);
  import::wait(*ranks.isend(answer, 0));
  for (int chunks = 0;; ++chunks) {
    import::wait(*ranks.irecv(part, 0));
    const bool end = static_cast<import::Verb>(part[0]) == import::Verb::end;
    if (!end) std::this_thread::sleep_for(delay);
    import::encode_empty(end ? ChunkResult::Status::idle : ChunkResult::Status::done, answer);
    import::wait(*ranks.isend(answer, 0));
    if (end) return chunks;
  }
}

/// No lock-step: while a slow rank has one chunk, a fast one works on many.
TEST(Distribution, ASlowRankHoldsUpNobody) {
  constexpr int kChunks = 60;
  std::atomic<int> of_slow{0};
  std::atomic<int> of_fast{0};
  ThreadJob(3).run([&](import::Communicator& ranks) {
    if (ranks.rank() == 1) of_slow = answer_chunks(ranks, std::chrono::milliseconds(40));
    if (ranks.rank() == 2) of_fast = answer_chunks(ranks, std::chrono::microseconds(0));
    if (!ranks.is_root()) return;
    ChunkWindow window(kChunks);
    Distribution others(ranks, window);
    for (int i = 0; i < kChunks; ++i) {
      put_number(*window.to_read(), i);
      window.read_done();
    }
    window.end();
    std::thread writing([&] {
      int written = 0;
      while (Chunk* const chunk = window.to_write()) {
        EXPECT_EQ(number_of(chunk->part), written++);
        window.write_done(*chunk);
      }
      EXPECT_EQ(written, static_cast<int>(kChunks));
    });
    while (!window.is_over()) {
      others.move();
      window.wait_for_change(std::chrono::microseconds(100));
    }
    writing.join();
    others.dismiss(false);
  });
  EXPECT_EQ(of_slow + of_fast, kChunks);
  EXPECT_GT(of_slow, 0);
  EXPECT_GT(of_fast, 4 * of_slow);
}

}  // namespace
}  // namespace dbmig::test
