#include "diff/diff.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/error.hpp"
#include "ops/apply.hpp"
#include "unit/ops/support.hpp"

namespace dbmig::diff {
namespace {

using ops::column;
using ops::sample;
using ops::sql;
using ops::table;
using schema::Schema;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// What the operations are, a line each, and that they do it.
std::vector<std::string> steps(const Schema& from, const Schema& to,
                               const schema::RenameHints& hints = {}) {
  const Difference difference = diff(from, to, hints);
  EXPECT_EQ(schema::sorted(ops::apply(from, difference.operations)), schema::sorted(to));
  std::vector<std::string> lines;
  for (const ops::Operation& operation : difference.operations) {
    lines.push_back(ops::describe(operation));
  }
  return lines;
}

Schema with(std::vector<schema::Table> tables) {
  Schema schema;
  for (schema::Table& one : tables) schema.tables[one.name] = one;
  return schema;
}

schema::ForeignKey foreign_key(std::string name, std::string from, std::string to,
                               std::string to_column = "id") {
  return {std::move(name), {std::move(from)}, std::move(to), {std::move(to_column)}, {}, {}, false};
}

schema::Index index(std::string name, std::string on) {
  schema::Index made;
  made.name = std::move(name);
  made.parts.push_back({std::move(on), {}, false, 0, {}});
  return made;
}

schema::Table keyed(std::string name, std::vector<schema::Column> columns) {
  schema::Table made = table(std::move(name), std::move(columns));
  made.columns.front().nullable = false;
  made.primary_key = schema::PrimaryKey{"pk_" + made.name, {made.columns.front().name}, {}};
  return made;
}

TEST(Diff, TablesAreCreatedParentsFirstAndDroppedChildrenFirst) {
  schema::Table child = keyed("a_child", {column("id"), column("p")});
  child.foreign_keys = {foreign_key("fk", "p", "z_parent")};
  const Schema both = with({child, keyed("z_parent", {column("id")})});
  EXPECT_THAT(steps({}, both), ElementsAre("create table 'z_parent'", "create table 'a_child'"));
  EXPECT_THAT(steps(both, {}), ElementsAre("drop table 'a_child'", "drop table 'z_parent'"));
}

TEST(Diff, ForeignKeysOfACycleComeAfterItsTablesAndGoBefore) {
  schema::Table a = keyed("a", {column("id"), column("b_id")});
  a.foreign_keys = {foreign_key("fk_a", "b_id", "b")};
  schema::Table b = keyed("b", {column("id"), column("a_id")});
  b.foreign_keys = {foreign_key("fk_b", "a_id", "a")};
  const Schema both = with({a, b});
  EXPECT_THAT(steps({}, both), ElementsAre("create table 'a'", "create table 'b'",
                                           "create foreign key 'fk_a' on 'a'"));
  EXPECT_THAT(steps(both, {}),
              ElementsAre("drop foreign key 'fk_b' of 'b'", "drop table 'a'", "drop table 'b'"));
}

TEST(Diff, AForeignKeyToATableThatGoesIsDroppedBefore) {
  Schema to = sample();
  to.tables.erase("pais");
  to.triggers.clear();
  to.table("usuario").foreign_keys.clear();
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop trigger 'tr_usuario'",
                          "drop foreign key 'fk_usuario_pais' of 'usuario'", "drop table 'pais'"));
}

TEST(Diff, AColumnAndItsForeignKeyToANewTableAreOneRun) {
  const Schema from = with({keyed("usuario", {column("id")})});
  schema::Table usuario = keyed("usuario", {column("id"), column("zona_id")});
  usuario.foreign_keys = {foreign_key("fk", "zona_id", "zona")};
  const Schema to = with({usuario, keyed("zona", {column("id")})});
  EXPECT_THAT(steps(from, to), ElementsAre("create table 'zona'", "add column 'usuario.zona_id'",
                                           "create foreign key 'fk' on 'usuario'"));
  EXPECT_THAT(steps(to, from), ElementsAre("drop foreign key 'fk' of 'usuario'",
                                           "drop table 'zona'", "drop column 'usuario.zona_id'"));
}

TEST(Diff, ForeignKeysAreTakenOffWhileEitherSideChangesItsType) {
  Schema to = sample();
  to.table("pais").columns[0].type = schema::parse_type("bigint");
  to.table("usuario").column("pais_id");
  to.table("usuario").find_column("pais_id")->type = schema::parse_type("bigint");
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop foreign key 'fk_usuario_pais' of 'usuario'",
                          "alter column 'pais.id' (type bigint)",
                          "alter column 'usuario.pais_id' (type bigint)",
                          "create foreign key 'fk_usuario_pais' on 'usuario'"));
  EXPECT_THAT(
      diff(sample(), to).detected,
      ElementsAre("Detected type change from integer to bigint on column 'pais.id'",
                  "Detected type change from integer to bigint on column 'usuario.pais_id'"));
}

