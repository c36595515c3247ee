#include "ops/apply.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/ops/support.hpp"

namespace dbmig::ops {
namespace {

using schema::Schema;
using testing::HasSubstr;

/// The message of the Error that `operation` gives on `schema`; empty when it gives none.
std::string refusal(const Schema& schema, const Operation& operation) {
  try {
    ops::apply(schema, operation);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::invalid);
    return error.what();
  }
  return {};
}

AlterColumn rename(std::string table, std::string name, std::string to) {
  AlterColumn change;
  change.table = std::move(table);
  change.name = std::move(name);
  change.rename = std::move(to);
  return change;
}

TEST(Apply, LeavesItsArgumentAlone) {
  const Schema schema = sample();
  const Schema copy = schema;
  ops::apply(schema, AddColumn{"pais", column("iso", "char(2)"), {}});
  EXPECT_EQ(schema, copy);
}

TEST(Apply, TablesAndViewsShareTheirNames) {
  EXPECT_THAT(refusal(sample(), CreateTable{table("ricos", {column("a")})}),
              HasSubstr("there is a view 'ricos' already"));
  EXPECT_THAT(refusal(sample(), CreateView{{"pais", sql("SELECT 1"), {}, {}}}),
              HasSubstr("there is a table 'pais' already"));
  EXPECT_THAT(refusal(sample(), RenameTable{"pais", "usuario"}),
              HasSubstr("there is a table 'usuario' already"));
}

TEST(Apply, ATableThatOthersReferToCannotBeDropped) {
  EXPECT_THAT(
      refusal(sample(), DropTable{"pais"}),
      HasSubstr("cannot drop table 'pais': foreign key 'fk_usuario_pais' of table 'usuario' "
                "refers to it; drop the foreign key first"));
}

TEST(Apply, ATableThatRefersToItselfCanBeDropped) {
  Schema schema;
  schema::Table node = table("node", {column("id"), column("parent")});
  node.primary_key = schema::PrimaryKey{"pk", {"id"}, {}};
  node.foreign_keys.push_back({"fk", {"parent"}, "node", {"id"}, {}, {}, false});
  schema = ops::apply(schema, CreateTable{node});
  EXPECT_TRUE(ops::apply(schema, DropTable{"node"}).tables.empty());
}

TEST(Apply, TriggersGoWithTheirTable) {
  EXPECT_TRUE(ops::apply(sample(), DropTable{"usuario"}).triggers.empty());
}

TEST(Apply, AMissingTableOrColumnIsNamedWithASuggestion) {
  EXPECT_THAT(refusal(sample(), DropTable{"usuarios"}),
              HasSubstr("there is no table 'usuarios' at this point; did you mean 'usuario'?"));
  EXPECT_THAT(refusal(sample(), DropColumn{"usuario", "corre"}),
              HasSubstr("table 'usuario' has no column 'corre' at this point; did you mean "
                        "'correo'?"));
  EXPECT_THAT(
      refusal(sample(), DropIndex{"usuario", "ix_usuario_sald"}),
      HasSubstr("table 'usuario' has no index 'ix_usuario_sald' at this point; did you mean "
                "'ix_usuario_saldo'?"));
}

TEST(Apply, AColumnInUseCannotBeDropped) {
  EXPECT_THAT(refusal(sample(), DropColumn{"usuario", "id"}),
              HasSubstr("cannot drop column 'usuario.id': the primary key uses it"));
  EXPECT_THAT(refusal(sample(), DropColumn{"usuario", "correo"}),
              HasSubstr("unique constraint 'uq_usuario_correo' uses it"));
  EXPECT_THAT(refusal(sample(), DropColumn{"usuario", "pais_id"}),
              HasSubstr("foreign key 'fk_usuario_pais' of table 'usuario' uses it"));
  Schema schema = sample();
  EXPECT_THAT(refusal(schema, DropColumn{"usuario", "saldo"}),
              HasSubstr("index 'ix_usuario_saldo'"));
  schema = ops::apply(schema, DropIndex{"usuario", "ix_usuario_saldo"});
  EXPECT_THAT(refusal(schema, DropColumn{"usuario", "saldo"}),
              HasSubstr("check 'ck_usuario_saldo'"));
  schema = ops::apply(schema, DropConstraint{"usuario", "ck_usuario_saldo", ConstraintKind::check});
  EXPECT_THAT(refusal(schema, DropColumn{"usuario", "saldo"}),
              HasSubstr("generated column 'doble'"));
  schema = ops::apply(schema, DropColumn{"usuario", "doble"});
  schema = ops::apply(schema, DropColumn{"usuario", "saldo"});
  EXPECT_EQ(schema.table("usuario").find_column("saldo"), nullptr);
}

TEST(Apply, AColumnThatAnotherTableRefersToCannotBeDropped) {
  Schema schema = ops::apply(sample(), DropConstraint{"pais", "", ConstraintKind::primary_key});
  EXPECT_THAT(refusal(schema, DropColumn{"pais", "id"}),
              HasSubstr("foreign key 'fk_usuario_pais' of table 'usuario' uses it"));
}

TEST(Apply, AFunctionOfAColumnsNameIsNoUseOfIt) {
  Schema schema;
  schema = ops::apply(schema, CreateTable{table("t", {column("a"), column("date", "date")})});
  schema = ops::apply(schema, CreateCheckConstraint{"t", {"ck", sql("date(a) > '2000-01-01'")}});
  EXPECT_EQ(refusal(schema, DropColumn{"t", "date"}), "");
}

TEST(Apply, TheLastColumnStays) {
  Schema schema = ops::apply({}, CreateTable{table("t", {column("a")})});
  EXPECT_THAT(refusal(schema, DropColumn{"t", "a"}), HasSubstr("the table has no other"));
  EXPECT_THAT(refusal({}, CreateTable{table("t", {})}), HasSubstr("has no columns"));
}

TEST(Apply, ColumnNamesAreTakenWithoutCase) {
  EXPECT_THAT(refusal(sample(), AddColumn{"pais", column("NOMBRE"), {}}),
              HasSubstr("table 'pais' has a column 'nombre' already"));
  EXPECT_THAT(refusal(sample(), rename("pais", "id", "Nombre")), HasSubstr("already"));
  // But a column may change the case of its own name.
  EXPECT_EQ(ops::apply(sample(), rename("pais", "nombre", "Nombre")).table("pais").columns[1].name,
            "Nombre");
}

TEST(Apply, ColumnsGoWhereTheirPositionSays) {
  const auto names = [](const Operation& operation) {
    return ops::apply(sample(), operation).table("pais").column_names();
  };
  using Names = std::vector<std::string>;
  EXPECT_EQ(names(AddColumn{"pais", column("x"), {}}), (Names{"id", "nombre", "x"}));
  EXPECT_EQ(names(AddColumn{"pais", column("x"), Position{}}), (Names{"x", "id", "nombre"}));
  EXPECT_EQ(names(AddColumn{"pais", column("x"), Position{"id"}}), (Names{"id", "x", "nombre"}));
  AlterColumn move;
  move.table = "pais";
  move.name = "nombre";
  move.position = Position{};
  EXPECT_EQ(names(move), (Names{"nombre", "id"}));
  move.position = Position{"nombre"};
  EXPECT_THAT(refusal(sample(), move), HasSubstr("cannot be placed after itself"));
  EXPECT_THAT(refusal(sample(), AddColumn{"pais", column("x"), Position{"y"}}),
              HasSubstr("no column 'y'"));
}

TEST(Apply, KeysMustFit) {
  EXPECT_THAT(refusal(sample(), CreatePrimaryKey{"pais", {"pk", {"id"}, {}}}),
              HasSubstr("table 'pais' has a primary key already (id)"));
  EXPECT_THAT(refusal(sample(), CreateUniqueConstraint{"pais", {"uq", {"nada"}, {}}}),
              HasSubstr("unique constraint 'uq' uses column 'nada', which table 'pais' does not "
                        "have"));
  EXPECT_THAT(refusal(sample(), CreateUniqueConstraint{"pais", {"", {"id"}, {}}}),
              HasSubstr("has no name"));
  EXPECT_THAT(refusal(sample(), CreateUniqueConstraint{"pais", {"uq_pais_nombre", {"id"}, {}}}),
              HasSubstr("has a unique constraint 'uq_pais_nombre' already"));
  schema::ForeignKey key{"fk", {"id"}, "nadie", {"id"}, {}, {}, false};
  EXPECT_THAT(refusal(sample(), CreateForeignKey{"pais", key}),
              HasSubstr("refers to table 'nadie', which does not exist"));
  key.referenced_table = "usuario";
  key.referenced_columns = {"id", "correo"};
  EXPECT_THAT(refusal(sample(), CreateForeignKey{"pais", key}),
              HasSubstr("has 1 column but refers to 2 columns"));
  EXPECT_THAT(refusal(sample(), DropConstraint{"pais", "pk", ConstraintKind::primary_key}),
              HasSubstr("is called 'pk_pais', not 'pk'"));
}

TEST(Apply, ATriggerNeedsItsTable) {
  EXPECT_THAT(refusal(sample(), CreateTrigger{{"t", "nada", sql("AFTER …"), {}}}),
              HasSubstr("there is no table 'nada'"));
  // INSTEAD OF triggers hang on views, and go with them.
  Schema schema = ops::apply(
      sample(), CreateTrigger{{"t", "ricos", sql("INSTEAD OF DELETE ON ricos BEGIN END"), {}}});
  EXPECT_EQ(ops::apply(schema, DropView{"ricos"}).triggers.count("t"), 0U);
}

TEST(Apply, RenamingATableRenamesItEverywhere) {
  const Schema schema = ops::apply(sample(), RenameTable{"usuario", "persona"});
  EXPECT_EQ(schema.tables.count("usuario"), 0U);
  EXPECT_EQ(schema.views.at("ricos").sql.any, "SELECT correo FROM persona WHERE saldo > 1000");
  EXPECT_EQ(schema.triggers.at("tr_usuario").table, "persona");
  EXPECT_EQ(schema.triggers.at("tr_usuario").sql.any,
            "AFTER UPDATE OF saldo ON persona BEGIN UPDATE pais SET nombre = NEW.correo; END");
  EXPECT_EQ(ops::apply(sample(), RenameTable{"pais", "land"})
                .table("usuario")
                .foreign_keys.front()
                .referenced_table,
            "land");
}

TEST(Apply, RenamingAColumnRenamesItEverywhere) {
  Schema schema = ops::apply(sample(), rename("usuario", "saldo", "monto"));
  const schema::Table& usuario = schema.table("usuario");
  EXPECT_EQ(usuario.column("doble").generated->sql.any, "monto * 2");
  EXPECT_EQ(usuario.indexes.front().parts.front().column, "monto");
  EXPECT_EQ(usuario.indexes.front().where.any, "monto > 0");
  EXPECT_EQ(usuario.checks.front().sql.any, "monto >= 0");
  EXPECT_EQ(schema.views.at("ricos").sql.any, "SELECT correo FROM usuario WHERE monto > 1000");
  EXPECT_EQ(schema.triggers.at("tr_usuario").sql.any,
            "AFTER UPDATE OF monto ON usuario BEGIN UPDATE pais SET nombre = NEW.correo; END");
  schema = ops::apply(sample(), rename("pais", "id", "codigo"));
  EXPECT_EQ(schema.table("usuario").foreign_keys.front().referenced_columns,
            (std::vector<std::string>{"codigo"}));
  EXPECT_EQ(schema.table("pais").primary_key->columns, (std::vector<std::string>{"codigo"}));
}

TEST(Apply, AColumnOfTheSameNameInAnotherTableStays) {
  // The view reads both tables, and both have `id`: only what is qualified is certain.
  Schema schema = sample();
  schema.views["ambos"] = {
      "ambos",
      sql("SELECT id, u.id, pais.id FROM usuario u JOIN pais ON pais.id = u.pais_id"),
      {},
      {}};
  schema = ops::apply(schema, rename("usuario", "id", "clave"));
  EXPECT_EQ(schema.views.at("ambos").sql.any,
            "SELECT id, u.clave, pais.id FROM usuario u JOIN pais ON pais.id = u.pais_id");
}

TEST(Apply, PlainSqlChangesWhatItDeclares) {
  Execute execute{sql("ALTER TABLE pais ADD iso char(2)"),
                  {AddColumn{"pais", column("iso", "char(2)"), {}}}};
  EXPECT_NE(ops::apply(sample(), execute).table("pais").find_column("iso"), nullptr);
  EXPECT_EQ(ops::apply(sample(), Execute{sql("DELETE FROM pais"), {}}), sample());
}

TEST(Apply, RowsMustFitTheirTable) {
  EXPECT_THAT(
      refusal(sample(), BulkInsert{"pais", {"id", "nombre"}, {{"1", "Chile"}, {"2"}}}),
      HasSubstr("row 2 of bulk_insert for table 'pais' has 1 value, but there are 2 columns"));
  EXPECT_THAT(refusal(sample(), BulkInsert{"pais", {"idd"}, {}}), HasSubstr("did you mean 'id'?"));
}

TEST(Apply, AnAlteredTableKeepsWhatIsNotSaid) {
  Schema schema = sample();
  schema.table("pais").comment = "Countries";
  AlterTable alter;
  alter.table = "pais";
  alter.mariadb = schema::MariadbTable{"Aria", {}, {}, {}, {}};
  schema = ops::apply(schema, alter);
  EXPECT_EQ(schema.table("pais").comment, "Countries");
  EXPECT_EQ(schema.table("pais").mariadb.engine, "Aria");
}

TEST(AlterColumn, SaysOnlyWhatDiffers) {
  schema::Column from = column("a", "varchar(10)");
  schema::Column to = from;
  EXPECT_TRUE(is_empty(changes_between("t", from, to)));
  to.nullable = false;
  to.default_value = schema::Default{schema::Default::Kind::string, "x", {}};
  to.name = "b";
  const AlterColumn change = changes_between("t", from, to);
  EXPECT_FALSE(change.type.has_value());
  EXPECT_EQ(change.rename, "b");
  EXPECT_EQ(changed(from, change), to);
  EXPECT_EQ(changed(to, changes_between("t", to, from)), from);
}

}  // namespace
}  // namespace dbmig::ops
