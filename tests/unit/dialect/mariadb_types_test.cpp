#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Default;
using schema::parse_type;
using schema::Type;
using schema::TypeKind;

std::string canonical(std::string_view text) {
  return schema::to_string(canonical_type(parse_type(text)));
}

TEST(MariadbTypes, LengthsThatTheServerFillsIn) {
  EXPECT_EQ(canonical("decimal"), "decimal(10,0)");
  EXPECT_EQ(canonical("decimal(5)"), "decimal(5,0)");
  EXPECT_EQ(canonical("char"), "char(1)");
  EXPECT_EQ(canonical("bit"), "bit(1)");
  EXPECT_EQ(canonical("float(20)"), "float");
  EXPECT_EQ(canonical("float(30)"), "double");
  EXPECT_EQ(canonical("datetime(0)"), "datetime");
}

TEST(MariadbTypes, DisplayWidthsThatSayNothing) {
  EXPECT_EQ(canonical("int(11)"), "integer");
  EXPECT_EQ(canonical("int(10) unsigned"), "integer unsigned");
  EXPECT_EQ(canonical("bigint(20)"), "bigint");
  EXPECT_EQ(canonical("tinyint(4)"), "tinyint");
  EXPECT_EQ(canonical("year(4)"), "year");
  EXPECT_EQ(canonical_type(parse_type("int(5) zerofill")).length, 5);
}

TEST(MariadbTypes, TinyintOfOneDigitIsABoolean) {
  EXPECT_EQ(canonical("tinyint(1)"), "boolean");
  EXPECT_EQ(canonical("bool"), "boolean");
  EXPECT_NE(canonical("tinyint(1) unsigned"), "boolean");
  EXPECT_EQ(type_sql(parse_type("boolean")), "tinyint(1)");
}

TEST(MariadbTypes, ColumnTypesAsTheCatalogPrintsThem) {
  EXPECT_EQ(parse_column_type("int(11)"), parse_type("integer"));
  EXPECT_EQ(parse_column_type("enum('a\\\\b','c''d','é')").values,
            (std::vector<std::string>{"a\\b", "c'd", "é"}));
  EXPECT_EQ(parse_column_type("set('x','y')").kind, TypeKind::set);
  EXPECT_EQ(parse_column_type("inet6").kind, TypeKind::inet6);
  const Type unknown = parse_column_type("XMLTYPE");
  EXPECT_EQ(unknown.kind, TypeKind::native);
  EXPECT_EQ(unknown.native, "xmltype");
}

TEST(MariadbTypes, EnumValuesSurviveTheirSpelling) {
  Type type;
  type.kind = TypeKind::enum_;
  type.values = {"it's", "a\\b", "", "50%", "x,y"};
  EXPECT_EQ(parse_column_type(type_sql(type)), type);
}

Default sql(std::string text) {
  Default value;
  value.kind = Default::Kind::sql;
  value.sql.any = std::move(text);
  return value;
}

Default literal(Default::Kind kind, std::string text) {
  Default value;
  value.kind = kind;
  value.literal = std::move(text);
  return value;
}

struct DefaultCase {
  const char* type;
  const char* written;  ///< after DEFAULT
  const char* printed;  ///< by MariaDB 10.11.19 in information_schema
};

