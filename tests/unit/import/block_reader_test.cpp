// Blocks of a file, cut at any byte and read by any number of ranks, hold the records that one
// reader finds from the beginning.
#include "import/block_reader.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <mutex>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "import/splitter.hpp"
#include "support/property.hpp"
#include "support/temp_dir.hpp"
#include "support/thread_communicator.hpp"

namespace dbmig::test {
namespace {

using import::BlockReader;
using import::Bytes;
using import::CsvFormat;
using import::QuoteState;
using import::QuoteStates;
using import::StateMap;

/// A record and its line.
using Records = std::vector<std::pair<std::uint64_t, std::string>>;

/// Mostly what means something: also quotes inside of fields, that are never closed, and doubled.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kBytes = "\"\"\",,\n\n\rab ";
  std::string text;
  for (std::size_t n = random() % 60; n > 0; --n) text += kBytes[random() % kBytes.size()];
  return text;
}

CsvFormat random_csv_format(std::mt19937& random) {
  CsvFormat format;
  const import::LineEnd ends[] = {import::LineEnd::any, import::LineEnd::lf, import::LineEnd::cr};
  format.line_end = ends[random() % 3];
  if (random() % 4 == 0) format.quote.reset();
  return format;
}

Records cut(std::string_view text, std::uint64_t line, const CsvFormat& format) {
  const import::Splitter splitter(format);
  Records records;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = splitter.record_end(text, at).value_or(text.size());
    records.emplace_back(line, text.substr(at, end - at));
    for (std::size_t i = at; i < end; ++i) line += text[i] == format.line_byte() ? 1U : 0U;
    at = end;
  }
  return records;
}

/// What all ranks read together, in the order in which they say it stands in the file.
Records read_in_blocks(const import::SharedFile& file, const CsvFormat& format, std::size_t first,
                       int ranks, std::size_t block) {
  std::mutex mutex;
  std::vector<std::tuple<int, int, Records>> parts;
  ThreadJob(ranks).run([&](import::Communicator& communicator) {
    BlockReader reader(communicator, file, format, first, 2, block);
    Bytes records;
    std::uint64_t line = 0;
    for (int round = 0; reader.next(records, line); ++round) {
      const std::lock_guard lock(mutex);
      parts.emplace_back(round, communicator.rank(),
                         cut({records.data(), records.size()}, line, format));
    }
  });
  std::sort(parts.begin(), parts.end());
  Records all;
  for (const auto& part : parts) {
    all.insert(all.end(), std::get<Records>(part).begin(), std::get<Records>(part).end());
  }
  return all;
}

TEST(BlockReader, FindsTheRecordsOfAnyBlocks) {
  const TempDir folder;
  const std::string path = (folder / "file.csv").string();
  for (std::uint64_t seed = 0; seed < property_seeds(60); ++seed) {
    std::mt19937 random(seed);
    const CsvFormat format = random_csv_format(random);
    const std::string header = "a,b\n";
    const std::string text = random_text(random);
    SCOPED_TRACE(text);
    std::ofstream(path, std::ios::binary) << header << text;
    const auto file = import::share_file(path);
    ASSERT_TRUE(file);
    const Records expected = cut(text, 2, format);
    for (const int ranks : {1, 2, 3, 4}) {
      for (const std::size_t block :
           {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{1000}}) {
        EXPECT_EQ(read_in_blocks(*file, format, header.size(), ranks, block), expected)
            << ranks << " ranks, blocks of " << block;
      }
    }
  }
}

TEST(QuoteStates, OfPartsAreThoseOfTheWhole) {
  for (std::uint64_t seed = 0; seed < property_seeds(200); ++seed) {
    std::mt19937 random(seed);
    const QuoteStates states(random_csv_format(random));
    const std::string text = random_text(random);
    const std::size_t cut_at = text.empty() ? 0 : random() % text.size();
    StateMap both = states.map_of(text.substr(cut_at));
    StateMap::combine(states.map_of(text.substr(0, cut_at)), both);
    EXPECT_EQ(both, states.map_of(text)) << text;
    for (unsigned state = 0; state < 4; ++state) {
      EXPECT_EQ(StateMap().after(static_cast<QuoteState>(state)), static_cast<QuoteState>(state));
    }
  }
}

TEST(BlockReader, EndsOnEveryRankWhenOneCannotRead) {
  const TempDir folder;
  const std::string path = (folder / "file.csv").string();
  std::ofstream(path) << std::string(1000, 'x') << '\n';
  import::SharedFile file = *import::share_file(path);
  file.size += 10;  // as if it had been cut off meanwhile
  ThreadJob(3).run([&](import::Communicator& ranks) {
    BlockReader reader(ranks, file, CsvFormat{}, 0, 1, 400);
    Bytes records;
    std::uint64_t line = 0;
    const auto read_all = [&] {
      while (reader.next(records, line)) {
      }
    };
    EXPECT_THROW(read_all(), Error);
  });
}

}  // namespace
}  // namespace dbmig::test
