// The collective operations, against what the MPI standard says of them, on ranks that are threads.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "import/communicator.hpp"
#include "support/property.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::test {
namespace {

using import::Bytes;
using import::Communicator;
using import::kNoRank;

/// Which ranks a value is of, in order: an operation that is not commutative.
struct Path {
  std::array<char, 16> ranks{};
  std::uint8_t count = 0;
  static void combine(const Path& left, Path& right) {
    Path both = left;
    for (std::uint8_t i = 0; i < right.count; ++i) both.ranks.at(both.count++) = right.ranks.at(i);
    right = both;
  }
  std::string text() const { return {ranks.data(), count}; }
};

Path path_of(const Communicator& ranks) {
  Path path;
  path.ranks[0] = static_cast<char>('a' + ranks.rank());
  path.count = 1;
  return path;
}

std::string letters(int from, int to) {
  std::string text(static_cast<std::size_t>(to - from), ' ');
  std::iota(text.begin(), text.end(), static_cast<char>('a' + from));
  return text;
}

/// A message that only `from` can have sent to `to`, of any length, empty ones among them.
Bytes message_of(int from, int to) {
  return Bytes(static_cast<std::size_t>((from * 7 + to * 3) % 11 * 1000),
               static_cast<char>(from * 16 + to));
}

/// Each operation once, several times in a row without a pause.
void call_everything(Communicator& ranks) {
  const int rank = ranks.rank();
  const int size = ranks.size();
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(import::exscan(ranks, path_of(ranks)).text(), letters(0, rank));
    EXPECT_EQ(import::allreduce(ranks, path_of(ranks)).text(), letters(0, size));
    EXPECT_EQ(import::reduce(ranks, path_of(ranks)).text(),
              ranks.is_root() ? letters(0, size) : "");
    Bytes received = {'x'};
    const int right = (rank + 1) % size;
    const int left = (rank + size - 1) % size;
    ranks.sendrecv(message_of(rank, right), right, received, left);
    EXPECT_EQ(received, message_of(left, rank));
    // The ends of a line have no neighbour.
    ranks.sendrecv(message_of(rank, rank + 1), rank + 1 == size ? kNoRank : rank + 1, received,
                   rank - 1);
    EXPECT_EQ(received, rank == 0 ? Bytes() : message_of(rank - 1, rank));
    std::vector<Bytes> to;
    std::vector<Bytes> from = {{'y'}};
    for (int other = 0; other < size; ++other) to.push_back(message_of(rank, other));
    ranks.alltoallv(to, from);
    ASSERT_EQ(from.size(), to.size());
    for (int other = 0; other < size; ++other) {
      EXPECT_EQ(from[static_cast<std::size_t>(other)], message_of(other, rank));
    }
  }
}

TEST(Collectives, AreThoseOfTheStandard) {
  for (int size = 1; size <= 5; ++size) {
    ThreadJob(size).run(call_everything);
  }
}

TEST(Collectives, WorkInEachGroupOfASplit) {
  for (int size = 1; size <= 5; ++size) {
    ThreadJob(size).run([size](Communicator& ranks) {
      for (int colors = 1; colors <= 3; ++colors) {
        const int color = ranks.rank() % colors;
        // The last colour is of those that join no group.
        const bool is_left_out = colors > 1 && color == colors - 1;
        const auto group = ranks.split(is_left_out ? kNoRank : color);
        EXPECT_EQ(group == nullptr, is_left_out);
        if (!group) continue;
        EXPECT_EQ(group->rank(), ranks.rank() / colors);
        EXPECT_EQ(group->size(), (size - color + colors - 1) / colors);
        call_everything(*group);
      }
    });
  }
}

}  // namespace
}  // namespace dbmig::test
