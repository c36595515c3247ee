// Tables that belong to a module of SQLite.
#include <gmock/gmock.h>

#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

TEST(ImportVirtualTable, RowsOfAFullTextIndexAreLoaded) {
  for (const int ranks : {1, 3}) {
    ImportJob job("CREATE VIRTUAL TABLE t USING fts5(title, body)");
    Options options = options_for(job.write("t.csv", "body,title\nred fox,a\nblue,b\n"));
    options.chunk_bytes = 8;
    EXPECT_EQ(job.run(options, ranks).rows, 2U);
    EXPECT_EQ(job.rows("SELECT title FROM t WHERE t MATCH 'fox'"), "a\n");
  }
}

TEST(ImportVirtualTable, ItsColumnsAreNamed) {
  ImportJob job("CREATE VIRTUAL TABLE t USING fts5(title, body)");
  EXPECT_THAT(job.failure(options_for(job.write("t.csv", "a,b\n1,2\n"))),
              HasSubstr("the columns are title, body"));
}

}  // namespace
}  // namespace dbmig::test
