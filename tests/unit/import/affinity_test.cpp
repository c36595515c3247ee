// Texts in columns in which SQLite makes numbers of them, by the affinity of the declared type.
#include <gmock/gmock.h>

#include "job.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

/// What a field becomes in a column of `type`: its class and text, or the message.
std::string stored(const std::string& type, const std::string& field,
                   const std::string& options = {}) {
  ImportJob job("CREATE TABLE t (id INTEGER, v " + type + ")" + options);
  const std::string file = job.write("t.csv", "id,v\n1,\"" + field + "\"\n");
  try {
    job.run(options_for(file));
  } catch (const Error& error) {
    return error.what();
  }
  return job.rows("SELECT typeof(v), v FROM t");
}

TEST(ImportAffinity, DigitsThatSqliteWouldRoundAreRefused) {
  for (const char* type : {"any", "point", "string", "money", "geometry", "linestring", "uuid_x"}) {
    EXPECT_THAT(stored(type, "12345678901234567891"), HasSubstr("20 significant digits")) << type;
    EXPECT_THAT(stored(type, "1234567890.1234567890123"), HasSubstr("significant digits")) << type;
    EXPECT_EQ(stored(type, "123456789"), "integer|123456789\n") << type;
    EXPECT_EQ(stored(type, "POINT(1 2)"), "text|POINT(1 2)\n") << type;
  }
}

TEST(ImportAffinity, TypesThatKeepTextsKeepAllDigits) {
  EXPECT_EQ(stored("any", "12345678901234567890", " STRICT"), "text|12345678901234567890\n");
  for (const char* type : {"text", "varchar(40)", "clob", "nchar(40)"}) {
    EXPECT_EQ(stored(type, "12345678901234567890"), "text|12345678901234567890\n") << type;
    EXPECT_EQ(stored(type, "01234"), "text|01234\n") << type;
  }
}

TEST(ImportAffinity, ACodeThatWouldLoseItsZerosIsRefused) {
  for (const char* type : {"string", "any", "money"}) {
    EXPECT_THAT(stored(type, "01234"), HasSubstr("would be stored as the number 1234")) << type;
    EXPECT_THAT(stored(type, "+49170"), HasSubstr("would be stored as the number 49170")) << type;
    EXPECT_EQ(stored(type, "0"), "integer|0\n") << type;
    EXPECT_EQ(stored(type, "-0.5"), "real|-0.5\n") << type;
  }
  // Numbers may be written in several ways, texts only in one.
  EXPECT_EQ(stored("money", "1.50"), "real|1.5\n");
  for (const char* type : {"point", "geometry"}) {
    EXPECT_THAT(stored(type, "1.50"), HasSubstr("would be stored as the number 1.5")) << type;
  }
}

TEST(ImportAffinity, NumbersOfOtherTypesStayFree) {
  EXPECT_EQ(stored("numeric", "01234"), "integer|1234\n");
  EXPECT_EQ(stored("decimal(10,2)", "+1.50"), "real|1.5\n");
  EXPECT_EQ(stored("integer", "007"), "integer|7\n");
  EXPECT_EQ(stored("date", "2024-01-31"), "text|2024-01-31\n");
}

}  // namespace
}  // namespace dbmig::test
