// Hints that must work when they are typed, and mistakes on the command line.
#include <gmock/gmock.h>

#include "import/file_kind.hpp"
#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string hint_of(ImportJob& job, const Options& options) {
  try {
    job.run(options);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "the import did not fail";
  return "";
}

constexpr const char* kComputed = "CREATE TABLE t (a INT, b INT, c INT AS (a + b))";

TEST(ImportHints, AGeneratedColumnIsLeftOutAsTheFileNamesIt) {
  ImportJob job(kComputed);
  Options options = options_for(job.write("t.csv", "a,b,C\n1,2,3\n"));
  EXPECT_THAT(hint_of(job, options), HasSubstr("--map 'C=-' leaves the field out"));
  options.map = {{"C", "-"}};
  EXPECT_EQ(job.run(options).rows, 1U);
  options.map.clear();
  options.columns = {"a", "b", "c"};
  options.header = true;
  EXPECT_THAT(hint_of(job, options), HasSubstr("put '-' in its place in --columns"));
}

TEST(ImportHints, AColumnThatIsSetTwiceIsNotBlamedOnTheFile) {
  ImportJob job(kComputed);
  Options options = options_for(job.write("t.csv", "a\n1\n"));
  options.set = {{"b", "3"}, {"B", "4"}};
  EXPECT_THAT(hint_of(job, options), HasSubstr("--set names 'b' twice"));
  options.set = {{"a", "3"}};
  EXPECT_THAT(hint_of(job, options), HasSubstr("has a value in the file and one from --set"));
}

TEST(ImportHints, AnExpressionOfSetHasOneValue) {
  ImportJob job(kComputed);
  Options options = options_for(job.write("t.csv", "a\n1\n"));
  options.set = {{"b", "(1),(2)"}};
  EXPECT_THAT(hint_of(job, options), HasSubstr("--set b: it has 2 values"));
  options.set = {{"b", "(1 + 2)"}};
  EXPECT_EQ(job.run(options).rows, 1U);
}

TEST(ImportHints, ADelimiterOfTwoCharactersIsNotSuggestedAsOne) {
  ImportJob job("CREATE TABLE t (a INT, b INT, c INT)");
  const Options options = options_for(job.write("t.csv", "a||b||c\n1||2||3\n"));
  EXPECT_THAT(hint_of(job, options), HasSubstr("sed 's/||/\\t/g' FILE | dbmig import - --table t "
                                               "--delimiter '\\t'"));
  EXPECT_THAT(hint_of(job, options), Not(HasSubstr("--delimiter '|'")));
}

TEST(ImportHints, AFileOfNulBytesIsNoText) {
  const auto kind = import::binary_kind(std::string(4096, '\0'));
  ASSERT_TRUE(kind);
  EXPECT_EQ(kind->what, "a file of NUL bytes");
}

}  // namespace
}  // namespace dbmig::test
