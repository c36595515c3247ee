#include "schema/table.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"

namespace dbmig::schema {
namespace {

Schema small() {
  Schema schema;
  Table& table = schema.tables["usuario"];
  table.name = "usuario";
  table.columns = std::vector<Column>(2);
  table.columns[0].name = "id";
  table.columns[1].name = "nombre";
  table.primary_key = PrimaryKey{"", {"id"}, {}};
  table.uniques = {{"uq", {"nombre"}, {}}};
  table.indexes = std::vector<Index>(1);
  table.indexes[0].name = "ix";
  table.foreign_keys = std::vector<ForeignKey>(1);
  table.foreign_keys[0].name = "fk";
  table.checks = {{"ck", {"1", {}, {}}}};
  return schema;
}

template <class Work>
std::string failure_of(const Work& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::not_found);
    return error.what();
  }
  return "nothing was thrown";
}

TEST(Table, FindsItsParts) {
  Schema schema = small();
  Table& table = schema.table("usuario");
  EXPECT_EQ(table.find_column("nombre"), &table.columns[1]);
  EXPECT_EQ(table.find_column("Nombre"), nullptr);
  EXPECT_EQ(&table.column("id"), &table.columns[0]);
  EXPECT_EQ(table.find_unique("uq"), &table.uniques[0]);
  EXPECT_EQ(table.find_index("ix"), &table.indexes[0]);
  EXPECT_EQ(table.find_foreign_key("fk"), &table.foreign_keys[0]);
  EXPECT_EQ(table.find_check("ck"), &table.checks[0]);
  EXPECT_EQ(table.find_check("uq"), nullptr);
  EXPECT_TRUE(table.in_primary_key("id"));
  EXPECT_FALSE(table.in_primary_key("nombre"));
  EXPECT_EQ(table.column_names(), (std::vector<std::string>{"id", "nombre"}));
}

TEST(Table, SuggestsTheColumnThatWasMeant) {
  const Schema schema = small();
  EXPECT_EQ(failure_of([&] { schema.table("usuario").column("nombr"); }),
            "table 'usuario' has no column 'nombr'; did you mean 'nombre'?");
  EXPECT_EQ(failure_of([&] { schema.table("usuario").column("zzz"); }),
            "table 'usuario' has no column 'zzz'; known: id, nombre");
  EXPECT_EQ(failure_of([&] { schema.table("usuarios"); }),
            "there is no table 'usuarios'; did you mean 'usuario'?");
  EXPECT_EQ(failure_of([] { Schema().table("x"); }),
            "there is no table 'x'; the schema has no tables");
}

TEST(Sorted, ComparesMeaning) {
  test::RandomSource random(9);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const Schema schema = test::random_schema(seed);
    Schema shuffled = schema;
    for (auto& [name, table] : shuffled.tables) {
      random.shuffle(table.uniques);
      random.shuffle(table.indexes);
      random.shuffle(table.foreign_keys);
      random.shuffle(table.checks);
    }
    ASSERT_EQ(sorted(shuffled), sorted(schema));
    ASSERT_EQ(sorted(sorted(schema)), sorted(schema));
  }
}

TEST(Sorted, OrdersWhatHasNoName) {
  Schema a = small();
  a.tables["usuario"].checks = {{"", {"x > 1", {}, {}}}, {"", {"x > 0", {}, {}}}};
  a.tables["usuario"].uniques = {{"", {"b"}, {}}, {"", {"a"}, {}}};
  a.tables["usuario"].indexes.clear();
  Index on_b;
  on_b.parts.resize(1);
  on_b.parts[0].column = "b";
  Index on_a = on_b;
  on_a.parts[0].column = "a";
  a.tables["usuario"].indexes = {on_b, on_a};
  Schema b = a;
  std::reverse(b.tables["usuario"].checks.begin(), b.tables["usuario"].checks.end());
  std::reverse(b.tables["usuario"].uniques.begin(), b.tables["usuario"].uniques.end());
  std::reverse(b.tables["usuario"].indexes.begin(), b.tables["usuario"].indexes.end());
  EXPECT_EQ(sorted(a), sorted(b));
}

TEST(Sorted, KeepsTheOrderOfColumns) {
  Schema schema = small();
  std::reverse(schema.tables["usuario"].columns.begin(), schema.tables["usuario"].columns.end());
  EXPECT_NE(sorted(schema), sorted(small()));
}

TEST(OnDialect, LeavesOutWhatIsElsewhere) {
  Schema schema = small();
  schema.tables["m"].only = DialectKind::mariadb;
  schema.tables["s"].only = DialectKind::sqlite;
  schema.views["vm"].only = DialectKind::mariadb;
  schema.views["v"].name = "v";
  schema.triggers["everywhere"].table = "usuario";
  schema.triggers["of_m"].table = "m";
  schema.triggers["only_s"] = {"only_s", "usuario", {}, DialectKind::sqlite};

  const Schema sqlite = on_dialect(schema, DialectKind::sqlite);
  EXPECT_EQ(sqlite.tables.count("usuario") + sqlite.tables.count("s"), 2U);
  EXPECT_EQ(sqlite.tables.size(), 2U);
  EXPECT_EQ(sqlite.views.size(), 1U);
  EXPECT_EQ(sqlite.triggers.size(), 2U);
  EXPECT_EQ(sqlite.triggers.count("of_m"), 0U);

  const Schema mariadb = on_dialect(schema, DialectKind::mariadb);
  EXPECT_EQ(mariadb.tables.count("m"), 1U);
  EXPECT_EQ(mariadb.views.size(), 2U);
  EXPECT_EQ(mariadb.triggers.count("of_m"), 1U);
  EXPECT_EQ(mariadb.triggers.count("only_s"), 0U);
  EXPECT_EQ(on_dialect(mariadb, DialectKind::mariadb), mariadb);
}

TEST(Column, HasATypeForEachDatabase) {
  Column column;
  column.type = parse_type("varchar(9)");
  EXPECT_EQ(column.type_on(DialectKind::sqlite), column.type);
  column.mariadb.type = parse_type("tinytext");
  EXPECT_EQ(column.type_on(DialectKind::mariadb).kind, TypeKind::tinytext);
  EXPECT_EQ(column.type_on(DialectKind::sqlite).kind, TypeKind::varchar);
}

TEST(SqlText, PrefersADatabasesOwn) {
  const SqlText text{"any", "own", ""};
  EXPECT_EQ(text.for_dialect(DialectKind::mariadb), "own");
  EXPECT_EQ(text.for_dialect(DialectKind::sqlite), "any");
  EXPECT_FALSE(text.empty());
  EXPECT_TRUE(SqlText{}.empty());
}

TEST(ReferentialAction, ParsesWhatItPrints) {
  for (const auto action :
       {ReferentialAction::no_action, ReferentialAction::restrict, ReferentialAction::cascade,
        ReferentialAction::set_null, ReferentialAction::set_default}) {
    EXPECT_EQ(parse_action(to_string(action)), action);
  }
  EXPECT_EQ(parse_action(" SET_NULL "), ReferentialAction::set_null);
  EXPECT_EQ(parse_action("Set   \n Default"), ReferentialAction::set_default);
  try {
    parse_action("_cascad");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_STREQ(error.what(), "unknown action '_cascad'; did you mean 'cascade'?");
  }
}

TEST(Constraint, HasAName) {
  EXPECT_EQ(name_of(Constraint(Check{"ck", {}})), "ck");
  EXPECT_EQ(name_of(Constraint(PrimaryKey{"pk", {}, {}})), "pk");
}

}  // namespace
}  // namespace dbmig::schema
