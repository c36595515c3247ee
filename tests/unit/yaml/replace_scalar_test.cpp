#include "yaml/replace_scalar.hpp"

#include <gtest/gtest.h>

namespace dbmig::test {
namespace {

std::string replaced(const std::string& before, int line, int column,
                     const std::string& value = "decimal(12,2)") {
  return yaml::replace_scalar(before, {"m.yaml", line, column}, value);
}

TEST(ReplaceScalar, LeavesEverythingElseAsItIs) {
  EXPECT_EQ(replaced("a: varchar(20)  # why\nb: 1\n", 1, 4), "a: \"decimal(12,2)\"  # why\nb: 1\n");
  EXPECT_EQ(replaced("ñ: {type: varchar(20), nullable: false}\r\n", 1, 11),
            "ñ: {type: \"decimal(12,2)\", nullable: false}\r\n");
  EXPECT_EQ(replaced("x:\n  a: {type: \"decimal(5,1)\"}\n", 2, 13, "text"),
            "x:\n  a: {type: text}\n");
  EXPECT_EQ(replaced("a: decimal(5,1)", 1, 4, "text"), "a: text");
  EXPECT_EQ(replaced("\xEF\xBB\xBF"
                     "a: 'it''s'\n",
                     1, 4, "text"),
            "\xEF\xBB\xBF"
            "a: text\n");
  EXPECT_EQ(replaced("a: int unsigned }", 1, 4, "text"), "a: text }");
}

TEST(ReplaceScalar, RefusesWhatIsNoScalar) {
  for (const char* content : {"a: {x: 1}", "a: [1]", "a: *b", "a: &b c", "a: |\n x", "a:"}) {
    EXPECT_THROW(replaced(content, 1, 4), Error) << content;
  }
  EXPECT_THROW(replaced("a: b", 2, 1), Error);
  EXPECT_THROW(replaced("a: \"open", 1, 4), Error);
}

}  // namespace
}  // namespace dbmig::test
