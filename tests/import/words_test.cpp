// `dbmig import` and the words of its command line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "import/import_job.hpp"

namespace dbmig::test {
namespace {

using testing::HasSubstr;

class ImportWords : public Import {};

TEST_P(ImportWords, AMappedNameMayHaveAnEqualsSign) {
  project.write("t.csv", "n,a=b,c=\n7,x,y\n");
  const Result result = import(0, {"t.csv", "--map", "a\\=b=name", "--map", "c\\==-"});
  EXPECT_EQ(result.code, 0) << result;
  EXPECT_EQ(sql("SELECT n, name FROM t WHERE n > 0"), "7|x\n");
  EXPECT_THAT(import(0, {"t.csv", "--map", "a\\=b"}).err,
              HasSubstr("--map 'a\\=b' has no name before a '='"));
}

TEST_P(ImportWords, NumbersHaveARange) {
  project.write("t.csv", "n,name\n7,x\n");
  for (const char* number : {"-1", "99999999999999999999999", "x"}) {
    const Result result = import(0, {"t.csv", "--skip-lines", number});
    EXPECT_EQ(result.code, 2) << result;
    EXPECT_THAT(result.err, HasSubstr("--skip-lines"));
  }
}

DBMIG_ON_EACH_DATABASE(ImportWords);

}  // namespace
}  // namespace dbmig::test
