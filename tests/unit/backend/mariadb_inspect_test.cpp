// What inspect tells of single objects, and changes that keep what a database has beside its rows.
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "diff/diff.hpp"
#include "support/mariadb.hpp"

namespace dbmig {
namespace {

using schema::RoutineKind;
using schema::Schema;
using test::MariadbDatabase;
using MariadbInspect = test::MariadbTest;
using MariadbChange = test::MariadbTest;

schema::Routine routine(RoutineKind kind, std::string name, std::string sql) {
  schema::Routine out;
  out.kind = kind;
  out.name = std::move(name);
  out.sql = std::move(sql);
  return out;
}

void add(Schema& schema, schema::Routine routine) {
  schema.routines[{routine.kind, routine.name}] = std::move(routine);
}

std::vector<std::string> migrate(MariadbDatabase& database, const Schema& from, const Schema& to) {
  return database.migrate(from, diff::diff(from, to).operations);
}

/// The live schema as it compares with `model`: equal when there is nothing to do.
Schema reconciled(MariadbDatabase& database, const Schema& model) {
  return database.inspect_beside(model);
}

long questions(MariadbDatabase& database) {
  return std::stol(
      *database.connection().query("SHOW SESSION STATUS LIKE 'Questions'").rows.at(0).at(1));
}

long questions_of_inspect(MariadbDatabase& database) {
  const long before = questions(database);
  database.connection().inspect({});
  return questions(database) - before;
}

TEST_F(MariadbInspect, AsksAsOftenForManyTablesAsForTwo) {
  MariadbDatabase database;
  const std::string body =
      "(id int primary key, p point, t varchar(9) default 'a?', fulltext key (t), check (id > 0))";
  database.run("CREATE TABLE a " + body + "; CREATE VIEW va AS SELECT id FROM a");
  const long few = questions_of_inspect(database);
  for (int i = 0; i < 20; ++i) {
    const std::string n = std::to_string(i);
    database.run("CREATE TABLE t" + n + ' ' + body + "; CREATE SEQUENCE s" + n + "; CREATE VIEW v" +
                 n + " AS SELECT id FROM t" + n);
  }
  EXPECT_EQ(questions_of_inspect(database), few);
  EXPECT_EQ(database.connection().inspect({}).schema.tables.size(), 21U);
}

TEST_F(MariadbInspect, DefaultsThatTheServerPrintsAsQuestionMarksAreReadWithoutARow) {
  MariadbDatabase database;
  database.run(
      "CREATE TABLE t (one binary(4) NOT NULL DEFAULT 0xff00, o varchar(5) NOT NULL DEFAULT '😀?', "
      "n varchar(5) DEFAULT '😀', v varbinary(4) NOT NULL DEFAULT 0xff00, t blob NOT NULL DEFAULT "
      "'?')");
  for (const char* rows : {"DO 1", "INSERT INTO t () VALUES ()"}) {
    database.run(rows);
    const Schema schema = database.connection().inspect({}).schema;
    const schema::Table& table = schema.table("t");
    EXPECT_EQ(table.column("one").default_value->sql.any, "X'ff'") << rows;
    EXPECT_EQ(table.column("o").default_value->literal, "😀?") << rows;
    EXPECT_EQ(table.column("n").default_value->literal, "😀") << rows;
    EXPECT_EQ(table.column("v").default_value->sql.any, "X'ff00'") << rows;
    EXPECT_EQ(table.column("t").default_value->literal, "?") << rows;
  }
}

TEST_F(MariadbInspect, AForeignKeyToATableThatDoesNotExistIsKept) {
  MariadbDatabase database;
  database.run(
      "SET foreign_key_checks = 0; CREATE TABLE c (a int, b int, CONSTRAINT lost FOREIGN KEY (a) "
      "REFERENCES nowhere (id), CONSTRAINT own FOREIGN KEY (b) REFERENCES c (a), KEY (a)); SET "
      "foreign_key_checks = 1");
  const backend::Inspection found = database.connection().inspect({});
  EXPECT_EQ(found.unsupported.size(), 0U);
  const schema::Table& table = found.schema.table("c");
  ASSERT_NE(table.find_foreign_key("lost"), nullptr);
  EXPECT_TRUE(table.find_foreign_key("lost")->external);
  EXPECT_FALSE(table.find_foreign_key("own")->external);
}

TEST_F(MariadbInspect, LabelsBeyondTheBasicPlaneAreReadAsTheyAre) {
  MariadbDatabase database;
  database.run(
      "CREATE TABLE e (a enum('x', '😀', 'y?', '?', '🎉') NOT NULL, s set('🎉', 'é', '?', '😀😀') "
      "DEFAULT '🎉,😀😀', b enum('😀', '🎉') DEFAULT '🎉') COLLATE utf8mb4_bin");
  for (const bool rows : {false, true}) {
    if (rows) database.run("INSERT INTO e (a) VALUES ('😀')");
    const backend::Inspection found = database.connection().inspect({});
    EXPECT_EQ(found.unsupported.size(), 0U);
    const schema::Table& table = found.schema.table("e");
    EXPECT_EQ(table.column("a").type.values, (std::vector<std::string>{"x", "😀", "y?", "?", "🎉"}));
    EXPECT_EQ(table.column("s").type.values, (std::vector<std::string>{"🎉", "é", "?", "😀😀"}));
    EXPECT_EQ(table.column("s").default_value->literal, "🎉,😀😀");
    EXPECT_EQ(table.column("b").type.values, (std::vector<std::string>{"😀", "🎉"}));
    EXPECT_EQ(table.column("b").default_value->literal, "🎉");
  }
}

TEST_F(MariadbInspect, AnObjectThatCannotBeShownIsNamedAndKeepsNothingElseBack) {
  MariadbDatabase database;
  database.run("CREATE TABLE gone (a int); CREATE TABLE stays (a int)");
  database.run("CREATE FUNCTION lost() RETURNS int RETURN 1; CREATE VIEW v AS SELECT lost() AS x");
  database.run("DROP FUNCTION lost");
  database.run(
      "CREATE TABLE overlaps (a int, b int, s date, e date, PERIOD FOR p(s, e), UNIQUE (a, p "
      "WITHOUT OVERLAPS) COMMENT 'x', PRIMARY KEY (b) COMMENT 'y')");
  const backend::Inspection found = database.connection().inspect({});
  EXPECT_EQ(found.schema.tables.size(), 3U);
  std::vector<std::string> objects;
  for (const auto& lack : found.unsupported) objects.push_back(lack.object);
  EXPECT_GE(objects.size(), 2U) << text::join(objects, ", ");
  for (const std::string& object : objects) EXPECT_EQ(object, "table 'overlaps'");
}

TEST_F(MariadbInspect, OnlyDefinersAndModesThatAreNotTheSessionsOwn) {
  MariadbDatabase database;
  database.run(
      "CREATE PROCEDURE mine() SELECT 1; CREATE DEFINER=`a b`@`%` PROCEDURE other() SELECT 1");
  const Schema schema = database.connection().inspect({}).schema;
  const auto& mine = schema.routines.at({RoutineKind::procedure, "mine"});
  EXPECT_EQ(mine.mariadb, schema::MariadbProgram{});
  EXPECT_EQ(schema.routines.at({RoutineKind::procedure, "other"}).mariadb.definer, "a b@%");
}

TEST_F(MariadbChange, ASequenceKeepsItsValue) {
  MariadbDatabase database;
  Schema from;
  add(from, routine(RoutineKind::sequence, "s", "start 5 nocache"));
  Schema to;
  add(to, routine(RoutineKind::sequence, "s", "start with 5 increment by 10 maxvalue 900 cycle"));
  migrate(database, {}, from);
  EXPECT_EQ(database.rows("SELECT nextval(s), nextval(s)"), "5|6\n");
  const auto sent = migrate(database, from, to);
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_TRUE(sent[0].starts_with("ALTER SEQUENCE `s` "));
  EXPECT_NE(database.rows("SELECT nextval(s)"), "5\n");
  EXPECT_EQ(reconciled(database, to), database.connection().canonical(to));
  migrate(database, to, from);
  EXPECT_EQ(reconciled(database, from), database.connection().canonical(from));
}

TEST_F(MariadbChange, WhatIsWrittenByHandIsNoDifference) {
  MariadbDatabase database;
  Schema model;
  add(model, routine(RoutineKind::sequence, "s", "increment 2 nocycle"));
  add(model, routine(RoutineKind::function, "f",
                     "(a INT)  returns VARCHAR(10)  not deterministic contains sql return 'x';"));
  add(model,
      routine(RoutineKind::function, "g",
              "() returns int(11) comment 'it''s' no sql deterministic begin return 1; end"));
  add(model, routine(RoutineKind::procedure, "p", "( in  a int )  begin  select  a; end;"));
  add(model, routine(RoutineKind::event, "e",
                     "on schedule every 1 DAY disable comment \"c\" do select 1"));
  add(model, routine(RoutineKind::event, "later",
                     "on schedule at current_timestamp + interval 9 year do begin end"));
  migrate(database, {}, model);
  EXPECT_EQ(reconciled(database, model), database.connection().canonical(model));
}

TEST_F(MariadbChange, HistoryIsKept) {
  MariadbDatabase database;
  Schema from;
  schema::Table table;
  table.name = "t";
  table.mariadb.system_versioned = true;
  for (const char* name : {"id", "a"}) {
    schema::Column column;
    column.name = name;
    column.type = schema::parse_type("int");
    table.columns.push_back(column);
  }
  table.columns[0].nullable = false;
  table.primary_key = schema::PrimaryKey{};
  table.primary_key->columns = {"id"};
  from.tables["t"] = table;
  Schema to = from;
  schema::Column added;
  added.name = "b";
  added.type = schema::parse_type("varchar(9)");
  added.mariadb.without_system_versioning = true;
  to.tables["t"].columns.push_back(added);
  migrate(database, {}, from);
  database.run("INSERT INTO t VALUES (1, 1); UPDATE t SET a = 2; UPDATE t SET a = 3");
  migrate(database, from, to);
  EXPECT_EQ(database.rows("SELECT count(*) FROM t FOR SYSTEM_TIME ALL"), "3\n");
  EXPECT_EQ(reconciled(database, to), database.connection().canonical(to));
  migrate(database, to, from);
  EXPECT_EQ(database.rows("SELECT count(*) FROM t FOR SYSTEM_TIME ALL"), "3\n");
  to.tables["t"].mariadb.system_versioned = false;
  to.tables["t"].columns.pop_back();
  migrate(database, from, to);
  EXPECT_EQ(reconciled(database, to), database.connection().canonical(to));
  EXPECT_EQ(database.rows("SELECT a FROM t"), "3\n");
}

TEST_F(MariadbChange, AnAutoIncrementThatMovedOnIsNoDifference) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id int AUTO_INCREMENT PRIMARY KEY) AUTO_INCREMENT=100");
  const Schema model = database.connection().inspect({}).schema;
  EXPECT_EQ(model.table("t").mariadb.auto_increment, 100U);
  database.run("INSERT INTO t VALUES (NULL), (NULL)");
  EXPECT_EQ(reconciled(database, model), database.connection().canonical(model));
}

