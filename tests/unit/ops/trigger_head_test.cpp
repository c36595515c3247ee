#include "ops/trigger_head.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbmig::ops {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(TriggerHead, NamesTheEventWhateverTheBodyDoes) {
  const auto event = [](const char* sql) { return trigger_head(sql, DialectKind::sqlite).event; };
  EXPECT_EQ(event("INSTEAD OF INSERT ON v BEGIN UPDATE t SET a = 1; END"), "INSERT");
  EXPECT_EQ(event("/* of UPDATE */ after\n delete ON t BEGIN SELECT 1; END"), "DELETE");
  EXPECT_EQ(event("UPDATE ON t BEGIN DELETE FROM t; END"), "UPDATE");
}

TEST(TriggerHead, NamesTheColumnsOfAnUpdate) {
  const auto columns = [](const char* sql) {
    return trigger_head(sql, DialectKind::sqlite).columns;
  };
  EXPECT_THAT(columns("INSTEAD OF UPDATE OF a, \"b c\" ,[on] ON v BEGIN SELECT 1; END"),
              ElementsAre("a", "b c", "on"));
  EXPECT_THAT(columns("BEFORE UPDATE OF -- a, \n of ON t BEGIN SELECT 1; END"), ElementsAre("of"));
  EXPECT_THAT(columns("INSTEAD OF UPDATE ON v BEGIN SELECT a, b; END"), IsEmpty());
}

}  // namespace
}  // namespace dbmig::ops