TEST(Diff, ForeignKeysAreTakenOffWhileTheKeyTheyNeedChanges) {
  Schema from = sample();
  from.table("usuario").indexes.push_back(index("ix_pais", "pais_id"));
  Schema to = sample();
  // At the child: the only index that serves it goes.
  EXPECT_THAT(steps(from, to), ElementsAre("drop foreign key 'fk_usuario_pais' of 'usuario'",
                                           "drop index 'ix_pais' of 'usuario'",
                                           "create foreign key 'fk_usuario_pais' on 'usuario'"));
  // Another one that serves it as well stays.
  Schema two = from;
  two.table("usuario").indexes.push_back(index("ix_pais_2", "pais_id"));
  EXPECT_THAT(steps(two, from), ElementsAre("drop index 'ix_pais_2' of 'usuario'"));
  // At the parent: the primary key changes.
  to.table("pais").primary_key->columns = {"id", "nombre"};
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop foreign key 'fk_usuario_pais' of 'usuario'",
                          "drop primary key 'pk_pais' of 'pais'",
                          "create primary key (id, nombre) of 'pais'",
                          "create foreign key 'fk_usuario_pais' on 'usuario'"));
}

TEST(Diff, AChangedPrimaryKeyAndItsAutoincrementStandTogether) {
  schema::Table from = keyed("t", {column("id"), column("n")});
  from.columns[0].autoincrement = true;
  schema::Table to = from;
  to.columns[0].autoincrement = false;
  to.columns[1].autoincrement = true;
  to.columns[1].nullable = false;
  to.primary_key->columns = {"n"};
  EXPECT_THAT(
      steps(with({from}), with({to})),
      ElementsAre("drop primary key 'pk_t' of 't'", "alter column 't.id' (no autoincrement)",
                  "alter column 't.n' (NOT NULL, autoincrement)", "create primary key (n) of 't'"));
}

TEST(Diff, AutoincrementStaysWithItsKeyWhenANameIsUsedAgain) {
  // MariaDB takes the first two in one ALTER TABLE and the rest in another: error 1075 if the key
  // were gone in the first.
  schema::Table from = keyed("t", {column("id"), column("a")});
  from.columns[0].autoincrement = true;
  schema::Table to = keyed("t", {column("nr"), column("b"), column("a", "text")});
  to.columns[0].autoincrement = true;
  schema::RenameHints hints;
  hints.columns[{"t", "b"}] = "a";
  EXPECT_THAT(steps(with({from}), with({to}), hints),
              ElementsAre("alter column 't.a' (rename to 'b')", "add column 't.a'",
                          "drop primary key 'pk_t' of 't'", "add column 't.nr'",
                          "drop column 't.id'", "create primary key (nr) of 't'"));
}

TEST(Diff, ColumnsMoveAsLittleAsCanBe) {
  const auto of = [](std::vector<std::string> names) {
    schema::Table made = table("t", {});
    for (std::string& name : names) made.columns.push_back(column(std::move(name)));
    return with({made});
  };
  EXPECT_THAT(steps(of({"a", "b", "c", "d"}), of({"d", "a", "b", "c"})),
              ElementsAre("alter column 't.d' (first)"));
  EXPECT_THAT(steps(of({"a", "b", "c", "d"}), of({"b", "c", "d", "a"})),
              ElementsAre("alter column 't.a' (after 'd')"));
  EXPECT_THAT(steps(of({"a", "b"}), of({"a", "x", "b", "y"})),
              ElementsAre("add column 't.x'", "add column 't.y'"));
  // What is added at the end, or behind a column that goes, needs no position.
  const Difference difference = diff(of({"a", "b"}), of({"a", "x", "y"}));
  ASSERT_EQ(difference.operations.size(), 3U);
  EXPECT_FALSE(std::get<ops::AddColumn>(difference.operations[0]).position.has_value());
  EXPECT_FALSE(std::get<ops::AddColumn>(difference.operations[1]).position.has_value());
  EXPECT_EQ(std::get<ops::AddColumn>(diff(of({"a", "b"}), of({"x", "a", "b"})).operations.front())
                .position,
            ops::Position{});
  EXPECT_THAT(diff(of({"a", "b"}), of({"b", "a"})).detected,
              ElementsAre("Detected changed order of columns on table 't'"));
}

TEST(Diff, ATableMayChangeAllItsColumns) {
  EXPECT_THAT(
      steps(with({table("t", {column("a"), column("b")})}), with({table("t", {column("c")})})),
      ElementsAre("add column 't.c'", "drop column 't.b'", "drop column 't.a'"));
}

