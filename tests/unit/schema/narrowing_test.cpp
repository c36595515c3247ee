#include <gtest/gtest.h>

#include <tuple>

#include "schema/type.hpp"

namespace dbmig::schema {
namespace {

enum Change { kWidens, kNarrows };

TEST(Narrowing, KnowsWhatLosesData) {
  const std::tuple<const char*, const char*, Change> kCases[] = {
      // integers
      {"smallint", "integer", kWidens},
      {"integer", "smallint", kNarrows},
      {"integer", "integer unsigned", kNarrows},
      {"integer unsigned", "integer", kNarrows},
      {"integer unsigned", "bigint", kWidens},
      {"int(11)", "int(5)", kWidens},
      {"boolean", "tinyint", kWidens},
      {"boolean", "integer unsigned", kWidens},
      {"tinyint", "boolean", kNarrows},
      {"tinyint(1)", "boolean", kWidens},
      {"bit(8)", "tinyint", kNarrows},
      {"bit(8)", "smallint", kWidens},
      {"bit(8)", "bit(7)", kNarrows},
      {"bit(64)", "bigint unsigned", kWidens},
      {"year", "smallint", kWidens},
      {"year", "tinyint", kNarrows},
      {"integer", "year", kNarrows},
      {"year", "year(2)", kNarrows},
      // exact and floating numbers
      {"decimal(10,2)", "decimal(12,2)", kWidens},
      {"decimal(10,2)", "decimal(12,4)", kWidens},
      {"decimal(10,2)", "decimal(11,4)", kNarrows},
      {"decimal(10,2)", "decimal(10,1)", kNarrows},
      {"decimal", "decimal(10,0)", kWidens},
      {"decimal(5,2)", "decimal(5,2) unsigned", kNarrows},
      {"integer", "decimal(10,0)", kWidens},
      {"integer", "decimal(9,0)", kNarrows},
      {"bigint unsigned", "decimal(20,0)", kWidens},
      {"bigint unsigned", "decimal(19,0)", kNarrows},
      {"decimal(9,0)", "integer", kWidens},
      {"decimal(10,0)", "integer", kNarrows},
      {"decimal(5,2)", "integer", kNarrows},
      {"float", "double", kWidens},
      {"double", "float", kNarrows},
      {"integer", "double", kWidens},
      {"integer", "float", kNarrows},
      {"bigint", "double", kNarrows},
      {"double", "decimal(65,30)", kNarrows},
      {"double", "integer", kNarrows},
      {"decimal(10,2)", "double", kWidens},
      {"double(10,2)", "double", kWidens},
      {"double", "double(10,2)", kNarrows},
      // text
      {"varchar(64)", "varchar(65)", kWidens},
      {"varchar(64)", "varchar(63)", kNarrows},
      {"char(5)", "varchar(5)", kWidens},
      {"varchar(5)", "char(5)", kNarrows},
      {"varchar(63)", "tinytext", kWidens},
      {"varchar(64)", "tinytext", kNarrows},
      {"varchar(16383)", "text", kWidens},
      {"text", "varchar(255)", kNarrows},
      {"text", "longtext", kWidens},
      {"longtext", "text", kNarrows},
      {"integer", "varchar(11)", kWidens},
      {"integer", "varchar(10)", kNarrows},
      {"integer unsigned", "varchar(10)", kWidens},
      {"decimal(5,2)", "varchar(7)", kWidens},
      {"decimal(5,2)", "varchar(6)", kNarrows},
      {"varchar(20)", "integer", kNarrows},
      {"uuid", "char(36)", kWidens},
      {"uuid", "char(35)", kNarrows},
      {"json", "longtext", kWidens},
      {"longtext", "json", kNarrows},
      {"enum('a','bcd')", "varchar(3)", kWidens},
      {"enum('a','bcd')", "varchar(2)", kNarrows},
      {"set('a','b')", "varchar(3)", kWidens},
      {"set('a','b')", "varchar(2)", kNarrows},
      // bytes
      {"varchar(10)", "varbinary(40)", kWidens},
      {"varchar(10)", "varbinary(39)", kNarrows},
      {"blob", "text", kNarrows},
      {"binary(4)", "varbinary(4)", kWidens},
      {"varbinary(4)", "binary(4)", kNarrows},
      {"tinyblob", "blob", kWidens},
      {"integer", "blob", kNarrows},
      // time
      {"date", "datetime", kWidens},
      {"datetime", "date", kNarrows},
      {"datetime", "timestamp", kNarrows},
      {"timestamp", "datetime", kWidens},
      {"datetime(6)", "datetime(3)", kNarrows},
      {"datetime", "datetime(3)", kWidens},
      {"time", "datetime", kNarrows},
      {"datetime(3)", "varchar(23)", kWidens},
      {"datetime(3)", "varchar(22)", kNarrows},
      {"date", "varchar(10)", kWidens},
      // listed values and addresses
      {"enum('a','b')", "enum('c','b','a')", kWidens},
      {"enum('a','b')", "enum('a')", kNarrows},
      {"enum('a','b')", "set('a','b')", kWidens},
      {"set('a','b')", "enum('a','b')", kNarrows},
      {"varchar(1)", "enum('a')", kNarrows},
      {"inet4", "inet6", kWidens},
      {"inet6", "inet4", kNarrows},
      {"varchar(36)", "uuid", kNarrows},
      {"point", "geometry", kWidens},
      {"geometry", "point", kNarrows},
  };
  for (const auto& [from, to, change] : kCases) {
    EXPECT_EQ(is_narrowing(parse_type(from), parse_type(to)), change == kNarrows)
        << from << " -> " << to;
  }
}

/// The spellings that SQLite keeps, as adopted databases have them.
TEST(Narrowing, OfANativeTypeOnSqliteIsAQuestionOfItsAffinity) {
  const auto native = [](const char* text) {
    Type type;
    type.kind = TypeKind::native;
    type.native = text;
    return type;
  };
  constexpr Strictness kLoose;
  constexpr std::pair<const char*, const char*> kFitting[] = {{"int", "bigint"},
                                                              {"NVARCHAR(120)", "varchar(200)"},
                                                              {"VARCHAR", "text"},
                                                              {"INT2", "integer"},
                                                              {"NUMERIC(10,2)", "decimal(12,2)"},
                                                              {"bool", "integer"},
                                                              {"TEXT(50)", "text"},
                                                              {"LONGVARCHAR", "text"},
                                                              {"character(5)", "char(9)"},
                                                              {"DOUBLE PRECISION", "double"},
                                                              {"int unsigned", "bigint unsigned"},
                                                              {"int", "varchar(30)"},
                                                              {"VARCHAR", "blob"}};
  for (const auto& [from, to] : kFitting) {
    EXPECT_FALSE(is_narrowing_on_sqlite(native(from), parse_type(to), kLoose))
        << from << " -> " << to;
    EXPECT_TRUE(is_narrowing(native(from), parse_type(to)));
  }
  constexpr std::pair<const char*, const char*> kLosing[] = {{"VARCHAR", "integer"},
                                                             {"TEXT", "datetime"},
                                                             {"", "integer"},
                                                             {"REAL", "bigint"},
                                                             {"STRING", "double"}};
  for (const auto& [from, to] : kLosing) {
    EXPECT_TRUE(is_narrowing_on_sqlite(native(from), parse_type(to), kLoose))
        << from << " -> " << to;
  }
  EXPECT_TRUE(is_narrowing_on_sqlite(parse_type("bigint"), parse_type("integer"), kLoose));
  EXPECT_FALSE(is_narrowing_on_sqlite(parse_type("bigint"), native("int"), kLoose));
  // Outside STRICT, ANY makes numbers of texts that look like one.
  const Type any = native("ANY");
  EXPECT_TRUE(is_narrowing_on_sqlite(any, any, {true, false}));
  EXPECT_TRUE(is_narrowing_on_sqlite(native(""), any, kLoose));
  EXPECT_TRUE(is_narrowing_on_sqlite(parse_type("text"), any, kLoose));
  EXPECT_FALSE(is_narrowing_on_sqlite(parse_type("text"), any, {true, true}));
  EXPECT_FALSE(is_narrowing_on_sqlite(any, any, {false, true}));
  EXPECT_FALSE(is_narrowing_on_sqlite(any, native(""), {true, false}));
}

TEST(Narrowing, NoTypeNarrowsItself) {
  for (const char* text : {"integer", "varchar(3)", "enum('a')", "set('a','b')", "decimal(3,1)",
                           "float", "double(5,2)", "json", "uuid", "date", "time(3)", "bit(3)",
                           "blob", "char(4)", "year", "boolean", "point", "inet4"}) {
    const Type type = parse_type(text);
    EXPECT_FALSE(is_narrowing(type, type)) << text;
  }
  Type native;
  native.kind = TypeKind::native;
  native.native = "citext";
  EXPECT_FALSE(is_narrowing(native, native));
  EXPECT_TRUE(is_narrowing(parse_type("text"), native));
}

}  // namespace
}  // namespace dbmig::schema
