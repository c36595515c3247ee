#include <gtest/gtest.h>

#include <tuple>

#include "schema/validate.hpp"
#include "support/random_schema.hpp"

namespace dbmig::schema {
namespace {

using Kind = Default::Kind;

Default literal(Kind kind, std::string text) {
  return {kind, std::move(text), {}};
}

std::string shown(const std::optional<Default>& d) {
  if (!d) return "refused";
  if (d->kind == Kind::string) return "'" + d->literal + "'";
  return d->kind == Kind::sql ? "sql " + d->sql.any : d->literal;
}

TEST(Coerce, TakesALiteralAsItsTypeDoes) {
  const std::tuple<const char*, Kind, const char*, const char*> kCases[] = {
      {"integer", Kind::number, "5", "5"},
      {"integer", Kind::string, "5", "5"},
      {"integer", Kind::string, " 5 ", "5"},
      {"integer", Kind::number, "+007", "7"},
      {"integer", Kind::number, "-0", "0"},
      {"integer", Kind::number, "5.0", "5"},
      {"integer", Kind::number, "1e3", "1000"},
      {"integer", Kind::number, "1500e-2", "15"},
      {"integer", Kind::number, "0x10", "16"},
      {"integer", Kind::number, "1.5", "refused"},
      {"integer", Kind::number, "1e999999", "refused"},
      {"integer", Kind::string, "", "refused"},
      {"integer", Kind::string, "-", "refused"},
      {"integer", Kind::string, "five", "refused"},
      {"integer", Kind::string, "5 apples", "refused"},
      {"integer", Kind::boolean, "true", "1"},
      {"integer", Kind::boolean, "false", "0"},
      {"tinyint", Kind::number, "-128", "-128"},
      {"tinyint", Kind::number, "-129", "refused"},
      {"tinyint", Kind::number, "128", "refused"},
      {"tinyint unsigned", Kind::number, "255", "255"},
      {"tinyint unsigned", Kind::number, "-1", "refused"},
      {"bigint", Kind::number, "-9223372036854775808", "-9223372036854775808"},
      {"bigint", Kind::number, "9223372036854775808", "refused"},
      {"bigint unsigned", Kind::number, "18446744073709551615", "18446744073709551615"},
      {"bigint unsigned", Kind::number, "18446744073709551616", "refused"},
      {"boolean", Kind::boolean, "true", "true"},
      {"boolean", Kind::number, "1", "true"},
      {"boolean", Kind::number, "0", "false"},
      {"boolean", Kind::number, "2", "2"},
      {"boolean", Kind::string, "TRUE", "true"},
      {"boolean", Kind::string, "maybe", "refused"},
      {"bit(3)", Kind::number, "7", "7"},
      {"bit(3)", Kind::number, "8", "refused"},
      {"bit(64)", Kind::number, "18446744073709551615", "18446744073709551615"},
      {"year", Kind::number, "2024", "2024"},
      {"year", Kind::number, "99", "1999"},
      {"year", Kind::number, "1900", "refused"},
      {"decimal(5,2)", Kind::number, "1.50", "1.5"},
      {"decimal(5,2)", Kind::number, "-999.99", "-999.99"},
      {"decimal(5,2)", Kind::number, "1000", "refused"},
      {"decimal(5,2)", Kind::number, "1.005", "refused"},
      {"decimal(2,2)", Kind::number, ".5", "0.5"},
      {"decimal(5,2) unsigned", Kind::number, "-1", "refused"},
      {"decimal(30,10)", Kind::string, "12345678901234567890.0123456789",
       "12345678901234567890.0123456789"},
      {"double", Kind::number, "1.50", "1.5"},
      {"double", Kind::number, "1E+10", "1e10"},
      {"float", Kind::number, "1e38", "1e38"},
      {"float", Kind::number, "1e39", "refused"},
      {"double", Kind::number, "1e309", "refused"},
      {"double", Kind::string, "nan", "refused"},
      {"varchar(3)", Kind::string, "abc", "'abc'"},
      {"varchar(3)", Kind::string, "ñañ", "'ñañ'"},
      {"varchar(3)", Kind::string, "abcd", "refused"},
      {"varchar(3)", Kind::string, "ab  ", "refused"},
      {"varchar(10)", Kind::number, "1.50", "'1.50'"},
      {"varchar(10)", Kind::boolean, "true", "'true'"},
      {"text", Kind::string, "", "''"},
      {"tinytext", Kind::string, "x", "'x'"},
      {"binary(2)", Kind::string, "ñ", "'ñ'"},
      {"binary(1)", Kind::string, "ñ", "refused"},
      {"date", Kind::string, "2024-02-29", "'2024-02-29'"},
      {"date", Kind::string, "2024/2/9", "'2024-02-09'"},
      {"date", Kind::number, "20240229", "'2024-02-29'"},
      {"date", Kind::number, "0", "'0000-00-00'"},
      {"date", Kind::string, "2023-02-29", "refused"},
      {"date", Kind::string, "2100-02-29", "refused"},
      {"date", Kind::string, "2000-02-29", "'2000-02-29'"},
      {"date", Kind::string, "2024-13-01", "refused"},
      {"date", Kind::string, "2024-04-31", "refused"},
      {"date", Kind::string, "0000-00-00", "'0000-00-00'"},
      {"date", Kind::string, "tomorrow", "refused"},
      {"date", Kind::string, "2024-02-29 10:00:00", "refused"},
      {"date", Kind::boolean, "true", "refused"},
      {"datetime", Kind::string, "2024-02-29 10:20:30", "'2024-02-29 10:20:30'"},
      {"datetime", Kind::string, "2024-02-29T10:20", "'2024-02-29 10:20:00'"},
      {"datetime", Kind::string, "2024-02-29", "'2024-02-29 00:00:00'"},
      {"datetime(3)", Kind::string, "2024-02-29 10:20:30.5", "'2024-02-29 10:20:30.500'"},
      {"datetime", Kind::string, "2024-02-29 10:20:30.000", "'2024-02-29 10:20:30'"},
      {"datetime", Kind::string, "2024-02-29 10:20:30.5", "refused"},
      {"datetime", Kind::string, "2024-02-29 24:00:00", "refused"},
      {"datetime", Kind::string, "2024-02-29 10:20:30Z", "refused"},
      {"datetime", Kind::string, "CURRENT_TIMESTAMP", "refused"},
      {"timestamp", Kind::string, "2038-01-19 03:14:07", "'2038-01-19 03:14:07'"},
      {"timestamp", Kind::string, "2107-01-01", "refused"},
      {"timestamp", Kind::string, "1960-01-01", "refused"},
      {"timestamp", Kind::number, "0", "'0000-00-00 00:00:00'"},
      {"time", Kind::string, "10:20:30", "'10:20:30'"},
      {"time", Kind::string, "10:20", "'10:20:00'"},
      {"time", Kind::string, "-838:59:59", "'-838:59:59'"},
      {"time", Kind::string, "839:00:00", "refused"},
      {"time", Kind::string, "1 02:03", "'26:03:00'"},
      {"time", Kind::number, "10", "'00:00:10'"},
      {"time", Kind::string, "102030", "'10:20:30'"},
      {"time(2)", Kind::string, "10:20:30.25", "'10:20:30.25'"},
      {"time", Kind::string, "10:61:00", "refused"},
      {"uuid", Kind::string, "00112233445566778899AABBCCDDEEFF",
       "'00112233-4455-6677-8899-aabbccddeeff'"},
      {"uuid", Kind::string, "00112233", "refused"},
      {"inet4", Kind::string, "127.0.0.1", "'127.0.0.1'"},
      {"inet4", Kind::string, "127.0.0.256", "refused"},
      {"inet6", Kind::string, "2001:DB8:0:0::1", "'2001:db8::1'"},
      {"inet6", Kind::string, "1.2.3.4", "refused"},
      {"enum('a','B')", Kind::string, "b", "'B'"},
      {"enum('a','B')", Kind::string, "c", "refused"},
      {"enum('1','2')", Kind::number, "1", "'1'"},
      {"set('a','b','c')", Kind::string, "c,a,a", "'a,c'"},
      {"set('a','b')", Kind::string, "", "''"},
      {"set('a','b')", Kind::string, "a,d", "refused"},
      {"json", Kind::string, "{}", "'{}'"},
      {"json", Kind::number, "5", "'5'"},
      {"point", Kind::string, "x", "refused"},
  };
  for (const auto& [type, kind, text, expected] : kCases) {
    EXPECT_EQ(shown(coerce(literal(kind, text), parse_type(type))), expected)
        << type << " default " << text;
  }
}

TEST(Coerce, LeavesSqlAlone) {
  Default d;
  d.kind = Kind::sql;
  d.sql.any = "CURRENT_TIMESTAMP";
  EXPECT_EQ(coerce(d, parse_type("datetime")), d);
}

// What a type takes once it takes again, and as itself.
TEST(Coerce, IsIdempotent) {
  const std::vector<std::string> kTexts = {"0",
                                           "1",
                                           "-1",
                                           "007",
                                           "1.50",
                                           "1e3",
                                           "true",
                                           "abc",
                                           "",
                                           "2024-02-29",
                                           "2024-2-9 1:2:3.45",
                                           "10:20",
                                           "::1",
                                           "127.0.0.1",
                                           "0x1F",
                                           "a,b",
                                           "99",
                                           "00112233445566778899aabbccddeeff"};
  for (const char* type :
       {"tinyint", "bigint unsigned", "decimal(10,3)", "float",           "double",
        "boolean", "bit(9)",          "year",          "varchar(40)",     "blob",
        "date",    "time(2)",         "datetime(3)",   "timestamp",       "json",
        "uuid",    "inet4",           "inet6",         "enum('abc','1')", "set('a','b')"}) {
    for (const std::string& text : kTexts) {
      for (const Kind kind : {Kind::string, Kind::number}) {
        const auto once = coerce(literal(kind, text), parse_type(type));
        if (!once) continue;
        EXPECT_EQ(coerce(*once, parse_type(type)), once) << type << " " << text;
      }
    }
  }
}

Table one_column(std::string_view type, Default d) {
  Table table;
  table.name = "t";
  table.columns.emplace_back();
  table.columns[0].name = "c";
  table.columns[0].type = parse_type(type);
  table.columns[0].default_value = std::move(d);
  return table;
}

std::string normalized_default(std::string_view type, SqlText sql) {
  Default d{Kind::sql, {}, std::move(sql)};
  const Table table = normalized(one_column(type, d));
  return shown(table.columns[0].default_value);
}

TEST(Normalized, SeesLiteralsInSql) {
  EXPECT_EQ(normalized_default("varchar(9)", {"'it''s'", {}, {}}), "'it's'");
  EXPECT_EQ(normalized_default("varchar(9)", {"'a' || 'b'", {}, {}}), "sql 'a' || 'b'");
  EXPECT_EQ(normalized_default("varchar(9)", {"'a\\b'", {}, {}}), "sql 'a\\b'");
  EXPECT_EQ(normalized_default("integer", {" 5 ", {}, {}}), "5");
  EXPECT_EQ(normalized_default("integer", {"5 + 1", {}, {}}), "sql 5 + 1");
  EXPECT_EQ(normalized_default("boolean", {"TRUE", {}, {}}), "true");
  EXPECT_EQ(normalized_default("integer", {"NULL", {}, {}}), "refused");
  EXPECT_EQ(normalized_default("datetime", {"CURRENT_TIMESTAMP", {}, {}}), "sql CURRENT_TIMESTAMP");
  EXPECT_EQ(normalized_default("integer", {"5", "6", {}}), "sql 5");
  // A literal that the type cannot hold stays what it was.
  EXPECT_EQ(normalized_default("integer", {"'five'", {}, {}}), "sql 'five'");
}

TEST(Normalized, MakesThePrimaryKeyNotNull) {
  Table table = one_column("integer", literal(Kind::string, "5"));
  table.primary_key = PrimaryKey{"", {"c"}, {}};
  table = normalized(table);
  EXPECT_FALSE(table.columns[0].nullable);
  EXPECT_EQ(shown(table.columns[0].default_value), "5");
}

TEST(Normalized, NamesTheParentsColumns) {
  Schema schema;
  schema.tables["t"] = one_column("integer", literal(Kind::number, "5"));
  schema.tables["t"].primary_key = PrimaryKey{"", {"c"}, {}};
  ForeignKey key;
  key.columns = {"c"};
  key.referenced_table = "t";
  schema.tables["t"].foreign_keys = {key};
  schema = normalized(schema);
  EXPECT_EQ(schema.tables["t"].foreign_keys[0].referenced_columns, std::vector<std::string>{"c"});
}

TEST(Normalized, IsIdempotent) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Schema schema = test::random_schema(seed);
    ASSERT_EQ(normalized(schema), schema) << test::describe(schema);
  }
}

}  // namespace
}  // namespace dbmig::schema