// Probed: each type with each literal form that it takes.
const std::vector<DefaultCase> kDefaults = {
    {"int", "5", "5"},
    {"int", "'5'", "5"},
    {"int", "'05'", "5"},
    {"int", "5.0", "5"},
    {"int", "+5", "5"},
    {"int", "-5", "-5"},
    {"int", "1e2", "100"},
    {"int", "true", "1"},
    {"int", "0x41", "65"},
    {"int", "b'11'", "3"},
    {"int", "-0", "0"},
    {"int", "(5)", "5"},
    {"int", "(-5)", "-5"},
    {"int", "(1+2)", "(1 + 2)"},
    {"int", "(case when 1 then 2 else 3 end)", "(case when 1 then 2 else 3 end)"},
    {"bigint unsigned", "18446744073709551615", "18446744073709551615"},
    {"boolean", "true", "1"},
    {"boolean", "'0'", "0"},
    {"decimal(5,2)", "1", "1.00"},
    {"decimal(5,2)", "'1.5'", "1.50"},
    {"decimal(5,2)", "-.5", "-0.50"},
    {"decimal(5,2)", "1e1", "10.00"},
    {"decimal(30,10)", "123456789012345.123", "123456789012345.1230000000"},
    {"float", "1.50", "1.5"},
    {"float", ".5", "0.5"},
    {"double", "1.5e-7", "0.00000015"},
    {"double", "3.141592653589793", "3.141592653589793"},
    {"date", "'2020-1-1'", "'2020-01-01'"},
    {"date", "20200101", "'2020-01-01'"},
    {"date", "date '2020-01-01'", "'2020-01-01'"},
    {"datetime", "'2020-01-01'", "'2020-01-01 00:00:00'"},
    {"datetime", "'2020-01-01T10:11:12'", "'2020-01-01 10:11:12'"},
    {"datetime", "now()", "current_timestamp()"},
    {"datetime", "LOCALTIME", "current_timestamp()"},
    {"datetime", "now(6)", "current_timestamp()"},
    {"datetime(6)", "current_timestamp", "current_timestamp(6)"},
    {"datetime(6)", "'2020-01-01 10:11:12.5'", "'2020-01-01 10:11:12.500000'"},
    {"timestamp", "0", "'0000-00-00 00:00:00'"},
    {"timestamp(3)", "current_timestamp(3)", "current_timestamp(3)"},
    {"time", "'1:2:3'", "'01:02:03'"},
    {"time(3)", "'10:11:12'", "'10:11:12.000'"},
    {"year", "'20'", "2020"},
    {"year", "99", "1999"},
    {"year", "0", "0000"},
    {"bit(8)", "b'101'", "b'101'"},
    {"bit(8)", "5", "b'101'"},
    {"bit(8)", "x'05'", "b'101'"},
    {"bit(1)", "true", "b'1'"},
    {"varchar(20)", "'it''s'", "'it''s'"},
    {"varchar(20)", "'a\\\\b'", "'a\\\\b'"},
    {"varchar(20)", "'NULL'", "'NULL'"},
    {"varchar(20)", "''", "''"},
    {"varchar(20)", "5", "'5'"},
    {"varchar(20)", "'a\\nb'", "'a\\nb'"},
    {"varchar(20)", "\"a'b\"", "'a''b'"},
    {"varchar(20)", "0x41", "'A'"},
    {"varchar(20)", "N'x'", "'x'"},
    {"varchar(20)", "_utf8mb4'x'", "'x'"},
    {"varchar(20)", "(concat('a','b'))", "concat('a','b')"},
    {"char(5)", "'a  '", "'a'"},
    {"text", "5", "5"},
    {"binary(4)", "'a'", "'a\\0\\0\\0'"},
    {"enum('a','b''c')", "'b''c'", "'b''c'"},
    {"set('a','b','c')", "'b,a'", "'a,b'"},
    {"uuid", "'123E4567-E89B-12D3-A456-426614174000'", "'123e4567-e89b-12d3-a456-426614174000'"},
    {"uuid", "uuid()", "uuid()"},
    {"inet6", "'2001:DB8::1'", "'2001:db8::1'"},
    {"json", "'{\"a\": 1}'", "'{\"a\": 1}'"},
};

TEST(MariadbDefaults, WhatWasWrittenAndWhatTheServerPrintsAreTheSame) {
  for (const DefaultCase& item : kDefaults) {
    const Type type = canonical_type(parse_type(item.type));
    const auto written = canonical_default(sql(item.written), type);
    const auto printed = canonical_default(sql(item.printed), type);
    ASSERT_TRUE(written.has_value()) << item.type << ' ' << item.written;
    EXPECT_EQ(written, printed) << item.type << ' ' << item.written;
    EXPECT_EQ(canonical_default(*written, type), written) << item.type << ' ' << item.written;
  }
}

TEST(MariadbDefaults, NullIsNoDefaultAndTheTextNullIsOne) {
  const Type type = parse_type("varchar(20)");
  EXPECT_EQ(canonical_default(sql("NULL"), type), std::nullopt);
  EXPECT_EQ(canonical_default(sql("'NULL'"), type), literal(Default::Kind::string, "NULL"));
}

TEST(MariadbDefaults, LiteralsTakeTheKindOfTheirType) {
  EXPECT_EQ(canonical_default(literal(Default::Kind::boolean, "true"), parse_type("int")),
            literal(Default::Kind::number, "1"));
  EXPECT_EQ(canonical_default(sql("1"), canonical_type(parse_type("boolean"))),
            literal(Default::Kind::boolean, "true"));
  EXPECT_EQ(canonical_default(literal(Default::Kind::number, "5"), parse_type("varchar(3)")),
            literal(Default::Kind::string, "5"));
}

TEST(MariadbDefaults, InDdl) {
  EXPECT_EQ(default_sql(literal(Default::Kind::string, "it's \\"), parse_type("text")),
            "'it''s \\\\'");
  EXPECT_EQ(default_sql(literal(Default::Kind::boolean, "true"), parse_type("boolean")), "1");
  EXPECT_EQ(default_sql(sql("current_timestamp(6)"), parse_type("datetime(6)")),
            "current_timestamp(6)");
  EXPECT_EQ(default_sql(sql("uuid()"), parse_type("uuid")), "(uuid())");
  EXPECT_EQ(default_sql(literal(Default::Kind::string, std::string("\xff\0", 2)),
                        parse_type("varbinary(4)")),
            "X'ff00'");
}

TEST(MariadbCharsets, Utf8IsTheOldNameOfUtf8mb3) {
  EXPECT_EQ(canonical_charset_name("UTF8"), "utf8mb3");
  EXPECT_EQ(canonical_charset_name("utf8_general_ci"), "utf8mb3_general_ci");
  EXPECT_EQ(canonical_charset_name("utf8mb4_bin"), "utf8mb4_bin");
  EXPECT_EQ(charset_of_collation("latin1_swedish_ci"), "latin1");
  EXPECT_EQ(charset_of_collation("binary"), "binary");
}

}  // namespace
}  // namespace dbmig::dialect::mariadb
