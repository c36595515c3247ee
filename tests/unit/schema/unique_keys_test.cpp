#include "schema/unique_keys.hpp"

#include <gtest/gtest.h>

namespace dbmig::test {
namespace {

using schema::Table;

TEST(UniqueKeys, ArePrimaryKeyConstraintsAndIndexesInThisOrder) {
  Table table;
  table.primary_key = schema::PrimaryKey{};
  table.primary_key->columns = {"b", "a"};
  table.uniques = {
      {.name = "uq_c", .columns = {"c"}, .on_conflict = "", .parts = {{.length = 10}}}};
  schema::Index index;
  index.name = "ix_d";
  index.unique = true;
  index.parts = {
      {.column = "d", .expression = "", .descending = true, .length = 0, .collation = "NOCASE"}};
  table.indexes = {index};
  const std::vector<schema::UniqueKey> keys = schema::unique_keys(table);
  ASSERT_EQ(keys.size(), 3U);
  EXPECT_EQ(keys[0].subject, "the primary key");
  EXPECT_EQ(keys[0].parts, std::vector<schema::KeyPart>(2));
  EXPECT_EQ(keys[1].subject, "unique constraint 'uq_c'");
  EXPECT_FALSE(keys[1].is_whole());
  EXPECT_EQ(keys[2].subject, "unique index 'ix_d'");
  EXPECT_EQ(keys[2].parts.at(0).collation, "NOCASE");
  EXPECT_TRUE(keys[2].is_whole());
  EXPECT_EQ(schema::unique_columns(table),
            (std::vector<std::vector<std::string>>{{"b", "a"}, {"c"}, {"d"}}));
}

/// Rows that are equal in its columns may then both be there.
TEST(UniqueKeys, AreOfAllRows) {
  Table table;
  table.primary_key = schema::PrimaryKey{};
  table.primary_key->columns = {"a"};
  table.primary_key->without_overlaps = true;
  table.uniques = {
      {.name = "u", .columns = {"a"}, .on_conflict = "", .parts = {}, .without_overlaps = true}};
  schema::Index plain;
  plain.parts = {{.column = "a", .expression = "", .collation = ""}};
  schema::Index partial = plain;
  partial.unique = true;
  partial.where.any = "a > 0";
  schema::Index expression = plain;
  expression.unique = true;
  expression.parts.push_back({.column = "", .expression = "lower(a)", .collation = ""});
  table.indexes = {plain, partial, expression};
  EXPECT_TRUE(schema::unique_keys(table).empty());
}

}  // namespace
}  // namespace dbmig::test
