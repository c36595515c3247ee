#include "import/plan.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"
#include "schema/type.hpp"

namespace dbmig::import {
namespace {

TEST(Plan, SurvivesTheJourneyToTheOtherRanks) {
  Plan plan;
  plan.table = "t";
  plan.dialect = DialectKind::mariadb;
  plan.format = {'\t', std::nullopt, '\\', Escapes::pg_text, LineEnd::crlf};
  plan.nulls = {{std::string("\xFF\0", 2), ""}, true};
  plan.rejects = true;
  plan.binary = BinaryText::base64;
  plan.ignore_unknown = true;
  plan.fill_missing = true;
  for (const char* type : {"integer", "decimal(10,2) unsigned", "enum('a','b,c')", "datetime(3)"}) {
    plan.columns.push_back({type, schema::parse_type(type), false, true, true});
  }
  schema::Type native;
  native.kind = schema::TypeKind::native;
  native.native = "WHAT(3)";
  plan.columns.push_back({"native", native, true, false, false});
  plan.targets = {1, Plan::kSkipped, 0};
  plan.encoding = "cells";
  Bytes bytes;
  encode(plan, bytes);
  EXPECT_EQ(decode_plan({bytes.data(), bytes.size()}), plan);
  for (std::size_t cut = 0; cut < bytes.size(); ++cut) {
    EXPECT_THROW(decode_plan({bytes.data(), cut}), Error);
  }
}

/// NULL takes the next number where SQLite gives it, and only there: by the declared type, not by
/// what the type means elsewhere.
TEST(Plan, NullIsFilledInTheRowidAlone) {
  struct PlanCase {
    const char* type;
    const char* own;
    bool without_rowid;
    bool descending;
    bool fills;
  };
  for (const PlanCase& one : {PlanCase{"integer", "", false, false, true},
                              {"integer", "INT", false, false, false},
                              {"integer", "INTEGER", false, false, true},
                              {"integer", "", true, false, false},
                              {"integer", "", false, true, false},
                              {"text", "", false, false, false},
                              {"text", "INTEGER", false, false, true}}) {
    schema::Table table;
    table.name = "t";
    schema::Column id;
    id.name = "id";
    id.type = schema::parse_type(one.type);
    if (*one.own != '\0') {
      id.sqlite.type = schema::Type{};
      id.sqlite.type->kind = schema::TypeKind::native;
      id.sqlite.type->native = one.own;
    }
    table.columns.push_back(id);
    table.primary_key = schema::PrimaryKey{};
    table.primary_key->columns = {"id"};
    if (one.descending) {
      schema::KeyPart part;
      part.descending = true;
      table.primary_key->parts = {part};
    }
    table.sqlite.without_rowid = one.without_rowid;
    EXPECT_EQ(target_column(table, id, DialectKind::sqlite).fills_null, one.fills)
        << one.type << " " << one.own;
    EXPECT_FALSE(target_column(table, id, DialectKind::mariadb).fills_null);
    id.nullable = false;
    EXPECT_FALSE(target_column(table, id, DialectKind::sqlite).nullable);
    id.sqlite.null_key = true;
    EXPECT_TRUE(target_column(table, id, DialectKind::sqlite).nullable);
  }
}

schema::Table table() {
  schema::Table table;
  table.name = "t";
  for (const char* name : {"id", "user_name", "User-Name2", "a b"}) {
    schema::Column column;
    column.name = name;
    column.type = schema::parse_type("text");
    table.columns.push_back(column);
  }
  return table;
}

std::vector<std::string> mapped(std::vector<std::string> header) {
  return map_columns(table(), DialectKind::sqlite, {{}, std::move(header), "f.csv"}).column_names();
}

TEST(Plan, MatchesNamesAsPeopleWriteThem) {
  EXPECT_EQ(mapped({" ID ", "User Name", "user_name2", "A-B"}),
            (std::vector<std::string>{"id", "user_name", "User-Name2", "a b"}));
}

TEST(Plan, DoesNotGuessBetweenTwoColumns) {
  schema::Table two = table();
  two.columns[1].name = "a_b";
  EXPECT_THROW(
      map_columns(two, DialectKind::sqlite, {{}, std::vector<std::string>{"id", "A-B"}, "f.csv"}),
      Error);
  EXPECT_NO_THROW(map_columns(two, DialectKind::sqlite,
                              {{}, std::vector<std::string>{"id", "A B", "A_b"}, "f.csv"}));
}

}  // namespace
}  // namespace dbmig::import
