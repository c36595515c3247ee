// Keys of JSON lines.
#include <gmock/gmock.h>

#include "import/named_format.hpp"
#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

Options json_options(const std::string& file) {
  import::FormatRequest request;
  request.name = "jsonl";
  Options options = import::options_for(import::file_format(request));
  options.files = {file};
  options.table = "t";
  return options;
}  // namespace

/// A file whose last record has a key that is not among the first 64 KiB.
std::string with_late_key(const std::string& key) {
  std::string text;
  for (int i = 0; i < 10000; ++i) text += "{\"id\": " + std::to_string(i) + "}\n";
  return text + "{\"id\": 10000, \"" + key + "\": \"x\"}\n";
}

TEST(ImportJsonKeys, AKeyThatIsAColumnIsNotIgnoredWhereverItBegins) {
  for (const char* key : {"note", "NOTE", "more text", "twice"}) {
    for (const int ranks : {1, 3}) {
      ImportJob job(
          "CREATE TABLE t (id INT, note TEXT DEFAULT 'd', more_text TEXT, twice INT AS "
          "(id * 2))");
      Options options = json_options(job.write("t.jsonl", with_late_key(key)));
      options.ignore_unknown = true;
      options.chunk_bytes = 4096;
      EXPECT_THAT(job.failure(options, ranks),
                  HasSubstr(":10001: the key '" + std::string(key) +
                            "' is a column, and the first records do not have it; --columns"));
    }
  }
}

TEST(ImportJsonKeys, AKeyThatIsNoColumnIsIgnored) {
  ImportJob job("CREATE TABLE t (id INT, note TEXT DEFAULT 'd')");
  Options options = json_options(job.write("t.jsonl", with_late_key("other")));
  options.ignore_unknown = true;
  EXPECT_EQ(job.run(options).rows, 10001U);
}

/// --columns says which keys are wanted.
TEST(ImportJsonKeys, AColumnThatIsNotWantedIsIgnored) {
  ImportJob job("CREATE TABLE t (id INT, note TEXT DEFAULT 'd')");
  Options options = json_options(job.write("t.jsonl", with_late_key("note")));
  options.ignore_unknown = true;
  options.columns = {"id"};
  EXPECT_EQ(job.run(options).rows, 10001U);
  options.columns = {"id", "note"};
  EXPECT_EQ(job.run(options).rows, 10001U);
  EXPECT_EQ(job.rows("SELECT id FROM t WHERE note = 'x'"), "10000\n");
}

}  // namespace
}  // namespace dbmig::test