TEST(Diff, RenamesKeepTheirOtherChangesTogether) {
  Schema to = sample();
  to.views.clear();
  Schema from = to;
  to = ops::apply(to, ops::RenameTable{"usuario", "persona"});
  ops::AlterColumn rename;
  rename.table = "persona";
  rename.name = "correo";
  rename.rename = "email";
  rename.type = schema::parse_type("varchar(200)");
  to = ops::apply(to, rename);
  schema::RenameHints hints;
  hints.tables["persona"] = "usuario";
  hints.columns[{"persona", "email"}] = "correo";
  EXPECT_THAT(steps(from, to, hints),
              ElementsAre("drop trigger 'tr_usuario'", "rename table 'usuario' to 'persona'",
                          "alter column 'persona.correo' (rename to 'email', type varchar(200))",
                          "create trigger 'tr_usuario'" + std::string(" on 'persona'")));
  EXPECT_THAT(diff(from, to, hints).detected,
              ElementsAre("Detected renamed table 'usuario' to 'persona'",
                          "Detected renamed column 'persona.correo' to 'persona.email'",
                          "Detected type change from varchar(120) to varchar(200) on column "
                          "'persona.email'"));
  // Once it is done, the hints are spent.
  EXPECT_THAT(steps(to, to, hints), IsEmpty());
  EXPECT_NO_THROW(require_consent(diff(from, to, hints), from));
}

TEST(Diff, AHintedRenameAndADropOfTheNewNameDoNotMix) {
  // The new name is there already: the hint is spent, and the old column goes.
  const Schema from = with({table("t", {column("a"), column("b")})});
  const Schema to = with({table("t", {column("b")})});
  schema::RenameHints hints;
  hints.columns[{"t", "b"}] = "a";
  EXPECT_THAT(steps(from, to, hints), ElementsAre("drop column 't.a'"));
}

TEST(Diff, RenamesInAChain) {
  const Schema from = with({table("t", {column("a"), column("b", "text")}),
                            table("u", {column("x")}), table("v", {column("y", "text")})});
  const Schema to = with({table("t", {column("b"), column("c", "text")}), table("v", {column("x")}),
                          table("w", {column("y", "text")})});
  schema::RenameHints hints;
  hints.columns[{"t", "b"}] = "a";
  hints.columns[{"t", "c"}] = "b";
  hints.tables["v"] = "u";
  hints.tables["w"] = "v";
  EXPECT_THAT(
      steps(from, to, hints),
      ElementsAre("rename table 'v' to 'w'", "rename table 'u' to 'v'",
                  "alter column 't.b' (rename to 'c')", "alter column 't.a' (rename to 'b')"));
  EXPECT_THAT(steps(to, to, hints), IsEmpty());
}

TEST(Diff, NamesThatAreHandedRoundGoByWayOfAThird) {
  const auto swapped = [](const std::string& a, const std::string& b) {
    return with({table("t", {column("x"), column("a", a), column("b", b)})});
  };
  schema::RenameHints hints;
  hints.columns[{"t", "a"}] = "b";
  hints.columns[{"t", "b"}] = "a";
  const auto by_way = ElementsAre(
      "alter column 't.b' (rename to 'tmp_rename')", "alter column 't.a' (rename to 'b')",
      "alter column 't.tmp_rename' (rename to 'a')", "alter column 't.b' (after 'a')");
  EXPECT_THAT(steps(swapped("integer", "text"), swapped("text", "integer"), hints), by_way);
  EXPECT_THAT(diff(swapped("integer", "text"), swapped("text", "integer"), hints).detected,
              ElementsAre("Detected renamed column 't.b' to 't.a'",
                          "Detected renamed column 't.a' to 't.b'",
                          "Detected changed order of columns on table 't'"));
  // The types tell that it is done, whatever else changes.
  Schema more = swapped("text", "integer");
  more.tables["t"].columns.push_back(column("c"));
  EXPECT_THAT(steps(swapped("text", "integer"), more, hints), ElementsAre("add column 't.c'"));
  more.tables["t"].columns[2].type = schema::parse_type("bigint");
  EXPECT_THAT(steps(swapped("text", "integer"), more, hints),
              ElementsAre("alter column 't.b' (type bigint)", "add column 't.c'"));
}

TEST(Diff, WhatARevisionHandedRoundIsNotHandedRoundAgain) {
  const Schema from = with({table("t", {column("a"), column("b")})});
  const Schema to = with({table("t", {column("b"), column("a"), column("c")})});
  schema::RenameHints hints;
  hints.columns[{"t", "a"}] = "b";
  hints.columns[{"t", "b"}] = "a";
  EXPECT_THAT(steps(from, to, hints),
              ElementsAre("alter column 't.a' (rename to 'tmp_rename')",
                          "alter column 't.b' (rename to 'a')",
                          "alter column 't.tmp_rename' (rename to 'b')", "add column 't.c'"));
  hints.done_columns = {{"t", "a"}, {"t", "b"}};
  EXPECT_THAT(steps(from, to, hints),
              ElementsAre("add column 't.c'", "alter column 't.a' (after 'b')"));
}

