#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/dialect.hpp"
#include "dialect/mariadb/canonical.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Index;
using schema::IndexPart;
using schema::Table;

schema::Column column(const std::string& name, const std::string& type) {
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type(type);
  return column;
}

Index index(const std::string& name, const std::vector<std::string>& columns, bool unique = false) {
  Index index;
  index.name = name;
  index.unique = unique;
  for (const std::string& part : columns) {
    index.parts.emplace_back();
    index.parts.back().column = part;
  }
  return index;
}

schema::ForeignKey foreign_key(const std::string& name, const std::vector<std::string>& columns) {
  schema::ForeignKey key;
  key.name = name;
  key.columns = columns;
  key.referenced_table = "parent";
  key.referenced_columns = columns;
  return key;
}

Table table() {
  Table table;
  table.name = "t";
  table.columns = {column("id", "int"), column("a", "int"), column("b", "int"),
                   column("s", "varchar(20)")};
  return table;
}

std::vector<std::string> index_names(const Table& table) {
  std::vector<std::string> names;
  for (const Index& index : table.indexes) names.push_back(index.name);
  return names;
}

using Names = std::vector<std::string>;

TEST(MariadbCanonical, AForeignKeyWithoutAnIndexGetsOneOfItsName) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk_a", {"a"})};
  EXPECT_EQ(index_names(canonical_table(model)), Names{"fk_a"});
}

TEST(MariadbCanonical, AnIndexThatStartsWithTheColumnsServesTheForeignKey) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk_a", {"a"})};
  model.indexes = {index("ix", {"a", "b"})};
  EXPECT_EQ(index_names(canonical_table(model)), Names{"ix"});
  model.indexes = {index("ix", {"b", "a"})};
  EXPECT_EQ(index_names(canonical_table(model)), (Names{"ix", "fk_a"}));
  model.indexes.clear();
  model.uniques = {{.name = "uq", .columns = {"a", "b"}, .on_conflict = {}}};
  EXPECT_TRUE(canonical_table(model).indexes.empty());
  model.uniques.clear();
  model.primary_key = schema::PrimaryKey{.name = "pk", .columns = {"a"}, .on_conflict = {}};
  EXPECT_TRUE(canonical_table(model).indexes.empty());
}

TEST(MariadbCanonical, APrefixIndexDoesNotServeAForeignKey) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk_s", {"s"})};
  model.indexes = {index("ix", {"s"})};
  model.indexes[0].parts[0].length = 5;
  EXPECT_EQ(index_names(canonical_table(model)), (Names{"ix", "fk_s"}));
}

TEST(MariadbCanonical, TheLongestForeignKeyServesTheOthers) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk_a", {"a"}), foreign_key("fk_ab", {"a", "b"})};
  EXPECT_EQ(index_names(canonical_table(model)), Names{"fk_ab"});
}

TEST(MariadbCanonical, TheImpliedIndexGivesWayToATakenName) {
  Table model = table();
  model.foreign_keys = {foreign_key("x", {"a"})};
  model.indexes = {index("x", {"b"})};
  EXPECT_EQ(index_names(canonical_table(model)), (Names{"x", "x_2"}));
}

TEST(MariadbCanonical, AUniqueIndexIsAUniqueConstraint) {
  Table model = table();
  model.indexes = {index("uq", {"a", "b"}, true)};
  const Table canonical = canonical_table(model);
  ASSERT_EQ(canonical.uniques.size(), 1U);
  EXPECT_EQ(canonical.uniques[0].columns, (Names{"a", "b"}));
  EXPECT_TRUE(canonical.indexes.empty());
}

TEST(MariadbCanonical, AUniqueIndexWithMoreToSayStaysAnIndex) {
  Table model = table();
  model.indexes = {index("uq", {"a"}, true)};
  model.indexes[0].parts[0].descending = true;
  EXPECT_EQ(canonical_table(model).indexes.size(), 1U);
}

TEST(MariadbCanonical, APartialIndexServesAllRows) {
  Table model = table();
  model.indexes = {index("ix", {"a"})};
  model.indexes[0].where.any = "b > 0";
  EXPECT_TRUE(canonical_table(model).indexes[0].where.empty());
}

TEST(MariadbCanonical, AUniquePartialIndexIsRefused) {
  Table model = table();
  model.indexes = {index("ix", {"a"}, true)};
  model.indexes[0].where.any = "b > 0";
  try {
    canonical_table(model);
    FAIL() << "a unique index over some rows must not become one over all";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    EXPECT_NE(std::string(error.what()).find("only: sqlite"), std::string::npos) << error.what();
  }
}