TEST_F(MariadbChange, PartitionsComeChangeAndGoWithTheirRows) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (id int NOT NULL, d date, PRIMARY KEY (id))");
  const Schema plain = database.connection().inspect({}).schema;
  Schema hashed = plain;
  hashed.table("t").mariadb.partition = "partition by hash (id) partitions 3";
  Schema ranged = plain;
  ranged.table("t").mariadb.partition =
      "PARTITION BY RANGE (id) (PARTITION low VALUES LESS THAN (10), PARTITION `high` VALUES LESS "
      "THAN MAXVALUE ENGINE=InnoDB)";
  ranged.table("t").columns[1].comment = "beside it";
  database.run("INSERT INTO t VALUES (1, NULL), (20, '2020-01-01')");
  const Schema* before = &plain;
  for (const Schema* after :
       std::initializer_list<const Schema*>{&hashed, &ranged, &hashed, &plain, &ranged, &plain}) {
    migrate(database, *before, *after);
    EXPECT_EQ(reconciled(database, *after), database.connection().canonical(*after));
    EXPECT_EQ(database.rows("SELECT count(*), sum(id) FROM t"), "2|21\n");
    before = after;
  }
}

TEST_F(MariadbInspect, DefaultsThatCannotBeSaidAreNamed) {
  MariadbDatabase database;
  database.run(
      "CREATE TABLE t (a varchar(9), b int DEFAULT NULL, c text DEFAULT 5, d text DEFAULT '5', "
      "e int AS (b + 1), f timestamp NULL, g json, h int NOT NULL)");
  std::vector<std::string> named;
  for (const auto& object : database.connection().inspect({}).unsupported) {
    named.push_back(object.reason);
  }
  EXPECT_EQ(
      named,
      (std::vector<std::string>{"column 'c': its default, the number 5, is read as the text '5'"}));
}

TEST_F(MariadbChange, ACheckOnAColumnComesFollowsARenameAndGoes) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (a int, b int CHECK (b > 1))");
  const Schema from = database.connection().inspect({}).schema;
  Schema to = from;
  to.table("t").checks.clear();
  schema::Check check;
  check.name = "a";
  check.sql.any = "a < 9";
  to.table("t").checks.push_back(check);
  migrate(database, from, to);
  EXPECT_NE(database.show("t").find("`a` int(11) DEFAULT NULL CHECK (`a` < 9)"), std::string::npos);
  EXPECT_EQ(reconciled(database, to), database.connection().canonical(to));
  migrate(database, to, from);
  ops::AlterColumn rename;
  rename.table = "t";
  rename.name = "b";
  rename.rename = "c";
  database.migrate(from, {rename});
  EXPECT_NE(database.show("t").find("CONSTRAINT `b` CHECK (`c` > 1)"), std::string::npos);
}

}  // namespace
}  // namespace dbmig