TEST(Diff, ANameThatChangesItsCaseIsARename) {
  // SQLite renames a table to its own name in another case only by way of a third name.
  EXPECT_THAT(
      steps(with({table("Usuario", {column("Id")})}), with({table("usuario", {column("id")})})),
      ElementsAre("rename table 'Usuario' to 'tmp_rename'",
                  "rename table 'tmp_rename' to 'usuario'",
                  "alter column 'usuario.Id' (rename to 'id')"));
}

TEST(Diff, ViewsStayWhileTheTablesTheyReadGrow) {
  Schema from = sample();
  from.views["ricos_2"] = {"ricos_2", sql("SELECT correo FROM ricos"), {}, {}};
  from.views["paises"] = {"paises", sql("SELECT id FROM pais"), {}, {}};
  Schema to = from;
  to.table("usuario").columns.push_back(column("alta", "date"));
  EXPECT_THAT(steps(from, to), ElementsAre("add column 'usuario.alta'"));
  // Keys do not concern them.
  to = from;
  to.table("usuario").indexes.clear();
  EXPECT_THAT(steps(from, to), ElementsAre("drop index 'ix_usuario_saldo' of 'usuario'"));
}

TEST(Diff, WhatMovesToANewTableIsThereUntilThatIs) {
  schema::ForeignKey key;
  key.name = "fk_direccion";
  key.columns = {"usuario_id"};
  key.referenced_table = "usuario";
  key.referenced_columns = {"id"};
  Schema from = sample();
  from.table("usuario").columns.push_back(column("calle", "text"));
  Schema to = sample();
  schema::Table address = table("direccion", {column("usuario_id"), column("calle", "text")});
  address.foreign_keys = {key};
  to.tables["direccion"] = address;
  EXPECT_THAT(steps(from, to),
              ElementsAre("create table 'direccion'", "drop column 'usuario.calle'"));
  // Where the table needs a key that has yet to come.
  key.referenced_columns = {"codigo"};
  to.tables["direccion"].foreign_keys = {key};
  to.table("usuario").columns.push_back(column("codigo"));
  to.table("usuario").uniques.push_back({"uq_codigo", {"codigo"}, {}});
  EXPECT_THAT(steps(from, to),
              ElementsAre("add column 'usuario.codigo'",
                          "create unique constraint 'uq_codigo' on 'usuario'",
                          "create table 'direccion'", "drop column 'usuario.calle'"));
  // The other way round, and into a table that is there.
  key.name = "fk_usuario_direccion";
  key.columns = {"direccion_id"};
  key.referenced_table = "direccion";
  key.referenced_columns = {"id"};
  to = sample();
  to.tables["direccion"] = table("direccion", {column("id"), column("calle", "text")});
  to.table("usuario").columns.push_back(column("direccion_id"));
  to.table("usuario").foreign_keys.push_back(key);
  EXPECT_THAT(steps(from, to),
              ElementsAre("create table 'direccion'", "add column 'usuario.direccion_id'",
                          "drop column 'usuario.calle'",
                          "create foreign key 'fk_usuario_direccion' on 'usuario'"));
  to = sample();
  to.table("pais").columns.push_back(column("calle", "text"));
  EXPECT_THAT(steps(from, to),
              ElementsAre("add column 'pais.calle'", "drop column 'usuario.calle'"));
}

TEST(Diff, ATableGoesWhenThereIsOneThatCouldTakeItsRows) {
  const Schema from = with({table("viejo", {column("a"), column("b")})});
  const Schema to = with({table("nuevo", {column("a"), column("c")})});
  EXPECT_THAT(steps(from, to), ElementsAre("create table 'nuevo'", "drop table 'viejo'"));
  // Not when a name is in the way.
  Schema indexed = from;
  schema::Index index;
  index.name = "ix";
  index.parts.emplace_back().column = "a";
  indexed.table("viejo").indexes.push_back(index);
  Schema wanted = to;
  wanted.table("nuevo").indexes.push_back(index);
  EXPECT_THAT(steps(indexed, wanted), ElementsAre("drop table 'viejo'", "create table 'nuevo'"));
}

