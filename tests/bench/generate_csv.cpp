// generate_csv ROWS: a CSV file on stdout for the import benchmark: eight columns, about 100 bytes
// a row, 2 % of the rows with a quoted field. The same ROWS give the same bytes.

#include <fmt/core.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): small, fast and the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t operator()() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }
  std::uint64_t below(std::uint64_t limit) { return (*this)() % limit; }

 private:
  std::uint64_t state_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fputs("usage: generate_csv ROWS\n", stderr);
    return 2;
  }
  const long rows = std::strtol(argv[1], nullptr, 10);
  Random random(42);
  std::fputs("id,customer,amount,rate,created,day,active,note\n", stdout);
  std::string line;
  for (long id = 1; id <= rows; ++id) {
    const std::string note =
        id % 50 == 0 ? fmt::format("\"note {}, with \"\"quotes\"\"\"", random.below(1000))
                     : fmt::format("note number {:08}", random.below(100000000));
    line = fmt::format(
        "{},customer {:06},{}.{:02},{}.{:04},2026-{:02}-{:02} "
        "{:02}:{:02}:{:02},2025-{:02}-{:02},{},{}\n",
        id, random.below(1000000), random.below(1000000), random.below(100), random.below(1000),
        random.below(10000), 1 + random.below(12), 1 + random.below(28), random.below(24),
        random.below(60), random.below(60), 1 + random.below(12), 1 + random.below(28),
        random.below(2), note);
    if (std::fwrite(line.data(), 1, line.size(), stdout) != line.size()) return 1;
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}
