// Counting different hashes: what a set would say, however they come and are added up.
#include "transfer/distinct_hashes.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "support/property.hpp"

namespace dbmig::test {
namespace {

using transfer::DistinctHashes;

std::set<std::uint64_t> all_of(const DistinctHashes& hashes) {
  std::set<std::uint64_t> all;
  hashes.for_each([&](std::uint64_t hash) { EXPECT_TRUE(all.insert(hash).second); });
  return all;
}

TEST(DistinctHashes, AreThoseOfASet) {
  for (std::uint64_t seed = 1; seed <= property_seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937_64 random(seed);
    const std::size_t different = std::size_t{1} << random() % 15;  // of few, and beyond the table
    std::vector<std::uint64_t> values;
    for (std::size_t i = 0; i < different; ++i) values.push_back(random() | 1U);
    const std::size_t most = random() % 3 == 0 ? different / 2 : DistinctHashes::kMaxHashes;
    std::vector<DistinctHashes> parts(1 + random() % 3, DistinctHashes(most));
    std::set<std::uint64_t> expected;
    for (std::size_t n = different * (1 + random() % 3); n > 0; --n) {
      const std::uint64_t value = values[random() % values.size()];
      const bool is_new = parts[random() % parts.size()].insert(value);
      EXPECT_TRUE(expected.insert(value).second ? is_new : true);
      // What is asked on the way changes nothing.
      if (random() % 2048 == 0) parts.front().settle();
    }
    DistinctHashes sum(most);
    for (const DistinctHashes& part : parts) sum.insert(part);
    EXPECT_EQ(sum.is_too_many(), expected.size() > most);
    if (sum.is_too_many()) {
      EXPECT_EQ(sum.size(), 0U);
      continue;
    }
    EXPECT_EQ(sum.size(), expected.size());
    EXPECT_EQ(all_of(sum), expected);
    import::Bytes message;
    sum.encode(message);
    import::WireReader reader({message.data(), message.size()});
    EXPECT_EQ(all_of(DistinctHashes::decode(reader)), expected);
  }
}

}  // namespace
}  // namespace dbmig::test