TEST(Diff, ConsentIsAskedByTheDatabasesOfTheProject) {
  const std::vector<DialectKind> sqlite = {DialectKind::sqlite};
  const std::vector<DialectKind> both = {DialectKind::sqlite, DialectKind::mariadb};
  struct Change {
    const char* from;
    const char* to;
    bool loses_on_sqlite;
  };
  // SQLite holds to affinities alone.
  for (const Change& change : std::vector<Change>{{"text", "varchar(10)", false},
                                                  {"varchar(20)", "char(5)", false},
                                                  {"integer", "bigint unsigned", false},
                                                  {"bigint", "tinyint", false},
                                                  {"double", "float", false},
                                                  {"decimal(10,4)", "decimal(6,2)", false},
                                                  {"blob", "varbinary(4)", false},
                                                  {"text", "integer", true},
                                                  {"double", "integer", true},
                                                  {"text", "blob", false},
                                                  {"blob", "text", true},
                                                  {"datetime", "date", true},
                                                  {"varchar(5)", "enum('a')", true}}) {
    const Schema from = with({table("t", {column("a", change.from)})});
    const Schema to = with({table("t", {column("a", change.to)})});
    const Difference difference = diff(from, to);
    const auto asks = [&](const std::vector<DialectKind>& dialects) {
      try {
        require_consent(difference, from, dialects);
        return false;
      } catch (const Error& error) {
        return error.code() == ErrorCode::refused;
      }
    };
    if (std::string(change.to) != "blob") {
      EXPECT_TRUE(asks(both)) << change.from << " " << change.to;
      EXPECT_TRUE(asks({})) << change.from << " " << change.to;
    }
    EXPECT_EQ(asks(sqlite), change.loses_on_sqlite) << change.from << " " << change.to;
  }
}

TEST(Diff, TriggersOfARebuiltViewComeBack) {
  Schema from = sample();
  from.triggers["tv"] = {"tv", "ricos", sql("INSTEAD OF DELETE ON ricos BEGIN SELECT 1; END"), {}};
  Schema to = from;
  to.views["ricos"].sql = sql("SELECT id FROM usuario");
  EXPECT_THAT(steps(from, to), ElementsAre("drop view 'ricos'", "create view 'ricos'",
                                           "create trigger 'tv' on 'ricos'"));
}

TEST(Diff, AViewMayTakeTheNameOfATableThatGoes) {
  Schema from = with({table("t", {column("a")})});
  Schema to;
  to.views["t"] = {"t", sql("SELECT 1 AS a"), {}, {}};
  EXPECT_THAT(steps(from, to), ElementsAre("drop table 't'", "create view 't'"));
  EXPECT_THAT(steps(to, from), ElementsAre("drop view 't'", "create table 't'"));
}

TEST(Diff, ATriggerGoesBeforeTheColumnItSpeaksOf) {
  Schema to = sample();
  to.triggers["tr_usuario"].sql = sql("AFTER DELETE ON usuario BEGIN SELECT 1; END");
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop trigger 'tr_usuario'", "create trigger 'tr_usuario' on 'usuario'"));
}

TEST(Diff, AGeneratedColumnFollowsWhatItIsComputedOf) {
  schema::Table from = table("t", {column("a"), column("g")});
  from.columns[1].generated = schema::Generated{sql("a + 1"), true};
  schema::Table to = table("t", {column("b"), column("g")});
  to.columns[1].generated = schema::Generated{sql("b + 1"), true};
  EXPECT_THAT(
      steps(with({from}), with({to})),
      ElementsAre("add column 't.b'", "alter column 't.g' (generated)", "drop column 't.a'"));
  EXPECT_THAT(
      steps(with({to}), with({from})),
      ElementsAre("add column 't.a'", "alter column 't.g' (generated)", "drop column 't.b'"));
}

TEST(Diff, AStoredColumnBecomesVirtualByBeingAddedAgain) {
  schema::Table from = table("t", {column("a"), column("g"), column("h"), column("z")});
  from.columns[1].generated = schema::Generated{sql("a + 1"), true};
  from.columns[2].generated = schema::Generated{sql("g + 1"), true};
  from.indexes.push_back(index("ix", "g"));
  schema::Table to = from;
  to.columns[1].generated->stored = false;
  EXPECT_THAT(steps(with({from}), with({to})),
              ElementsAre("drop index 'ix' of 't'", "drop column 't.h'", "drop column 't.g'",
                          "add column 't.g'", "add column 't.h'", "create index 'ix' on 't'"));
  EXPECT_NO_THROW(require_consent(diff(with({from}), with({to})), with({from})));
}

TEST(Diff, APlainColumnBecomesVirtualByBeingAddedAgain) {
  // MariaDB error 1907 otherwise. Its values are lost, with consent.
  schema::Table from = table("t", {column("a")});
  schema::Table to = table("t", {column("a"), column("b")});
  to.columns[0].generated = schema::Generated{sql("b + 1"), false};
  EXPECT_THAT(steps(with({from}), with({to})),
              ElementsAre("add column 't.b'", "drop column 't.a'", "add column 't.a'"));
  EXPECT_THROW(require_consent(diff(with({from}), with({to})), with({from})), Error);
  // A stored one is made in place.
  to.columns[0].generated->stored = true;
  EXPECT_THAT(steps(with({from}), with({to})),
              ElementsAre("add column 't.b'", "alter column 't.a' (generated)"));
  EXPECT_THROW(require_consent(diff(with({from}), with({to})), with({from})), Error);
}

