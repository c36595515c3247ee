// What a target of a copy cannot have is given another form or left out, and said.
#include "transfer/fit_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/sqlite/connection.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"

namespace dbmig::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

schema::Column column(const std::string& name, const std::string& type) {
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type(type);
  column.nullable = false;
  return column;
}

schema::Table child(const std::string& name) {
  schema::Table table;
  table.name = name;
  table.columns = {column("id", "integer"), column("parent", "integer")};
  table.foreign_keys.emplace_back();
  table.foreign_keys[0].name = "1";
  table.foreign_keys[0].columns = {"parent"};
  table.foreign_keys[0].referenced_table = "parent";
  table.foreign_keys[0].referenced_columns = {"id"};
  return table;
}

class FitSchemaOnMariadb : public MariadbTest {};

/// What came from MariaDB 12.1 or later, or from SQLite, gets names that an older server takes.
TEST_F(FitSchemaOnMariadb, ForeignKeysOfOneNameAreToldApart) {
  MariadbDatabase database;
  schema::Schema tables;
  tables.tables["parent"].name = "parent";
  tables.tables["parent"].columns = {column("id", "integer")};
  tables.tables["parent"].primary_key = schema::PrimaryKey{"pk_parent", {"id"}, {}};
  tables.tables["a"] = child("a");
  tables.tables["b"] = child("b");
  const bool is_older = !database.connection().dialect().refusals(tables).empty();
  const transfer::Fitted fitted = transfer::fit_schema(tables, database.connection(), {});
  EXPECT_THAT(fitted.left_out, IsEmpty());
  const std::string name = is_older ? "b_1" : "1";
  EXPECT_EQ(fitted.renamed.size(), is_older ? 1U : 0U);
  EXPECT_EQ(tables.table("a").foreign_keys.at(0).name, "1");
  EXPECT_EQ(tables.table("b").foreign_keys.at(0).name, name);
  database.migrate({}, diff::diff({}, tables).operations);
  EXPECT_EQ(database.inspect().table("b").foreign_keys.at(0).name, name);
}

/// Columns that SQLite declares longer than MariaDB has them.
TEST_F(FitSchemaOnMariadb, TypesThatAreTooLongBecomeTheNextThatIsThere) {
  MariadbDatabase database;
  schema::Schema tables;
  schema::Table& table = tables.tables["t"];
  table.name = "t";
  table.columns = {column("id", "integer"),       column("a", "varchar(16384)"),
                   column("b", "varchar(64000)"), column("c", "varchar(5000000)"),
                   column("e", "char(300)"),      column("f", "varbinary(70000)"),
                   column("g", "binary(256)"),    column("h", "decimal(100,50)"),
                   column("i", "decimal(70)")};
  table.primary_key = schema::PrimaryKey{"pk_t", {"id"}, {}};
  const transfer::Fitted fitted = transfer::fit_schema(tables, database.connection(), {});
  EXPECT_THAT(fitted.left_out, IsEmpty());
  EXPECT_THAT(fitted.changed, ::testing::Contains(HasSubstr("'t.b' becomes mediumtext: ")));
  database.migrate({}, diff::diff({}, tables).operations);
  std::vector<std::string> types;
  const schema::Schema there = database.inspect();
  for (const schema::Column& one : there.table("t").columns) {
    types.push_back(schema::to_string(one.type_on(DialectKind::mariadb)));
  }
  EXPECT_THAT(types,
              ElementsAre("integer", "mediumtext", "mediumtext", "longtext", "varchar(300)",
                          "mediumblob", "varbinary(256)", "decimal(65,38)", "decimal(65,0)"));
}

/// What was computed keeps its indexes and constraints.
TEST(FitSchema, AnIndexOfAColumnThatIsNoLongerComputedStays) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  schema::Schema tables;
  schema::Table& table = tables.tables["t"];
  table.name = "t";
  table.columns = {column("id", "integer"), column("slug", "varchar(20)"),
                   column("low", "varchar(20)"), column("upper", "varchar(20)")};
  table.columns[2].generated = schema::Generated{{"lcase(slug)", {}, {}}, true};
  table.columns[3].generated = schema::Generated{{"upper(slug)", {}, {}}, true};
  table.primary_key = schema::PrimaryKey{"pk_t", {"id"}, {}};
  for (const std::string name : {"low", "upper"}) {
    schema::Index index;
    index.name = "ix_" + name;
    index.parts.push_back({});
    index.parts[0].column = name;
    table.indexes.push_back(index);
    table.uniques.push_back({"u_" + name, {name}, {}, {}, {}});
  }
  const transfer::Fitted fitted = transfer::fit_schema(tables, *database, {});
  EXPECT_THAT(fitted.left_out, IsEmpty());
  EXPECT_THAT(fitted.changed, ElementsAre(HasSubstr("'t.low' is no longer generated")));
  EXPECT_EQ(tables.table("t").indexes.size(), 2U);
  EXPECT_EQ(tables.table("t").uniques.size(), 2U);
  EXPECT_TRUE(tables.table("t").columns[3].generated);
}

schema::Schema prices() {
  schema::Schema tables;
  schema::Table& table = tables.tables["price"];
  table.name = "price";
  table.columns = {column("item", "integer"), column("since", "date"), column("until", "date")};
  table.primary_key = schema::PrimaryKey{"pk_price", {"item"}, {}};
  table.primary_key->without_overlaps = true;
  table.uniques.push_back({"u", {"item"}, {}, {}, true});
  table.mariadb.period = schema::ApplicationPeriod{"valid", "since", "until"};
  return tables;
}

/// As plain keys they would forbid what is right.
TEST(FitSchema, KeysWithoutOverlapsAreLeftOutOnSqlite) {
  const auto database = backend::sqlite::connect(Url::parse("sqlite://"), {.create = true});
  schema::Schema tables = prices();
  const transfer::Fitted fitted = transfer::fit_schema(tables, *database, {});
  EXPECT_THAT(fitted.left_out, ElementsAre(HasSubstr("the primary key of table 'price'"),
                                           HasSubstr("unique constraint 'u' of table 'price'")));
  EXPECT_FALSE(tables.table("price").primary_key);
  EXPECT_THAT(tables.table("price").uniques, IsEmpty());
}

TEST_F(FitSchemaOnMariadb, KeysWithoutOverlapsAreTaken) {
  MariadbDatabase database;
  schema::Schema tables = prices();
  const transfer::Fitted fitted = transfer::fit_schema(tables, database.connection(), {});
  EXPECT_THAT(fitted.left_out, IsEmpty());
  EXPECT_EQ(tables, prices());
}

}  // namespace
}  // namespace dbmig::test
