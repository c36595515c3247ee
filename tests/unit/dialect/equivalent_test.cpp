#include "dialect/equivalent.hpp"

#include <gtest/gtest.h>

namespace dbmig::dialect {
namespace {

schema::Schema with(const std::string& type, const std::string& expression) {
  schema::Column column;
  column.name = "a";
  column.type = schema::parse_type(type);
  schema::Table table;
  table.name = "t";
  table.columns.push_back(column);
  schema::Index index;
  index.name = "ix";
  index.unique = true;
  index.parts.push_back({{}, expression, false, 0, {}});
  if (!expression.empty()) table.indexes.push_back(index);
  schema::Schema schema;
  schema.tables["t"] = table;
  schema.tables["other"] = table;
  schema.tables["other"].name = "other";
  return schema;
}

TEST(Equivalent, OtherWordsAreTakenBackAndChangesStay) {
  EXPECT_EQ(equivalent(with("integer", ""), with("int(11)", "")), with("integer", ""));
  EXPECT_EQ(equivalent(with("integer", ""), with("bigint", "")), with("bigint", ""));
}

TEST(Equivalent, ATableThatChangesIsComparedAlone) {
  const schema::Schema before = with("integer", "");
  schema::Schema wanted = before;
  wanted.table("t").columns[0].type = schema::parse_type("int(11)");
  EXPECT_EQ(equivalent(before, wanted), before);
}

TEST(Equivalent, OnlyTheProjectsOnlyDatabaseSaysNothing) {
  const schema::Schema before = with("integer", "");
  schema::Schema wanted = before;
  wanted.table("t").only = DialectKind::sqlite;
  EXPECT_EQ(equivalent(before, wanted, {DialectKind::sqlite}), before);
  EXPECT_EQ(equivalent(wanted, before, {DialectKind::sqlite}), wanted);
  EXPECT_EQ(equivalent(before, wanted, {DialectKind::mariadb}), wanted);
  EXPECT_EQ(equivalent(before, wanted), wanted);
}

TEST(Equivalent, OnlyTheProjectsDialectsAreAsked) {
  // MariaDB has no unique index over an expression.
  const schema::Schema before = with("integer", "a + 1");
  const schema::Schema wanted = with("int(11)", "a + 1");
  EXPECT_EQ(equivalent(before, wanted), wanted);
  EXPECT_EQ(equivalent(before, wanted, {DialectKind::sqlite}), before);
}

}  // namespace
}  // namespace dbmig::dialect
