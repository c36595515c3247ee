#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/dialect.hpp"
#include "ops/apply.hpp"

namespace dbmig {
namespace {

using ops::Operation;
using schema::Schema;
using Sql = std::vector<std::string>;

const dialect::Dialect& mariadb() {
  return dialect::dialect(DialectKind::mariadb);
}

schema::Column column(const std::string& name, const std::string& type, bool nullable = true) {
  schema::Column column;
  column.name = name;
  column.type = schema::parse_type(type);
  column.nullable = nullable;
  return column;
}

/// pais(id), usuario(id, pais_id → pais.id, nombre).
Schema example() {
  Schema schema;
  schema::Table& pais = schema.tables["pais"];
  pais.name = "pais";
  pais.columns = {column("id", "int", false)};
  pais.primary_key = schema::PrimaryKey{.name = "pk_pais_id", .columns = {"id"}, .on_conflict = {}};
  schema::Table& usuario = schema.tables["usuario"];
  usuario.name = "usuario";
  usuario.columns = {column("id", "int", false), column("pais_id", "int"),
                     column("nombre", "varchar(64)", false)};
  usuario.primary_key =
      schema::PrimaryKey{.name = "pk_usuario_id", .columns = {"id"}, .on_conflict = {}};
  schema::ForeignKey key;
  key.name = "fk_usuario_pais_id";
  key.columns = {"pais_id"};
  key.referenced_table = "pais";
  key.referenced_columns = {"id"};
  usuario.foreign_keys = {key};
  return schema;
}

Sql plan(const Schema& before, const std::vector<Operation>& operations) {
  Sql out;
  for (const auto& statement : mariadb().plan(before, operations, {})) out.push_back(statement.sql);
  return out;
}

schema::Index index(const std::string& name, const std::string& column) {
  schema::Index index;
  index.name = name;
  index.parts.emplace_back();
  index.parts.back().column = column;
  return index;
}

ops::AlterColumn alter(const std::string& table, const std::string& name) {
  ops::AlterColumn alter;
  alter.table = table;
  alter.name = name;
  return alter;
}

TEST(MariadbPlan, ATableIsOneStatement) {
  const Schema schema = example();
  EXPECT_EQ(
      plan({}, {ops::CreateTable{schema.table("pais")}, ops::CreateTable{schema.table("usuario")}}),
      (Sql{"CREATE TABLE `pais` (\n"
           "  `id` int NOT NULL,\n"
           "  PRIMARY KEY (`id`)\n"
           ")",
           "CREATE TABLE `usuario` (\n"
           "  `id` int NOT NULL,\n"
           "  `pais_id` int NULL DEFAULT NULL,\n"
           "  `nombre` varchar(64) NOT NULL,\n"
           "  PRIMARY KEY (`id`),\n"
           "  KEY `fk_usuario_pais_id` (`pais_id`),\n"
           "  CONSTRAINT `fk_usuario_pais_id` FOREIGN KEY (`pais_id`) REFERENCES `pais` (`id`)\n"
           ")"}));
}

TEST(MariadbPlan, WhatFollowsACreateTableIsPartOfIt) {
  const auto statements = mariadb().plan(
      {},
      std::vector<Operation>{ops::CreateTable{example().table("pais")},
                             ops::AddColumn{"pais", column("iso", "char(2)"), std::nullopt},
                             ops::CreateIndex{"pais", index("ix", "iso")}},
      {});
  ASSERT_EQ(statements.size(), 1U);
  EXPECT_EQ(statements[0].first_operation, 0U);
  EXPECT_EQ(statements[0].last_operation, 2U);
  EXPECT_NE(statements[0].sql.find("KEY `ix` (`iso`)"), std::string::npos);
}

TEST(MariadbPlan, ChangesOfOneTableAreOneAlter) {
  auto comment = alter("usuario", "nombre");
  comment.comment = "who";
  EXPECT_EQ(plan(example(), {ops::AddColumn{"usuario", column("edad", "tinyint unsigned"), {}},
                             comment, ops::CreateIndex{"usuario", index("ix_edad", "edad")}}),
            (Sql{"ALTER TABLE `usuario` MODIFY COLUMN `nombre` varchar(64) NOT NULL COMMENT 'who', "
                 "ADD COLUMN `edad` tinyint unsigned NULL DEFAULT NULL, ADD KEY `ix_edad` "
                 "(`edad`)"}));
}

TEST(MariadbPlan, AlteringSaysTheWholeColumn) {
  Schema before = example();
  schema::Column& nombre = *before.table("usuario").find_column("nombre");
  nombre.comment = "it's";
  nombre.default_value =
      schema::Default{.kind = schema::Default::Kind::string, .literal = "x", .sql = {}};
  auto change = alter("usuario", "nombre");
  change.type = schema::parse_type("varchar(100)");
  EXPECT_EQ(plan(before, {change}),
            (Sql{"ALTER TABLE `usuario` MODIFY COLUMN `nombre` varchar(100) NOT NULL DEFAULT 'x' "
                 "COMMENT 'it''s'"}));
}

TEST(MariadbPlan, AKeyThatOnlyGetsAnotherNameIsNotBuiltAnew) {
  Schema before = example();
  before.table("usuario").indexes.push_back(index("ix", "nombre"));
  before.table("usuario").uniques.push_back({"uq", {"nombre", "id"}, {}});
  EXPECT_EQ(plan(before, {ops::RenameIndex{"usuario", "ix", "Ix"},
                          ops::DropConstraint{"usuario", "uq", ops::ConstraintKind::unique},
                          ops::CreateUniqueConstraint{"usuario", {"uq_2", {"nombre", "id"}, {}}}}),
            (Sql{"ALTER TABLE `usuario` RENAME KEY `ix` TO `Ix`, RENAME KEY `uq` TO `uq_2`"}));
}

TEST(MariadbPlan, AChangeThatUndoesItselfIsNoStatement) {
  auto there = alter("usuario", "nombre");
  there.comment = "x";
  auto back = alter("usuario", "nombre");
  back.comment = "";
  EXPECT_TRUE(plan(example(), {there, back}).empty());
}

TEST(MariadbPlan, ADroppedForeignKeyTakesItsImpliedIndexAlong) {
  EXPECT_EQ(plan(example(), {ops::DropConstraint{"usuario", "fk_usuario_pais_id",
                                                 ops::ConstraintKind::foreign_key}}),
            (Sql{"ALTER TABLE `usuario` DROP FOREIGN KEY `fk_usuario_pais_id`, DROP KEY "
                 "`fk_usuario_pais_id`"}));
}

TEST(MariadbPlan, AnIndexThatServesTheForeignKeyReplacesTheImpliedOne) {
  EXPECT_EQ(plan(example(), {ops::CreateIndex{"usuario", index("ix", "pais_id")}}),
            (Sql{"ALTER TABLE `usuario` RENAME KEY `fk_usuario_pais_id` TO `ix`"}));
}

TEST(MariadbPlan, AForeignKeyComesBackUnderItsNameInAStatementOfItsOwn) {
  schema::ForeignKey key = example().table("usuario").foreign_keys[0];
  key.on_delete = schema::ReferentialAction::cascade;
  EXPECT_EQ(
      plan(example(), {ops::DropConstraint{"usuario", key.name, ops::ConstraintKind::foreign_key},
                       ops::CreateForeignKey{"usuario", key}}),
      (Sql{"ALTER TABLE `usuario` DROP FOREIGN KEY `fk_usuario_pais_id`",
           "ALTER TABLE `usuario` ADD CONSTRAINT `fk_usuario_pais_id` FOREIGN KEY (`pais_id`) "
           "REFERENCES `pais` (`id`) ON DELETE CASCADE"}));
}

TEST(MariadbPlan, TypesOnBothEndsOfAForeignKeyChangeWithoutIt) {
  auto parent = alter("pais", "id");
  parent.type = schema::parse_type("bigint");
  auto child = alter("usuario", "pais_id");
  child.type = schema::parse_type("bigint");
  const Sql expected = {
      "ALTER TABLE `usuario` DROP FOREIGN KEY `fk_usuario_pais_id`",
      "ALTER TABLE `pais` MODIFY COLUMN `id` bigint NOT NULL",
      "ALTER TABLE `usuario` MODIFY COLUMN `pais_id` bigint NULL DEFAULT NULL",
      "ALTER TABLE `usuario` ADD CONSTRAINT `fk_usuario_pais_id` FOREIGN KEY (`pais_id`) "
      "REFERENCES `pais` (`id`)"};
  EXPECT_EQ(plan(example(), {parent, child}), expected);
}

TEST(MariadbPlan, AForeignKeyColumnIsRenamedAlone) {
  auto rename = alter("usuario", "pais_id");
  rename.rename = "pais";
  rename.comment = "where";
  EXPECT_EQ(plan(example(), {rename}),
            (Sql{"ALTER TABLE `usuario` RENAME COLUMN `pais_id` TO `pais`",
                 "ALTER TABLE `usuario` MODIFY COLUMN `pais` int NULL DEFAULT NULL COMMENT "
                 "'where'"}));
}

TEST(MariadbPlan, AutoIncrementAndItsKeyComeTogether) {
  Schema before = example();
  before.table("pais").primary_key.reset();
  before.table("usuario").foreign_keys.clear();
  auto change = alter("pais", "id");
  change.autoincrement = true;
  EXPECT_EQ(
      plan(before, {ops::CreatePrimaryKey{"pais", *example().table("pais").primary_key}, change}),
      (Sql{"SET STATEMENT sql_mode=CONCAT(@@sql_mode,',NO_AUTO_VALUE_ON_ZERO') FOR ALTER TABLE "
           "`pais` MODIFY COLUMN `id` int NOT NULL AUTO_INCREMENT, ADD PRIMARY KEY (`id`)"}));
}

/// ALTER TABLE has no DATA DIRECTORY=DEFAULT, and ignores any other.
TEST(MariadbPlan, TheFilesOfATableStayWhereTheyAre) {
  Schema schema = example();
  schema.table("pais").mariadb.options["DATA DIRECTORY"] = "/a/";
  ops::AlterTable alter;
  alter.table = "pais";
  alter.mariadb = schema.table("pais").mariadb;
  alter.mariadb->row_format = "COMPACT";
  EXPECT_EQ(plan(schema, {alter}).size(), 1U);
  alter.mariadb->options["DATA DIRECTORY"] = "/b/";
  EXPECT_THROW(plan(schema, {alter}), Error);
  alter.mariadb->options.erase("DATA DIRECTORY");
  EXPECT_THROW(plan(schema, {alter}), Error);
}

TEST(MariadbPlan, OptionsGoBeforeTheirEngine) {
  Schema schema = example();
  schema.tables.erase("usuario");
  schema.table("pais").mariadb.engine = "Aria";
  schema.table("pais").mariadb.options["TRANSACTIONAL"] = "0";
  ops::AlterTable alter;
  alter.table = "pais";
  alter.mariadb.emplace().engine = "MyISAM";
  EXPECT_EQ(plan(schema, {alter}),
            (Sql{"ALTER TABLE `pais` TRANSACTIONAL=DEFAULT", "ALTER TABLE `pais` ENGINE=MyISAM",
                 "ALTER TABLE `pais` PAGE_CHECKSUM=DEFAULT"}));
}

TEST(MariadbPlan, SwappedNamesAreStatementsOfTheirOwn) {
  Schema before = example();
  before.table("usuario").columns.push_back(column("apodo", "varchar(20)"));
  auto one = alter("usuario", "nombre");
  one.rename = "tmp";
  auto two = alter("usuario", "apodo");
  two.rename = "nombre";
  auto three = alter("usuario", "tmp");
  three.rename = "apodo";
  EXPECT_EQ(plan(before, {one, two, three}),
            (Sql{"ALTER TABLE `usuario` RENAME COLUMN `nombre` TO `tmp`",
                 "ALTER TABLE `usuario` RENAME COLUMN `apodo` TO `nombre`",
                 "ALTER TABLE `usuario` RENAME COLUMN `tmp` TO `apodo`"}));
}

TEST(MariadbPlan, ATableIsDroppedByItself) {
  EXPECT_EQ(plan(example(), {ops::DropTable{"usuario"}, ops::DropTable{"pais"}}),
            (Sql{"DROP TABLE `usuario`", "DROP TABLE `pais`"}));
}

TEST(MariadbPlan, TablesOfTheOtherDatabaseGiveNoStatements) {
  schema::Table there = example().table("pais");
  there.name = "there";
  there.only = DialectKind::sqlite;
  EXPECT_TRUE(
      plan({}, {ops::CreateTable{there}, ops::AddColumn{"there", column("x", "int"), std::nullopt},
                ops::RenameTable{"there", "elsewhere"}, ops::DropTable{"elsewhere"}})
          .empty());
}

TEST(MariadbPlan, PlainSqlIsSplitAndSaysWhetherItIsData) {
  ops::Execute execute;
  execute.sql.any = "UPDATE usuario SET nombre = ':x'; ALTER TABLE usuario COMMENT 'x';";
  const auto statements = mariadb().plan(example(), std::vector<Operation>{execute}, {});
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_TRUE(statements[0].is_data);
  EXPECT_FALSE(statements[1].is_data);
}

TEST(MariadbPlan, RowsGoInAndOutExactly) {
  const ops::BulkInsert insert{"usuario", {"id", "nombre"}, {{"1", "it's"}, {"2", std::nullopt}}};
  EXPECT_EQ(plan(example(), {insert}),
            (Sql{"INSERT INTO `usuario` (`id`, `nombre`) VALUES ('1', 'it''s'), ('2', NULL)"}));
  const ops::BulkDelete remove{"usuario", {"id", "nombre"}, {{"1", "A"}}};
  EXPECT_EQ(plan(example(), {remove}),
            (Sql{"DELETE FROM `usuario` WHERE (`id` <=> '1' AND CONVERT(`nombre` USING utf8mb4) "
                 "COLLATE utf8mb4_bin <=> 'A')"}));
}

TEST(MariadbPlan, NamesAreQuotedInOnePlace) {
  EXPECT_EQ(mariadb().quote_identifier("a`b"), "`a``b`");
  EXPECT_THROW(mariadb().quote_identifier(std::string_view("a\0b", 3)), Error);
  EXPECT_EQ(mariadb().quote_string("it's\n\\"), "'it''s\\n\\\\'");
}

}  // namespace
}  // namespace dbmig