TEST(Diff, AChangedConstraintIsDroppedAndCreated) {
  Schema to = sample();
  to.table("usuario").checks.front().sql = sql("saldo > 0");
  to.table("usuario").uniques.front().columns = {"correo", "pais_id"};
  to.table("usuario").indexes.front().unique = true;
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop check 'ck_usuario_saldo' of 'usuario'",
                          "drop index 'ix_usuario_saldo' of 'usuario'",
                          "drop unique constraint 'uq_usuario_correo' of 'usuario'",
                          "create unique constraint 'uq_usuario_correo' on 'usuario'",
                          "create index 'ix_usuario_saldo' on 'usuario'",
                          "create check 'ck_usuario_saldo' on 'usuario'"));
  EXPECT_THAT(diff(sample(), to).detected,
              ElementsAre("Detected changed unique constraint 'uq_usuario_correo' on 'usuario'",
                          "Detected changed index 'ix_usuario_saldo' on 'usuario'",
                          "Detected changed check 'ck_usuario_saldo' on 'usuario'"));
}

TEST(Diff, AnIndexThatOnlyGetsAnotherNameIsRenamed) {
  const schema::Table t = keyed("t", {column("id"), column("x"), column("y")});
  const auto t_with = [&](std::vector<schema::Index> indexes) {
    schema::Table one = t;
    for (schema::Index& each : indexes) one.indexes.push_back(std::move(each));
    return with({one});
  };
  const Schema from = t_with({index("ix", "x"), index("iy", "y")});
  const Difference renamed = diff(from, t_with({index("x_idx", "x"), index("IY", "y")}));
  EXPECT_THAT(renamed.detected, ElementsAre("Detected renamed index 'ix' to 'x_idx' on t(x)",
                                            "Detected renamed index 'iy' to 'IY' on t(y)"));
  EXPECT_THAT(steps(from, t_with({index("x_idx", "x"), index("IY", "y")})),
              testing::UnorderedElementsAre("rename index 'ix' of 't' to 'x_idx'",
                                            "rename index 'iy' of 't' to 'IY'"));
  // Something else beside the name, two that change places, and a name that another table takes.
  EXPECT_THAT(steps(from, t_with({index("ix2", "y"), index("iy", "y")})),
              ElementsAre("drop index 'ix' of 't'", "create index 'ix2' on 't'"));
  EXPECT_THAT(steps(from, t_with({index("ix", "y"), index("iy", "x")})),
              ElementsAre("drop index 'ix' of 't'", "drop index 'iy' of 't'",
                          "create index 'ix' on 't'", "create index 'iy' on 't'"));
  schema::Table other = keyed("other", {column("id"), column("x")});
  Schema one = t_with({index("ix", "x")});
  one.tables.emplace("other", other);
  other.indexes = {index("ix", "x")};
  Schema two = t_with({index("ix_t", "x")});
  two.tables.emplace("other", other);
  EXPECT_THAT(steps(one, two), ElementsAre("drop index 'ix' of 't'", "create index 'ix' on 'other'",
                                           "create index 'ix_t' on 't'"));
}

TEST(Diff, ANameThatMovesToAnotherTableIsFreeInTime) {
  // Index names are unique in a SQLite database.
  schema::Table a = keyed("a", {column("id"), column("x")});
  schema::Table z = keyed("z", {column("id"), column("x")});
  schema::Table a_with = a;
  a_with.indexes = {index("ix", "x")};
  schema::Table z_with = z;
  z_with.indexes = {index("ix", "x")};
  EXPECT_THAT(steps(with({a, z_with}), with({a_with, z})),
              ElementsAre("drop index 'ix' of 'z'", "create index 'ix' on 'a'"));
  // Foreign-key names are unique in a MariaDB one.
  a_with = a;
  a_with.foreign_keys = {foreign_key("fk", "x", "z")};
  z_with = z;
  z_with.foreign_keys = {foreign_key("fk", "x", "a")};
  EXPECT_THAT(steps(with({a, z_with}), with({a_with, z})),
              ElementsAre("drop foreign key 'fk' of 'z'", "create foreign key 'fk' on 'a'"));
}

