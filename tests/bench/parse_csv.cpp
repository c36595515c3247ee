// parse_csv FILE: how fast one core looks through a CSV file in memory: where the bytes stand that
// may end a field, and what the fields are; by each way that the processor can do. Best of five.

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "import/indexed_records.hpp"
#include "import/record_parser.hpp"
#include "import/splitter.hpp"
#include "import/structural_index.hpp"

namespace {

using namespace dbmig::import;

constexpr std::size_t kChunk = std::size_t{1} << 20U;

/// Fields in `data`, by `work` on each chunk of it; prints the speed of the fastest of some turns.
template <class Work>
void measure(const char* what, std::string_view data, const Work& work) {
  const Splitter splitter{CsvFormat{}};
  double best = 1e9;
  std::size_t found = 0;
  for (int turn = 0; turn < 5; ++turn) {
    found = 0;
    double seconds = 0;
    for (std::string_view rest = data; !rest.empty();) {
      std::size_t end = splitter.last_boundary(rest.substr(0, kChunk));
      if (end == 0) end = rest.size();
      const std::string_view chunk = rest.substr(0, end);
      const auto start = std::chrono::steady_clock::now();
      found += work(chunk);
      seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      rest.remove_prefix(end);
    }
    best = std::min(best, seconds);
  }
  fmt::print("| {:<28} | {:>6.2f} | {} |\n", what, static_cast<double>(data.size()) / 1e9 / best,
             found);
}

std::size_t index_only(std::string_view chunk, IndexWay way) {
  static std::vector<std::uint32_t> positions;
  constexpr std::size_t kPart = std::size_t{1} << 15U;
  positions.resize(kPart + kIndexSlack);
  std::size_t count = 0;
  for (std::size_t at = 0; at < chunk.size(); at += kPart) {
    count +=
        find_structure(way, chunk.substr(at, kPart),
                       {.delimiter = ',', .line_end = '\n', .quote = '"', .carriage_return = true},
                       static_cast<std::uint32_t>(at), positions.data());
  }
  return count;
}

/// As Worker does it; without `indexed` by the parser alone.
std::size_t fields_of(std::string_view chunk, IndexedRecords* indexed) {
  static const Splitter splitter{CsvFormat{}};
  static RecordParser parser{CsvFormat{}, NullMarks{}};
  static std::vector<Field> fields;
  if (indexed != nullptr) indexed->start(chunk);
  std::size_t count = 0;
  for (std::size_t at = 0; at < chunk.size();) {
    const auto cut = indexed != nullptr ? indexed->cut(at, fields) : std::nullopt;
    const std::size_t end = cut ? *cut : splitter.record_end(chunk, at).value_or(chunk.size());
    if (!cut) parser.parse(chunk.substr(at, end - at), fields);
    count += fields.size();
    at = end;
  }
  return count;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: parse_csv FILE\n", stderr);
    return 2;
  }
  std::ifstream file(argv[1], std::ios::binary);
  const std::string data((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  fmt::print("| {:<28} | GB/s | found |\n| --- | ---: | ---: |\n", "one core");
  for (const IndexWay way : {IndexWay::plain, IndexWay::avx2}) {
    if (!can_index(way)) continue;
    const std::string name = way == IndexWay::plain ? "plain" : "AVX2";
    measure(("index, " + name).c_str(), data,
            [way](std::string_view chunk) { return index_only(chunk, way); });
    IndexedRecords indexed(CsvFormat{}, NullMarks{}, way);
    measure(("fields by index, " + name).c_str(), data,
            [&](std::string_view chunk) { return fields_of(chunk, &indexed); });
  }
  measure("fields without index", data,
          [](std::string_view chunk) { return fields_of(chunk, nullptr); });
}
