#include "base/error.hpp"

#include <gtest/gtest.h>

namespace dbmig {
namespace {

TEST(SourcePosition, LeavesOutWhatIsNotKnown) {
  EXPECT_EQ(to_string(SourcePosition{"a.yaml", 3, 7}), "a.yaml:3:7");
  EXPECT_EQ(to_string(SourcePosition{"a.yaml", 3, 0}), "a.yaml:3");
  EXPECT_EQ(to_string(SourcePosition{"a.yaml", 0, 0}), "a.yaml");
  EXPECT_EQ(to_string(SourcePosition{}), "");
}

TEST(Error, ReadsAsPlaceWhatAndWhatToDo) {
  const Error bare(ErrorCode::failed, "no way");
  EXPECT_STREQ(bare.what(), "no way");
  EXPECT_EQ(bare.message(), "no way");

  const Error full = Error(ErrorCode::invalid, "unknown type 'intt'")
                         .at({"schemas/a.yaml", 4, 11})
                         .hint("did you mean 'int'?");
  EXPECT_STREQ(full.what(), "schemas/a.yaml:4:11: unknown type 'intt'; did you mean 'int'?");
  EXPECT_EQ(full.message(), "unknown type 'intt'");
  EXPECT_EQ(full.code(), ErrorCode::invalid);
}

TEST(Error, KeepsTheStatementOutOfItsText) {
  const Error error =
      Error(ErrorCode::constraint, "duplicate").native(1062).sql("INSERT INTO t VALUES (1)");
  EXPECT_STREQ(error.what(), "duplicate");
  EXPECT_EQ(error.native_code(), 1062);
  EXPECT_EQ(error.statement(), "INSERT INTO t VALUES (1)");
}

TEST(Diagnostics, ThrowsAllMistakesInTheOrderOfTheFiles) {
  Diagnostics diagnostics;
  EXPECT_NO_THROW(diagnostics.throw_if_any());
  EXPECT_TRUE(diagnostics.empty());
  diagnostics.add({"b.yaml", 1, 1}, "third");
  diagnostics.add({"a.yaml", 10, 1}, "second", "mend it");
  diagnostics.add({"a.yaml", 9, 5}, "first");
  try {
    diagnostics.throw_if_any();
    FAIL() << "nothing thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_STREQ(error.what(),
                 "a.yaml:9:5: first\na.yaml:10:1: second; mend it\nb.yaml:1:1: third");
    EXPECT_EQ(error.diagnostics().size(), 3U);
  }
}

}  // namespace
}  // namespace dbmig