TEST(Diff, TableOptions) {
  Schema to = sample();
  to.table("pais").comment = "Countries";
  to.table("pais").mariadb.engine = "Aria";
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop foreign key 'fk_usuario_pais' of 'usuario'",
                          "alter table 'pais' (comment, MariaDB options)",
                          "create foreign key 'fk_usuario_pais' on 'usuario'"));
  EXPECT_THAT(diff(sample(), to).detected, ElementsAre("Detected table comment 'pais'",
                                                       "Detected MariaDB options on table 'pais'"));
}

TEST(Diff, WithoutRowidComesAfterThePrimaryKeyItNeeds) {
  const Schema from = with({table("t", {column("a")})});
  schema::Table keyed_table = keyed("t", {column("a")});
  keyed_table.sqlite.without_rowid = true;
  EXPECT_THAT(steps(from, with({keyed_table})),
              ElementsAre("alter column 't.a' (NOT NULL)", "create primary key (a) of 't'",
                          "alter table 't' (SQLite options)"));
}

TEST(Diff, ATableThatMovesToAnotherDatabaseIsMadeAnew) {
  Schema to = sample();
  to.table("usuario").only = DialectKind::mariadb;
  EXPECT_THAT(steps(sample(), to),
              ElementsAre("drop view 'ricos'", "drop table 'usuario'", "create table 'usuario'",
                          "create view 'ricos'", "create trigger 'tr_usuario' on 'usuario'"));
}

TEST(Diff, LinesForWhatComesAndGoes) {
  Schema to = sample();
  schema::Table nueva = keyed("nueva", {column("id")});
  nueva.indexes.push_back(index("ix_nueva", "id"));
  to.tables["nueva"] = nueva;
  schema::Table& usuario = to.table("usuario");
  usuario.find_column("correo")->nullable = false;
  usuario.find_column("correo")->comment = "mail";
  usuario.find_column("saldo")->default_value =
      schema::Default{schema::Default::Kind::number, "0", {}};
  usuario.columns.push_back(column("alta", "date"));
  usuario.foreign_keys.clear();
  usuario.indexes.clear();
  usuario.indexes.push_back(index("ix_correo", "correo"));
  usuario.indexes.back().parts.push_back({"alta", {}, false, 0, {}});
  usuario.uniques.clear();
  EXPECT_THAT(
      diff(sample(), to).detected,
      ElementsAre(
          "Detected added table 'nueva'", "Detected added index 'ix_nueva' on nueva(id)",
          "Detected NOT NULL on column 'usuario.correo'",
          "Detected column comment 'usuario.correo'",
          "Detected server default on column 'usuario.saldo'",
          "Detected added column 'usuario.alta'",
          "Detected removed unique constraint 'uq_usuario_correo' on 'usuario'",
          "Detected removed index 'ix_usuario_saldo' on 'usuario'",
          "Detected added index 'ix_correo' on usuario(correo, alta)",
          "Detected removed foreign key 'fk_usuario_pais' on usuario(pais_id) to pais(id)"));
  EXPECT_THAT(diff(to, sample()).detected,
              testing::IsSupersetOf(
                  {"Detected removed table 'nueva'", "Detected NULL on column 'usuario.correo'",
                   "Detected removed column 'usuario.alta'",
                   "Detected added foreign key 'fk_usuario_pais' on usuario(pais_id) to pais(id)",
                   "Detected added unique constraint 'uq_usuario_correo' on "
                   "usuario(correo)"}));
}

std::string refusal(const Schema& from, const Schema& to) {
  try {
    require_consent(diff(from, to), from);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::refused);
    return error.what();
  }
  return {};
}

TEST(Consent, IsNotNeededForWhatLosesNothing) {
  EXPECT_EQ(refusal({}, sample()), "");
  Schema to = sample();
  to.table("usuario").find_column("correo")->type = schema::parse_type("text");
  to.views.clear();
  to.triggers.clear();
  EXPECT_EQ(refusal(sample(), to), "");
}

TEST(Consent, NamesEverythingThatIsLost) {
  Schema to = sample();
  to.tables.erase("usuario");
  to.views.clear();
  to.triggers.clear();
  to.table("pais").find_column("nombre")->type = schema::parse_type("varchar(10)");
  const std::string text = refusal(sample(), to);
  EXPECT_THAT(text, HasSubstr("table 'usuario' would be dropped with all its rows\n"));
  EXPECT_THAT(text, HasSubstr("column 'pais.nombre' would go from varchar(64) to varchar(10)"));
  EXPECT_THAT(text, testing::EndsWith("these changes lose data; if that is what you want, say so "
                                      "with --allow-destructive"));
}

