#include "yaml/scalar.hpp"

#include <gtest/gtest.h>

namespace dbmig::yaml {
namespace {

TEST(Scalar, CoreSchema) {
  for (const char* text : {"", "~", "null", "Null", "NULL"}) {
    EXPECT_EQ(scalar_kind(text), ScalarKind::null) << text;
  }
  for (const char* text : {"true", "True", "TRUE", "false", "False", "FALSE"}) {
    EXPECT_EQ(scalar_kind(text), ScalarKind::boolean) << text;
  }
  for (const char* text : {"0", "-1", "+1", "007", "1.5", "-.5", "5.", "1e3", "1.5E-3", "0x1F",
                           "0o17", ".inf", "-.INF", ".NaN"}) {
    EXPECT_EQ(scalar_kind(text), ScalarKind::number) << text;
  }
  for (const char* text : {"yes", "no", "on", "nULL", "tRUE", "1_000", "12:30", "0x", "0xG", ".",
                           "+", "1e", "1.5.5", "e3", "2024-02-29", "-.nan", "١"}) {
    EXPECT_EQ(scalar_kind(text), ScalarKind::string) << text;
  }
}

TEST(Scalar, AmbiguousForSomeReaders) {
  for (const char* text : {"yes", "No", "ON", "off", "1_000", "0b101", "12:30:00", "2024-02-29",
                           "<<", "=", "null", "5", "true"}) {
    EXPECT_TRUE(is_ambiguous(text)) << text;
  }
  for (const char* text :
       {"yesterday", "a", "y", "N", "2fa6cb75c75d", "1 row", "v1", "-x", "nil", "e5"}) {
    EXPECT_FALSE(is_ambiguous(text)) << text;
  }
}

}  // namespace
}  // namespace dbmig::yaml
