#include "import/shared_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "support/temp_dir.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::Bytes;
using import::FilePart;
using import::ReadWay;
using import::SharedFile;
using import::SharedFileReader;
using ::testing::HasSubstr;

class SharedFiles : public ::testing::Test {
 protected:
  std::string write(const std::string& content) const {
    std::ofstream(path(), std::ios::binary) << content;
    return path();
  }
  std::string path() const { return (folder_ / "t.csv").string(); }

 private:
  TempDir folder_;
};

TEST_F(SharedFiles, TravelAsBytes) {
  const auto file = import::share_file(write("a,b\n1,2\n"));
  ASSERT_TRUE(file.has_value());
  for (const auto& one : {file, std::optional<SharedFile>{}}) {
    Bytes bytes;
    import::encode(one, bytes);
    bytes.push_back('x');
    std::string_view message(bytes.data(), bytes.size());
    EXPECT_EQ(import::decode_shared_file(message), one);
    EXPECT_EQ(message, "x");
  }
}

TEST_F(SharedFiles, OfAnyPartTheBytesAreTheRoots) {
  std::mt19937 random(1);
  std::string content(300000, '\0');
  for (char& c : content) c = static_cast<char>(random());
  const auto file = import::share_file(write(content));
  ASSERT_TRUE(file.has_value());
  const auto alone = import::local_communicator();
  const SharedFileReader reader(*alone, *file);
  ASSERT_TRUE(reader.sees_file());
  for (int i = 0; i < 100; ++i) {
    const std::size_t offset = random() % content.size();
    const std::string part = content.substr(offset, random() % 5000);
    Bytes bytes(3, '#');
    reader.read({offset, part.size(), import::hash_of(part)}, bytes, 3);
    EXPECT_EQ(std::string(bytes.begin(), bytes.end()), "###" + part);
  }
}

TEST_F(SharedFiles, AnotherFileOfTheNameIsNotSeen) {
  const std::string content(200000, 'a');
  const auto file = import::share_file(write(content));
  ASSERT_TRUE(file.has_value());
  const auto alone = import::local_communicator();
  for (const std::size_t changed : {std::size_t{0}, std::size_t{60000}, content.size() - 1}) {
    std::string other = content;
    other[changed] = 'b';
    write(other);
    EXPECT_FALSE(SharedFileReader(*alone, *file).sees_file()) << changed;
  }
  write(content + "a");
  EXPECT_FALSE(SharedFileReader(*alone, *file).sees_file());
  std::filesystem::remove(path());
  EXPECT_FALSE(SharedFileReader(*alone, *file).sees_file());
}

TEST_F(SharedFiles, BytesThatChangeUnderwayAreAnError) {
  std::string content(200000, 'a');
  const auto file = import::share_file(write(content));
  ASSERT_TRUE(file.has_value());
  content[100000] = 'b';
  write(content);
  const auto alone = import::local_communicator();
  const SharedFileReader reader(*alone, *file);
  ASSERT_TRUE(reader.sees_file());
  Bytes bytes;
  const auto failure = [&](const FilePart& part) -> std::string {
    try {
      reader.read(part, bytes, 0);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  const std::string part(200, 'a');
  EXPECT_EQ(failure({50000, 200, import::hash_of(part)}), "");
  EXPECT_THAT(failure({99900, 200, import::hash_of(part)}), HasSubstr("reads different data"));
  EXPECT_THAT(failure({199900, 200, import::hash_of(part)}), HasSubstr("it ends before"));
}

/// The place of a chunk in the file counts what stands in front of the records and between them.
TEST(ReadWays, EveryRankReadsItsPartsWhateverStandsInFrontOfThem) {
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{40}, std::size_t{1000}}) {
    for (const bool in_steps : {false, true}) {
      ImportJob job("CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT)");
      std::string csv = "\xEF\xBB\xBFnot,the,header\n# nor this\nn,a\n";
      for (int i = 0; i < 300; ++i) {
        csv += std::to_string(i) + ",\"ä\r\n" + std::string(static_cast<std::size_t>(i % 7), 'x') +
               "\"\r\n";
        if (i % 50 == 0) csv += "# a comment\n\n";
      }
      import::Options options = options_for(job.write("t.csv", csv));
      options.skip_lines = 1;
      options.format.comment = "#";
      options.chunk_bytes = chunk;
      options.read = ReadWay::parallel;
      if (in_steps) options.commit_every = 70;
      EXPECT_EQ(job.run(options, 3).rows, 300U);
      EXPECT_EQ(job.rows("SELECT count(*), sum(n), sum(length(a)) FROM t"), "300|44850|1797\n");
    }
  }
}

TEST(ReadWays, ParallelIsForRegularFilesOnly) {
  EXPECT_EQ(import::share_file("/dev/null"), std::nullopt);
  EXPECT_EQ(import::share_file("/"), std::nullopt);
  EXPECT_EQ(import::share_file("/no/such/file"), std::nullopt);
  ImportJob job("CREATE TABLE t (n INTEGER)");
  import::Options options =
      options_for(job.write("t.csv", std::string("\xFF\xFEn\0\n\0\x31\0\n\0", 10)));
  options.read = ReadWay::parallel;
  EXPECT_THAT(job.failure(options, 2), HasSubstr("only one process can read"));
}

}  // namespace
}  // namespace dbmig::test