TEST(Consent, ShowsHowToWriteARenamedColumn) {
  const Schema from =
      with({table("t", {column("id"), column("correo", "varchar(120)"), column("nota", "text")})});
  const Schema to = with({table("t", {column("id"), column("email", "varchar(120)")})});
  const std::string text = refusal(from, to);
  EXPECT_THAT(text, HasSubstr("column 't.correo' would be dropped with all its values"));
  EXPECT_THAT(text, HasSubstr("column 't.nota' would be dropped with all its values"));
  EXPECT_THAT(text, HasSubstr("column 't.correo' may have been renamed to 't.email': they have the "
                              "same type; if so, write it in the model, and the values stay: "
                              "`email: {type: …, renamed_from: correo}`"));
  EXPECT_THAT(text, Not(HasSubstr("'t.nota' may")));
}

TEST(Consent, ShowsHowToWriteARenamedTable) {
  Schema to = sample();
  schema::Table persona = to.table("usuario");
  persona.name = "persona";
  persona.columns.push_back(column("alta", "date"));
  to.tables.erase("usuario");
  to.tables["persona"] = persona;
  to.views.clear();
  to.triggers.clear();
  EXPECT_THAT(refusal(sample(), to),
              HasSubstr("table 'usuario' may have been renamed to 'persona': most of their columns "
                        "are the same; if so, write it in the model, and the rows stay: `persona: "
                        "{renamed_from: usuario, columns: …}`"));
}

TEST(Suspects, EachNameOnceAndTheLikeliestFirst) {
  const Schema from =
      with({table("t", {column("id"), column("first_name", "text"), column("last_name", "text")})});
  const Schema to =
      with({table("t", {column("id"), column("lastname", "text"), column("firstname", "text")})});
  const std::vector<SuspectedRename> suspected = diff(from, to).suspected;
  ASSERT_EQ(suspected.size(), 2U);
  EXPECT_EQ(suspected[0].from, "first_name");
  EXPECT_EQ(suspected[0].to, "firstname");
  EXPECT_EQ(suspected[1].from, "last_name");
  EXPECT_EQ(suspected[1].to, "lastname");
}

TEST(Suspects, NotWhatHasAnotherType) {
  EXPECT_THAT(diff(with({table("t", {column("id"), column("a", "text")})}),
                   with({table("t", {column("id"), column("b", "date")})}))
                  .suspected,
              IsEmpty());
  EXPECT_THAT(diff(with({table("t", {column("a"), column("b")})}),
                   with({table("u", {column("x"), column("y")})}))
                  .suspected,
              IsEmpty());
}

TEST(Diff, OfAThousandTablesIsFast) {
  Schema from;
  Schema to;
  for (int i = 0; i < 1000; ++i) {
    schema::Table one = keyed(fmt::format("t{:04}", 999 - i), {column("id"), column("p")});
    if (i > 0)
      one.foreign_keys = {
          foreign_key(fmt::format("fk{}", i), "p", fmt::format("t{:04}", 1000 - i))};
    to.tables[one.name] = one;
    one.columns[1].comment = "other";
    from.tables[one.name] = one;
  }
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(diff({}, to).operations.size(), 1000U);
  EXPECT_EQ(diff(from, to).operations.size(), 1000U);
  EXPECT_EQ(diff(to, {}).operations.size(), 1000U);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(20));
}

/// One that goes early takes along all that refers to it, however many steps away.
TEST(Diff, DroppedTablesGoEarlyWithWhatRefersToThem) {
  schema::Table a = keyed("a", {column("id"), column("p")});
  schema::Table b = keyed("b", {column("id"), column("p")});
  schema::Table c = keyed("c", {column("id")});
  schema::Table comes = keyed("n", {column("id")});
  a.foreign_keys = {foreign_key("fk_a", "p", "b")};
  b.foreign_keys = {foreign_key("fk_b", "p", "c")};
  c.indexes = {index("ix", "id")};
  comes.indexes = {index("ix", "id")};
  EXPECT_THAT(
      steps(with({a, b, c}), with({comes})),
      ElementsAre("drop table 'a'", "drop table 'b'", "drop table 'c'", "create table 'n'"));
}

TEST(Diff, VirtualTablesComeAfterThoseThatTheyMayBeAbout) {
  schema::Table search = table("a_search", {column("t")});
  search.sqlite.module = "fts5(t, content=b)";
  EXPECT_THAT(steps({}, with({search, keyed("b", {column("id")})})),
              ElementsAre("create table 'b'", "create table 'a_search'"));
}

/// The name by the way of which another letter case comes is nobody's.
TEST(Diff, LetterCaseGoesByWayOfAFreeName) {
  const auto schema = [](const std::string& name) {
    return with({table(name, {column("id")}), table("TMP_rename", {column("id")}),
                 table("_tmp_rename", {column("id")})});
  };
  EXPECT_THAT(steps(schema("Usuario"), schema("usuario")),
              ElementsAre("rename table 'Usuario' to '__tmp_rename'",
                          "rename table '__tmp_rename' to 'usuario'"));
}

}  // namespace
}  // namespace dbmig::diff
