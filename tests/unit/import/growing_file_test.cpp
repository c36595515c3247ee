// Files that become longer while they are read.
#include <gmock/gmock.h>

#include "import/input.hpp"
#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

void append(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::app | std::ios::binary) << text;
}

/// All that `input` has, in pieces.
std::string all_of(import::Input& input, std::size_t piece) {
  std::string all;
  std::string block(piece, '\0');
  while (true) {
    const std::size_t n = input.read(block);
    all += block.substr(0, n);
    if (n < block.size()) return all;
  }
}

TEST(GrowingFile, IsReadUpToTheSizeAtTheStart) {
  const std::atomic<bool> stop{false};
  for (const std::size_t piece : {1U, 3U, 7U, 100U}) {
    ImportJob job;
    const std::string path = job.write("t.csv", "id\n1\n");
    import::FileInput input(path, stop);
    append(path, "2\n3");
    EXPECT_EQ(all_of(input, piece), "id\n1\n");
  }
}

TEST(GrowingFile, WhoseLastRecordMayBeCutIsRefused) {
  const std::atomic<bool> stop{false};
  for (const std::size_t piece : {1U, 3U, 7U, 100U}) {
    ImportJob job;
    const std::string path = job.write("t.csv", "id\n12");
    import::FileInput input(path, stop);
    append(path, "345\n");
    try {
      all_of(input, piece);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::io);
      EXPECT_THAT(error.message(), HasSubstr("grew while it was read: it had 5 bytes"));
    }
  }
}

TEST(GrowingFile, OneThatDoesNotGrowMayEndWithoutALine) {
  const std::atomic<bool> stop{false};
  ImportJob job;
  import::FileInput input(job.write("t.csv", "id\n12"), stop);
  EXPECT_EQ(all_of(input, 4), "id\n12");
}

TEST(GrowingFile, OneThatHasNoSizeIsReadToItsEnd) {
  const std::atomic<bool> stop{false};
  import::FileInput input("/proc/self/status", stop);
  EXPECT_THAT(all_of(input, 100), HasSubstr("Name:"));
}

}  // namespace
}  // namespace dbmig::test
