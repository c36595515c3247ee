#include <gtest/gtest.h>

#include "dialect/sqlite/types.hpp"
#include "dialect/sqlite/value_check.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Type;
using schema::TypeKind;

const char* const kTypes[] = {"tinyint",
                              "smallint unsigned",
                              "mediumint",
                              "integer",
                              "bigint unsigned",
                              "decimal(10,2)",
                              "decimal(9,3) unsigned",
                              "float",
                              "double",
                              "double(8,2) unsigned",
                              "boolean",
                              "bit(5)",
                              "year",
                              "char(3)",
                              "varchar(64)",
                              "tinytext",
                              "text",
                              "mediumtext",
                              "longtext",
                              "binary(16)",
                              "varbinary(20)",
                              "tinyblob",
                              "blob",
                              "mediumblob",
                              "longblob",
                              "date",
                              "time",
                              "time(3)",
                              "datetime",
                              "datetime(6)",
                              "timestamp",
                              "timestamp(1)",
                              "json",
                              "uuid",
                              "inet4",
                              "inet6",
                              "geometry",
                              "point",
                              "linestring",
                              "polygon",
                              "multipoint",
                              "multilinestring",
                              "multipolygon",
                              "geometrycollection"};

TEST(SqliteTypes, DeclaredNamesAreReadBack) {
  for (const char* text : kTypes) {
    const Type type = schema::parse_type(text);
    const std::string declared = declared_type(type, false);
    const TypeReading reading = read_type(declared, false);
    EXPECT_EQ(reading.type, type) << declared;
    EXPECT_FALSE(reading.own) << declared;
  }
}

// A text that looks like a number must stay the text it is.
TEST(SqliteTypes, NoTextHasANumericAffinity) {
  for (const char* text : kTypes) {
    const Type type = schema::parse_type(text);
    const Affinity found = affinity(declared_type(type, false));
    const bool textual = is_text(type.kind) || type.kind == TypeKind::json ||
                         type.kind == TypeKind::uuid || type.kind == TypeKind::inet4 ||
                         type.kind == TypeKind::inet6;
    if (textual) {
      EXPECT_EQ(found, Affinity::text) << text;
    }
    if (is_binary(type.kind)) {
      EXPECT_EQ(found, Affinity::blob) << text;
    }
    if (is_integer(type.kind)) {
      EXPECT_EQ(found, Affinity::integer) << text;
    }
  }
  EXPECT_EQ(affinity(declared_type(schema::parse_type("enum('1','2')"), false)), Affinity::text);
}

TEST(SqliteTypes, ReadingsAreStable) {
  for (const char* text : {"",
                           "INT",
                           "int(11)",
                           "VARCHAR",
                           "VARCHAR2(20)",
                           "JSON",
                           "BINARY(16)",
                           "NUMERIC",
                           "NUM",
                           "STRING",
                           "FOO",
                           "UNSIGNED BIG INT",
                           "real",
                           "DATE_CHAR",
                           "nvarchar(100)",
                           "CLOB",
                           "ENUM_TEXT",
                           "tinyint(1)",
                           "LONG",
                           "varchar(0)",
                           "decimal(5,9)",
                           "datetime(9)",
                           "CHARACTER VARYING(5)",
                           "text(70000)",
                           "blob(5)",
                           "float(30)",
                           "INT UNSIGNED ZEROFILL",
                           "a b c(1,-2)"}) {
    for (const bool strict : {false, true}) {
      const TypeReading once = read_type(text, strict);
      const TypeReading twice =
          read_type(declared_type(once.own.value_or(once.type), strict), strict);
      EXPECT_EQ(once, twice) << text;
    }
    // Whatever the type became, values are converted as before.
    const TypeReading reading = read_type(text, false);
    EXPECT_EQ(affinity(declared_type(reading.own.value_or(reading.type), false)), affinity(text))
        << text;
  }
}

TEST(SqliteTypes, StrictTablesKnowFiveTypes) {
  for (const char* text : kTypes) {
    const std::string declared = declared_type(schema::parse_type(text), true);
    EXPECT_TRUE(declared == "INTEGER" || declared == "REAL" || declared == "TEXT" ||
                declared == "BLOB")
        << text;
  }
  EXPECT_EQ(read_type("ANY", true).type.native, "ANY");
}

TEST(SqliteValueCheck, IsReadBack) {
  for (const char* text :
       {"enum('a')", "enum('it''s','x,y','')", "set('a','b','c d')", "set('it''s')"}) {
    const Type type = schema::parse_type(text);
    for (const char* column : {"estado", "the \"state\"", "order"}) {
      const auto check = value_check(column, type);
      ASSERT_TRUE(check);
      EXPECT_EQ(read_value_check(column, *check), type) << *check;
    }
  }
}

TEST(SqliteValueCheck, LeavesOtherChecksAlone) {
  for (const char* check : {"a IN ('x') OR a = 'y'", "b IN ('x')", "a NOT IN ('x')", "a IN (1)",
                            "a = ''", "a IN ()", ""}) {
    EXPECT_FALSE(read_value_check("a", check)) << check;
  }
  EXPECT_TRUE(read_value_check("a", "\"A\" in ( 'x' , 'y' )"));
}

}  // namespace
}  // namespace dbmig::dialect::sqlite
