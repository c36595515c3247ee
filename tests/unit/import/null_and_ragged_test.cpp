// Which fields are NULL, and records that have more or fewer fields than there are columns.
#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "support/property.hpp"
#include "unit/import/job.hpp"

namespace dbmig::test {
namespace {

using import::OnError;
using testing::AllOf;
using testing::HasSubstr;

TEST(NullMarks, AreThoseThatAreGivenInQuotesOnlyWhereThatIsSaid) {
  const std::string csv = "a,b\nNULL,\"NULL\"\n\\N,\"\\N\"\n,\"\"\nnull,NULLs\n";
  struct NullCase {
    import::NullMarks marks;
    std::string rows;
  };
  const std::vector<NullCase> cases = {
      {{}, "'NULL'|'NULL'\n'\\N'|'\\N'\nNULL|''\n'null'|'NULLs'\n"},
      {{{""}, true}, "'NULL'|'NULL'\n'\\N'|'\\N'\nNULL|NULL\n'null'|'NULLs'\n"},
      {{{"NULL"}}, "NULL|'NULL'\n'\\N'|'\\N'\n''|''\n'null'|'NULLs'\n"},
      {{{"NULL"}, true}, "NULL|NULL\n'\\N'|'\\N'\n''|''\n'null'|'NULLs'\n"},
      {{{"\\N", "NULL"}}, "NULL|'NULL'\nNULL|'\\N'\n''|''\n'null'|'NULLs'\n"},
      {{{"\\N", "NULL", "", "null"}, true}, "NULL|NULL\nNULL|NULL\nNULL|NULL\nNULL|'NULLs'\n"},
  };
  for (const NullCase& one : cases) {
    for (const int ranks : {1, 3}) {
      ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
      import::Options options = options_for(job.write("t.csv", csv));
      options.nulls = one.marks;
      options.chunk_bytes = 4;
      job.run(options, ranks);
      EXPECT_EQ(job.rows("SELECT quote(a), quote(b) FROM t ORDER BY rowid"), one.rows);
    }
  }
}

TEST(NullMarks, AnEmptyFieldThatIsRefusedNamesTheOption) {
  ImportJob job("CREATE TABLE t (a TEXT NOT NULL, b INT)");
  import::Options options = options_for(job.write("t.csv", "a,b\n,1\n"));
  EXPECT_THAT(job.failure(options), AllOf(HasSubstr("column 'a' (field 1): NULL (an empty field)"),
                                          HasSubstr("NOT NULL"), HasSubstr("--null")));
  options.nulls.texts = {"-"};
  EXPECT_EQ(job.run(options).rows, 1U);
  job.write("t.csv", "a,b\n-,1\n");
  EXPECT_THAT(job.failure(options), HasSubstr("NULL ('-') is not allowed"));
}

TEST(Ragged, UnknownFieldsAreLeftOutOnlyWhenItIsSaid) {
  ImportJob job("CREATE TABLE t (a TEXT, b TEXT)");
  import::Options options =
      options_for(job.write("t.csv", "x,b,,a,y\n1,2,3,4,5\n1,2,3,4,5,6\n1,2,3,4,5,\n"));
  EXPECT_THAT(job.failure(options), HasSubstr("--ignore-unknown"));
  options.ignore_unknown = true;
  EXPECT_EQ(job.run(options, 2).rows, 3U);
  EXPECT_EQ(job.rows("SELECT a, b FROM t"), "4|2\n4|2\n4|2\n");
  // A header that knows no column at all is not one of this table.
  job.write("t.csv", "x,y\n1,2\n");
  EXPECT_THAT(job.failure(options), HasSubstr("does not name any column"));
  // What the user types is no part of the file.
  options.columns = {"a", "z"};
  EXPECT_THAT(job.failure(options), HasSubstr("no column 'z'"));
}

TEST(Ragged, ShortRecordsAreFilledOnlyWhenItIsSaid) {
  ImportJob job("CREATE TABLE t (a TEXT NOT NULL, b TEXT, c INT)");
  import::Options options = options_for(job.write("t.csv", "a,b,c\n1\n2,\n3,x\n4,y,5\n\"\"\n"));
  options.nulls.texts = {"-"};
  EXPECT_THAT(job.failure(options), AllOf(HasSubstr("t.csv:2: the record has 1 field, expected 3"),
                                          HasSubstr("--fill-missing")));
  options.fill_missing = true;
  EXPECT_EQ(job.run(options, 3).rows, 5U);
  EXPECT_EQ(job.rows("SELECT * FROM t ORDER BY rowid"),
            "1|NULL|NULL\n2||NULL\n3|x|NULL\n4|y|5\n|NULL|NULL\n");
  job.write("t.csv", "b,a\nx\n");
  EXPECT_THAT(job.failure(options),
              AllOf(HasSubstr("t.csv:2: column 'a' (field 2): NULL (the record ends before it)"),
                    HasSubstr("NOT NULL")));
  // A record in another delimiter is no short one.
  job.write("t.csv", "a,b,c\n1;x;2\n");
  EXPECT_THAT(job.failure(options), HasSubstr("--delimiter ';'"));
}

/// Each record keeps the fields that it has and that are wanted, whatever the ranks and chunks.
TEST(Ragged, TheTableHoldsWhatTheRecordsHaveForAnyRanksAndChunks) {
  for (unsigned seed = 1; seed <= property_seeds(20); ++seed) {
    std::mt19937 random(seed);
    std::string csv = "a,x,b,c\n";
    std::string expected;
    std::size_t exact = 0;
    for (int row = 0; row < 40; ++row) {
      const std::size_t fields = 1 + random() % 6;
      std::vector<std::string> values;
      for (std::size_t i = 0; i < fields; ++i) {
        std::string value = fmt::format("{}{}", "pqr"[random() % 3], random() % 100);
        values.push_back(value);
        csv += i == 0 ? "" : ",";
        csv += random() % 2 == 0 ? value : "\"" + value + "\"";
      }
      csv += "\n";
      exact += fields == 4 ? 1 : 0;
      values.resize(4, "NULL");
      expected += fmt::format("{}|{}|{}\n", values[0], values[2], values[3]);
    }
    for (const int ranks : {1, 2, 4}) {
      for (const std::size_t chunk : {std::size_t{1}, std::size_t{64}, std::size_t{1} << 20}) {
        ImportJob job("CREATE TABLE t (a TEXT, b TEXT, c TEXT)");
        import::Options options = options_for(job.write("t.csv", csv));
        options.chunk_bytes = chunk;
        options.ignore_unknown = true;
        options.fill_missing = true;
        job.run(options, ranks);
        ASSERT_EQ(job.rows("SELECT * FROM t ORDER BY rowid"), expected) << seed;
        job.database().execute("DELETE FROM t");
        options.fill_missing = false;
        options.on_error = OnError::reject;
        const import::Summary summary = job.run(options, ranks);
        ASSERT_EQ(summary.rows + summary.rejected, 40U);
        ASSERT_GE(summary.rows, exact);
      }
    }
  }
}

}  // namespace
}  // namespace dbmig::test
