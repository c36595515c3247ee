#include <gtest/gtest.h>

#include "dialect/dialect.hpp"

namespace dbmig::dialect {
namespace {

/// As SQLite reports it: TRUE is written as 1.
TEST(SqliteDefault, ABooleanOfAColumnThatIsNoneIsANumber) {
  schema::Table table;
  table.name = "t";
  schema::Column column;
  column.name = "c";
  column.type = schema::parse_type("blob");
  column.default_value = schema::Default{schema::Default::Kind::boolean, "true", {}};
  table.columns = {column};
  schema::Schema schema;
  schema.tables.emplace("t", table);
  const schema::Schema canonical = dialect(DialectKind::sqlite).canonical(schema);
  const auto& found = canonical.table("t").columns.front().default_value;
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->kind, schema::Default::Kind::number);
  EXPECT_EQ(found->literal, "1");
}

}  // namespace
}  // namespace dbmig::dialect