TEST(MariadbCanonical, AnIndexOverAnExpressionIsSqlitesAloneAndAUniqueOneRefused) {
  Table model = table();
  model.indexes = {index("ix", {""}), index("iy", {"a"})};
  model.indexes[0].parts[0].expression = "lower(s)";
  const Table there = canonical_table(model);
  EXPECT_EQ(there.find_index("ix"), nullptr);
  EXPECT_NE(there.find_index("iy"), nullptr);
  model.indexes[0].unique = true;
  EXPECT_THROW(canonical_table(model), Error);
}

TEST(MariadbCanonical, SetDefaultIsRefused) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk", {"a"})};
  model.foreign_keys[0].on_delete = schema::ReferentialAction::set_default;
  EXPECT_THROW(canonical_table(model), Error);
}

TEST(MariadbCanonical, RestrictAndNoActionAreTheSame) {
  Table model = table();
  model.foreign_keys = {foreign_key("fk", {"a"})};
  model.foreign_keys[0].on_delete = schema::ReferentialAction::restrict;
  EXPECT_EQ(canonical_table(model).foreign_keys[0].on_delete, schema::ReferentialAction::none);
}

TEST(MariadbCanonical, APlainIndexOverTextGetsAPrefix) {
  Table model = table();
  model.columns.push_back(column("note", "text"));
  model.columns.push_back(column("long", "varchar(2000)"));
  model.indexes = {index("ix", {"note"}), index("ix2", {"long"})};
  const Table canonical = canonical_table(model);
  EXPECT_EQ(canonical.indexes[0].parts[0].length, 191);
  EXPECT_EQ(canonical.indexes[1].parts[0].length, 768);
}

TEST(MariadbCanonical, APrefixAsLongAsTheColumnIsTheColumn) {
  Table model = table();
  model.indexes = {index("ix", {"s"})};
  model.indexes[0].parts[0].length = 20;
  EXPECT_EQ(canonical_table(model).indexes[0].parts[0].length, 0);
}

TEST(MariadbCanonical, TheMariadbBlockIsInForceAndTheSqliteBlockIsGone) {
  Table model = table();
  model.columns[1].mariadb.type = schema::parse_type("mediumint(9)");
  model.columns[1].sqlite.collation = "NOCASE";
  model.sqlite.strict = true;
  const Table canonical = canonical_table(model);
  EXPECT_EQ(canonical.columns[1].type, schema::parse_type("mediumint"));
  EXPECT_FALSE(canonical.columns[1].mariadb.type.has_value());
  EXPECT_EQ(canonical.columns[1].sqlite, schema::SqliteColumn{});
  EXPECT_EQ(canonical.sqlite, schema::SqliteTable{});
}

TEST(MariadbCanonical, CharactersetsThatRepeatTheTablesAreLeftOut) {
  Table model = table();
  model.mariadb.charset = "utf8";
  model.columns[3].mariadb.charset = "utf8mb3";
  Table canonical = canonical_table(model);
  EXPECT_EQ(canonical.mariadb.charset, "utf8mb3");
  EXPECT_EQ(canonical.columns[3].mariadb.charset, "");
  model.columns[3].mariadb.collation = "latin1_bin";
  model.columns[3].mariadb.charset.clear();
  canonical = canonical_table(model);
  EXPECT_EQ(canonical.columns[3].mariadb.charset, "latin1");
}

TEST(MariadbCanonical, InnodbGoesWithoutSaying) {
  Table model = table();
  model.mariadb.engine = "innodb";
  EXPECT_EQ(canonical_table(model).mariadb.engine, "");
  model.mariadb.engine = "Aria";
  EXPECT_EQ(canonical_table(model).mariadb.engine, "Aria");
}

TEST(MariadbCanonical, ObjectsOfTheOtherDatabaseAreLeftOut) {
  schema::Schema model;
  model.tables["here"] = table();
  model.tables["there"] = table();
  model.tables["there"].only = DialectKind::sqlite;
  model.views["v"].name = "v";
  model.views["v"].only = DialectKind::sqlite;
  const schema::Schema canonical = dialect::dialect(DialectKind::mariadb).canonical(model);
  EXPECT_EQ(canonical.tables.size(), 1U);
  EXPECT_TRUE(canonical.views.empty());
}

TEST(MariadbCanonical, GeneratedColumnsMayBeNull) {
  Table model = table();
  model.columns.push_back(column("g", "int"));
  model.columns.back().nullable = false;
  model.columns.back().generated.emplace();
  model.columns.back().generated->sql.any = "A+ 1";
  const Table canonical = canonical_table(model);
  EXPECT_TRUE(canonical.columns.back().nullable);
  EXPECT_EQ(canonical.columns.back().generated->sql.any, "a + 1");
}

}  // namespace
}  // namespace dbmig::dialect::mariadb
