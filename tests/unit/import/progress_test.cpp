#include "import/progress.hpp"

#include <gtest/gtest.h>

namespace dbmig::import {
namespace {

event::ImportProgress at(double seconds, std::uint64_t done, std::uint64_t total,
                         std::uint64_t rows, std::uint64_t rejected = 0) {
  return {.bytes_done = done,
          .bytes_total = total,
          .rows = rows,
          .rejected = rejected,
          .seconds = seconds};
}

TEST(Progress, SaysWhatIsKnown) {
  EXPECT_EQ(progress_text(at(10, 50'000'000, 200'000'000, 400'000)),
            "25 %, 50.0 of 200.0 MB, 400000 rows, 40000 rows/s, 30 s left");
  EXPECT_EQ(progress_text(at(100, 10'000'000, 200'000'000, 1000, 7)),
            "5 %, 10.0 of 200.0 MB, 1000 rows, 7 rejected, 10 rows/s, 31 min 40 s left");
  EXPECT_EQ(progress_text(at(3600, 1'000'000, 3'500'000, 3600)),
            "28 %, 1.0 of 3.5 MB, 3600 rows, 1 rows/s, 2 h 30 min left");
  // Standard input has no size; at the beginning and at the end there is nothing to expect.
  EXPECT_EQ(progress_text(at(2, 3'000'000, 0, 10)), "3.0 MB, 10 rows, 5 rows/s");
  EXPECT_EQ(progress_text(at(0, 0, 1'000'000, 0)), "0 %, 0.0 of 1.0 MB, 0 rows");
  EXPECT_EQ(progress_text(at(4, 1'000'000, 1'000'000, 8)),
            "100 %, 1.0 of 1.0 MB, 8 rows, 2 rows/s");
}

TEST(Progress, ALineIsDueEveryTenSeconds) {
  ProgressLines lines;
  std::string said;
  for (int tenths = 0; tenths < 350; ++tenths) {
    if (lines.line(at(tenths / 10.0, 1, 2, 1))) said += std::to_string(tenths / 10) + ' ';
  }
  EXPECT_EQ(said, "10 20 30 ");
}

}  // namespace
}  // namespace dbmig::import
