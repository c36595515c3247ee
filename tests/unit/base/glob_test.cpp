#include "base/glob.hpp"

#include <gtest/gtest.h>

namespace dbmig::text {
namespace {

TEST(Glob, TakesWhatThePatternSays) {
  EXPECT_TRUE(matches_glob("wp_posts", "wp_*"));
  EXPECT_TRUE(matches_glob("wp_", "wp_*"));
  EXPECT_TRUE(matches_glob("a_b_c", "*_*_c"));
  EXPECT_TRUE(matches_glob("WP_Posts", "wp_p?sts"));
  EXPECT_TRUE(matches_glob("t7", "t[0-9]"));
  EXPECT_TRUE(matches_glob("tx", "t[!0-9]"));
  EXPECT_TRUE(matches_glob("a*b", "a\\*b"));
  EXPECT_TRUE(matches_glob("", "*"));
  EXPECT_TRUE(matches_glob("a[b", "a[b"));
  EXPECT_TRUE(matches_glob("a]", "a[]]"));
}

TEST(Glob, AndNothingElse) {
  EXPECT_FALSE(matches_glob("posts", "wp_*"));
  EXPECT_FALSE(matches_glob("xwp_posts", "wp_*"));
  EXPECT_FALSE(matches_glob("wp_posts", "wp_"));
  EXPECT_FALSE(matches_glob("t", "t?"));
  EXPECT_FALSE(matches_glob("tx", "t[0-9]"));
  EXPECT_FALSE(matches_glob("t7", "t[!0-9]"));
  EXPECT_FALSE(matches_glob("axb", "a\\*b"));
  EXPECT_FALSE(matches_glob("a", ""));
}

}  // namespace
}  // namespace dbmig::text
