// What a rebuild must not lose. Each case is a trap that makes the obvious rebuild lose data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sqlite_support.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::SqliteDatabase;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A change of `column` to `type`: always a rebuild.
ops::Operation to_type(const std::string& table, const std::string& column, const char* type) {
  ops::AlterColumn alter;
  alter.table = table;
  alter.name = column;
  alter.type = schema::parse_type(type);
  return alter;
}

schema::Index index_on(const char* column) {
  schema::Index index;
  index.name = "ix";
  index.parts.emplace_back().column = column;
  return index;
}

class SqliteRebuild : public testing::Test {
 protected:
  /// Runs `operations` on what `script` builds, with the inspected schema as what is known, and
  /// expects the inspected result to be what the fold says. Returns what was sent.
  std::vector<std::string> change(std::string_view script,
                                  const std::vector<ops::Operation>& operations) {
    database.run(script);
    const Schema before = database.inspect();
    auto sent = database.migrate(before, operations);
    const Schema after = ops::apply(before, std::span<const ops::Operation>(operations));
    EXPECT_EQ(database.reconciled(after), database.connection().dialect().canonical(after));
    return sent;
  }

  SqliteDatabase database;
};

TEST_F(SqliteRebuild, KeepsTheRowsOfChildren) {
  change(
      "CREATE TABLE p(id INTEGER PRIMARY KEY, a VARCHAR(5));"
      "CREATE TABLE c(id INTEGER PRIMARY KEY, p INTEGER REFERENCES p(id) ON DELETE CASCADE);"
      "INSERT INTO p VALUES (1, 'x'), (2, 'y'); INSERT INTO c VALUES (1, 1), (2, 2), (3, 2);",
      {to_type("p", "a", "varchar(50)")});
  EXPECT_EQ(database.rows("SELECT * FROM c"), "1|1\n2|2\n3|2\n");
  EXPECT_THAT(database.rows("SELECT sql FROM sqlite_master WHERE name = 'c'"),
              HasSubstr("REFERENCES p(id)"));
  // The key still works both ways.
  database.connection().execute("DELETE FROM p WHERE id = 2");
  EXPECT_EQ(database.rows("SELECT * FROM c"), "1|1\n");
}

TEST_F(SqliteRebuild, KeepsReferencesToItself) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, up INTEGER REFERENCES t(id), a VARCHAR(5));"
      "INSERT INTO t VALUES (1, NULL, 'x'), (2, 1, 'y');",
      {to_type("t", "a", "text")});
  EXPECT_EQ(database.rows("SELECT * FROM t"), "1|NULL|x\n2|1|y\n");
  EXPECT_THROW(database.connection().execute("INSERT INTO t VALUES (3, 99, 'z')"), Error);
}

TEST_F(SqliteRebuild, KeepsViewsAndTriggersThatMentionTheTable) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5));"
      "CREATE TABLE log(x TEXT);"
      "CREATE VIEW v AS SELECT t.a FROM t;"
      "CREATE TRIGGER own AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END;"
      "CREATE TRIGGER other AFTER DELETE ON log BEGIN UPDATE t SET a = 'gone'; END;"
      "CREATE TRIGGER instead INSTEAD OF INSERT ON v BEGIN INSERT INTO t(a) VALUES (new.a); END;"
      "INSERT INTO t VALUES (1, 'x');",
      {to_type("t", "a", "text")});
  EXPECT_EQ(database.rows("SELECT * FROM v"), "x\n");
  database.run("INSERT INTO v VALUES ('y')");
  EXPECT_EQ(database.rows("SELECT * FROM log"), "x\ny\n");
  database.run("DELETE FROM log");
  EXPECT_EQ(database.rows("SELECT DISTINCT a FROM t"), "gone\n");
}

TEST_F(SqliteRebuild, IsNotStoppedByABrokenView) {
  change("CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5)); CREATE VIEW v AS SELECT no FROM t;",
         {to_type("t", "a", "text")});
}

TEST_F(SqliteRebuild, KeepsTheCounterOfAutoincrement) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5));"
      "INSERT INTO t VALUES (1, 'x'), (100, 'y'); DELETE FROM t WHERE id = 100;",
      {to_type("t", "a", "text")});
  database.run("INSERT INTO t(a) VALUES ('z')");
  EXPECT_EQ(database.rows("SELECT * FROM t"), "1|x\n101|z\n");
  EXPECT_EQ(database.rows("SELECT * FROM sqlite_sequence"), "t|101\n");
}

TEST_F(SqliteRebuild, KeepsTheCounterOfAnEmptyTable) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a VARCHAR(5));"
      "INSERT INTO t VALUES (7, 'x'); DELETE FROM t;",
      {to_type("t", "a", "text")});
  database.run("INSERT INTO t(a) VALUES ('z')");
  EXPECT_EQ(database.rows("SELECT id FROM t"), "8\n");
}

TEST_F(SqliteRebuild, KeepsRowidsWithoutAnIntegerKey) {
  change("CREATE TABLE t(a VARCHAR(5)); INSERT INTO t(rowid, a) VALUES (5, 'x'), (9, 'y');",
         {to_type("t", "a", "text")});
  EXPECT_EQ(database.rows("SELECT rowid, a FROM t"), "5|x\n9|y\n");
}

TEST_F(SqliteRebuild, KeepsRowidsWhenColumnsHideTheirNames) {
  change(
      "CREATE TABLE t(rowid TEXT, oid TEXT, a VARCHAR(5));"
      "INSERT INTO t(_rowid_, rowid, a) VALUES (5, 'r', 'x');",
      {to_type("t", "a", "text")});
  EXPECT_EQ(database.rows("SELECT _rowid_, rowid, oid, a FROM t"), "5|r|NULL|x\n");
}

TEST_F(SqliteRebuild, KeepsEverythingThatOnlyTheTextHas) {
  change(
      "CREATE TABLE p(id INTEGER PRIMARY KEY);"
      "CREATE TABLE t(\n"
      "  id INTEGER PRIMARY KEY ON CONFLICT REPLACE,\n"
      "  a VARCHAR(5) NOT NULL ON CONFLICT IGNORE COLLATE NOCASE,\n"
      "  b INT CONSTRAINT positive CHECK (b > 0),\n"
      "  c INT GENERATED ALWAYS AS (b * 2) STORED,\n"
      "  d INT AS (b + 1),\n"
      "  p INT CONSTRAINT to_p REFERENCES p ON UPDATE SET NULL DEFERRABLE INITIALLY DEFERRED,\n"
      "  CONSTRAINT one UNIQUE (a, b) ON CONFLICT FAIL);"
      "CREATE INDEX part ON t(a DESC, lower(a) COLLATE RTRIM) WHERE b > 3;"
      "INSERT INTO t(id, a, b) VALUES (1, 'x', 4);",
      {to_type("t", "a", "varchar(50)")});
  EXPECT_EQ(database.rows("SELECT * FROM t WHERE a = 'X'"), "1|x|4|8|5|NULL\n");
  const schema::Table table = database.inspect().table("t");
  EXPECT_EQ(table.primary_key->on_conflict, "replace");
  EXPECT_EQ(table.column("a").sqlite.on_conflict, "ignore");
  EXPECT_EQ(table.column("a").sqlite.collation, "NOCASE");
  EXPECT_NE(table.find_check("positive"), nullptr);
  EXPECT_TRUE(table.column("c").generated->stored);
  EXPECT_FALSE(table.column("d").generated->stored);
  EXPECT_TRUE(table.find_foreign_key("to_p")->deferrable);
  EXPECT_EQ(table.find_unique("one")->on_conflict, "fail");
  EXPECT_EQ(table.find_index("part")->where.any, "b > 3");
}

TEST_F(SqliteRebuild, KeepsStrictAndWithoutRowid) {
  change(
      "CREATE TABLE t(a TEXT PRIMARY KEY, b INT, c ANY) STRICT, WITHOUT ROWID;"
      "INSERT INTO t VALUES ('x', 1, x'00');",
      {ops::CreateCheckConstraint{"t", {"ck", {"b > 0", {}, {}}}}});
  EXPECT_EQ(database.rows("SELECT a, b, typeof(c) FROM t"), "x|1|blob\n");
  const schema::Table table = database.inspect().table("t");
  EXPECT_TRUE(table.sqlite.strict);
  EXPECT_TRUE(table.sqlite.without_rowid);
}

TEST_F(SqliteRebuild, PutsBackWhatTheHistoryDoesNotKnow) {
  database.run(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5), b INT);"
      "CREATE TABLE log(x TEXT);");
  const Schema known = database.inspect();
  database.run(
      "CREATE UNIQUE INDEX handmade ON t(a COLLATE NOCASE) WHERE b IS NOT NULL;"
      "CREATE TRIGGER handmade_too AFTER UPDATE OF b ON t BEGIN"
      "  INSERT INTO log VALUES (old.b || CASE WHEN new.b > 0 THEN '+' ELSE '-' END); END;");
  ops::AlterColumn rename;
  rename.table = "t";
  rename.name = "b";
  rename.rename = "bb";
  database.migrate(known, {rename, to_type("t", "a", "text")});
  const Schema found = database.inspect();
  ASSERT_NE(found.table("t").find_index("handmade"), nullptr);
  EXPECT_EQ(found.table("t").find_index("handmade")->where.any, "bb IS NOT NULL");
  database.run("INSERT INTO t(a, bb) VALUES ('x', 1); UPDATE t SET bb = 2");
  EXPECT_EQ(database.rows("SELECT * FROM log"), "1+\n");
}

TEST_F(SqliteRebuild, DoesNotBringBackADroppedIndex) {
  database.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5)); CREATE INDEX ix ON t(a);");
  const Schema before = database.inspect();
  database.migrate(before, {ops::DropIndex{"t", "ix"}, to_type("t", "a", "text")});
  EXPECT_TRUE(database.inspect().table("t").indexes.empty());
}

TEST_F(SqliteRebuild, LosesNoRowToAnOnConflictClause) {
  database.run(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT); INSERT INTO t VALUES (1, 5), (2, 5);");
  const Schema before = database.inspect();
  schema::Unique unique{"uq", {"a"}, "ignore"};
  try {
    database.migrate(before, {ops::CreateUniqueConstraint{"t", unique}});
    FAIL() << "a duplicate was swallowed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::constraint);
    EXPECT_STREQ(error.message().c_str(), "UNIQUE constraint failed: t.a");
  }
  EXPECT_EQ(database.rows("SELECT count(*) FROM t"), "2\n");
}

TEST_F(SqliteRebuild, NeverFillsAColumnWithItsOwnName) {
  database.run(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT, b TEXT); INSERT INTO t(id) VALUES (1)");
  const Schema believed = database.inspect();
  database.run("ALTER TABLE t DROP COLUMN b");
  // The history believes in a column that is gone; "b" alone would be read as the text 'b'.
  EXPECT_THROW(database.migrate(believed, {to_type("t", "a", "integer")}), Error);
  EXPECT_EQ(database.rows("SELECT * FROM t"), "1|NULL\n");
}

TEST_F(SqliteRebuild, IsOneForSeveralChangesOfATable) {
  const auto sent = change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5), b INT, c INT);"
      "INSERT INTO t VALUES (1, '12', 2, 3);",
      {ops::DropColumn{"t", "c"}, to_type("t", "a", "integer"),
       ops::CreateCheckConstraint{"t", {"ck", {"b > 0", {}, {}}}},
       ops::CreateUniqueConstraint{"t", {"uq", {"b"}, {}}}, ops::CreateIndex{"t", index_on("a")}});
  EXPECT_EQ(std::count_if(sent.begin(), sent.end(),
                          [](const std::string& sql) { return sql.starts_with("DROP TABLE"); }),
            1);
  EXPECT_THAT(sent, Not(Contains(HasSubstr("DROP COLUMN"))));
  EXPECT_EQ(database.rows("SELECT *, typeof(a) FROM t"), "1|12|2|integer\n");
}

TEST_F(SqliteRebuild, FollowsARenameInTheMiddle) {
  ops::AlterColumn rename = std::get<ops::AlterColumn>(to_type("t", "b", "bigint"));
  rename.rename = "bb";
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5), b INT);"
      "CREATE TABLE c(b INT, FOREIGN KEY (b) REFERENCES t(b));"
      "CREATE UNIQUE INDEX ub ON t(b);"
      "INSERT INTO t VALUES (1, '12', 2); INSERT INTO c VALUES (2);",
      {to_type("t", "a", "integer"), rename});
  EXPECT_EQ(database.rows("SELECT id, a, bb FROM t"), "1|12|2\n");
  EXPECT_THAT(database.rows("SELECT sql FROM sqlite_master WHERE name = 'c'"),
              HasSubstr("REFERENCES t(\"bb\")"));
}

TEST_F(SqliteRebuild, TakesADroppedNameForANewColumn) {
  schema::Column fresh;
  fresh.name = "a";
  fresh.type = schema::parse_type("integer");
  fresh.default_value = schema::Default{schema::Default::Kind::number, "7", {}};
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5), b VARCHAR(5));"
      "INSERT INTO t VALUES (1, 'old', 'x');",
      {to_type("t", "b", "text"), ops::DropColumn{"t", "a"}, ops::AddColumn{"t", fresh, {}}});
  EXPECT_EQ(database.rows("SELECT id, a, b FROM t"), "1|7|x\n");
}

TEST_F(SqliteRebuild, RenamesIntoADroppedName) {
  ops::AlterColumn rename;
  rename.table = "t";
  rename.name = "b";
  rename.rename = "a";
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5), b VARCHAR(5), c VARCHAR(5));"
      "INSERT INTO t VALUES (1, 'old', 'x', 'y');",
      {to_type("t", "c", "text"), ops::DropColumn{"t", "a"}, rename});
  EXPECT_EQ(database.rows("SELECT id, a FROM t"), "1|x\n");
}

TEST_F(SqliteRebuild, AddsAKeyThatCounts) {
  schema::Column id;
  id.name = "id";
  id.type = schema::parse_type("integer");
  id.autoincrement = true;
  id.nullable = false;
  database.run("CREATE TABLE t(a TEXT); INSERT INTO t(rowid, a) VALUES (3, 'x'), (8, 'y')");
  const Schema before = database.inspect();
  const schema::PrimaryKey key{"pk", {"id"}, {}};
  database.migrate(before,
                   {ops::AddColumn{"t", id, ops::Position{}}, ops::CreatePrimaryKey{"t", key}});
  EXPECT_EQ(database.rows("SELECT * FROM t"), "3|x\n8|y\n");
  database.run("INSERT INTO t(a) VALUES ('z')");
  EXPECT_EQ(database.rows("SELECT max(id) FROM t"), "9\n");
}

TEST_F(SqliteRebuild, DropsAKeyAndKeepsTheRows) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT);"
      "INSERT INTO t VALUES (3, 'x'), (8, 'y');",
      {[] {
         ops::AlterColumn plain;
         plain.table = "t";
         plain.name = "id";
         plain.autoincrement = false;
         return plain;
       }(),
       ops::DropConstraint{"t", {}, ops::ConstraintKind::primary_key}});
  EXPECT_EQ(database.rows("SELECT rowid, * FROM t"), "3|3|x\n8|8|y\n");
}

TEST_F(SqliteRebuild, SaysWhichColumnHoldsNull) {
  database.run("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1)");
  schema::Column column;
  column.name = "nota";
  column.type = schema::parse_type("text");
  column.nullable = false;
  try {
    database.migrate(database.inspect(), {ops::AddColumn{"t", column, {}}});
    FAIL() << "a value was made up";
  } catch (const Error& error) {
    EXPECT_STREQ(error.message().c_str(), "NOT NULL constraint failed: t.nota");
    EXPECT_EQ(error.code(), ErrorCode::constraint);
    EXPECT_THAT(error.what(), HasSubstr("default"));
  }
  EXPECT_EQ(database.rows("SELECT name FROM sqlite_master"), "t\n");
  // On an empty table it passes.
  database.run("DELETE FROM t");
  database.migrate(database.inspect(), {ops::AddColumn{"t", column, {}}});
  EXPECT_FALSE(database.inspect().table("t").column("nota").nullable);
}

TEST_F(SqliteRebuild, AddsWhatAddColumnRefusesOverRows) {
  const auto column = [](const char* name, const char* type) {
    schema::Column c;
    c.name = name;
    c.type = schema::parse_type(type);
    return c;
  };
  schema::Column created = column("created", "datetime");
  created.nullable = false;
  created.default_value =
      schema::Default{schema::Default::Kind::sql, {}, {"CURRENT_TIMESTAMP", {}, {}}};
  schema::Column computed = column("computed", "integer");
  computed.default_value = schema::Default{schema::Default::Kind::sql, {}, {"1 + 2", {}, {}}};
  schema::Column stored = column("stored", "integer");
  stored.generated = schema::Generated{{"id * 2", {}, {}}, true};
  schema::Column kind = column("kind", "enum('a','b')");
  kind.nullable = false;
  kind.default_value = schema::Default{schema::Default::Kind::string, "b", {}};
  schema::Column first = column("first", "integer");
  change("CREATE TABLE t(id INTEGER PRIMARY KEY); INSERT INTO t VALUES (1), (2);",
         {ops::AddColumn{"t", created, {}}, ops::AddColumn{"t", computed, {}},
          ops::AddColumn{"t", stored, {}}, ops::AddColumn{"t", kind, {}},
          ops::AddColumn{"t", first, ops::Position{}}});
  EXPECT_EQ(database.rows("SELECT first, id, computed, stored, kind, length(created) FROM t"),
            "NULL|1|3|2|b|19\nNULL|2|3|4|b|19\n");
}

TEST_F(SqliteRebuild, ConvertsValuesByTheNewType) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(9), b INTEGER, c JSON);"
      "INSERT INTO t VALUES (1, '12', 7, '[1]'), (2, 'x', 8, '\"y\"');",
      {to_type("t", "a", "integer"), to_type("t", "b", "text")});
  EXPECT_EQ(database.rows("SELECT a, typeof(a), b, typeof(b) FROM t"),
            "12|integer|7|text\nx|text|8|text\n");
}

TEST_F(SqliteRebuild, KeepsTablesThatReferToEachOther) {
  change(
      "CREATE TABLE a(id INTEGER PRIMARY KEY, b INT REFERENCES b ON DELETE CASCADE, x VARCHAR(5));"
      "CREATE TABLE b(id INTEGER PRIMARY KEY, a INT REFERENCES a(id) ON DELETE CASCADE);"
      "INSERT INTO a VALUES (1, NULL, 'x'); INSERT INTO b VALUES (7, 1);"
      "UPDATE a SET b = 7;",
      {to_type("a", "x", "text"), to_type("b", "id", "bigint")});
  EXPECT_EQ(database.rows("SELECT a.id, a.b, x, b.id, b.a FROM a, b"), "1|7|x|7|1\n");
  database.run("DELETE FROM b");
  EXPECT_EQ(database.rows("SELECT count(*) FROM a"), "0\n");
}

TEST_F(SqliteRebuild, ComputesGeneratedColumnsAgain) {
  change(
      "CREATE TABLE t(a INT, s INT AS (a * 2) STORED, v INT AS (s + 1), x VARCHAR(5));"
      "CREATE INDEX ix ON t(v); INSERT INTO t(a) VALUES (3), (4);",
      {to_type("t", "x", "text")});
  EXPECT_EQ(database.rows("SELECT * FROM t WHERE v > 7"), "4|8|9|NULL\n");
}

TEST_F(SqliteRebuild, LeavesUnsaidWhatWasUnsaid) {
  const char* script =
      "CREATE TABLE p(id INTEGER PRIMARY KEY);"
      "CREATE TABLE t(k TEXT PRIMARY KEY DESC, u INT UNIQUE CHECK (t.u > 0),"
      " p int REFERENCES p, a VARCHAR(5), UNIQUE (a COLLATE NOCASE, u DESC));"
      "INSERT INTO t VALUES ('k', 1, NULL, 'x');";
  change(script, {to_type("t", "a", "text")});
  const schema::Table table = database.inspect().table("t");
  EXPECT_EQ(table.sqlite.unnamed.size(), 4U);
  EXPECT_EQ(table.sqlite.implied.size(), 1U);
  EXPECT_TRUE(table.primary_key->parts.at(0).descending);
  EXPECT_EQ(table.uniques.at(1).parts.at(0).collation, "NOCASE");
  EXPECT_EQ(table.column("p").sqlite.type->native, "int");
  EXPECT_TRUE(table.column("k").sqlite.null_key);
  EXPECT_THROW(database.connection().execute("INSERT INTO t VALUES ('l', 0, NULL, 'y')"), Error);
}

TEST_F(SqliteRebuild, KeepsTheRowidThatAKeyWithDescIsNot) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY DESC, a VARCHAR(5));"
      "INSERT INTO t(rowid, id, a) VALUES (5, 50, 'x'), (9, 40, 'y');",
      {to_type("t", "a", "text")});
  EXPECT_EQ(database.rows("SELECT rowid, id, a FROM t"), "5|50|x\n9|40|y\n");
}

TEST_F(SqliteRebuild, KeepsAFullTextIndexOfTheTable) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a VARCHAR(5));"
      "CREATE VIRTUAL TABLE f USING fts5(a, content=t, content_rowid=id);"
      "CREATE TRIGGER t_ai AFTER INSERT ON t BEGIN"
      "  INSERT INTO f(rowid, a) VALUES (new.id, new.a); END;"
      "INSERT INTO t VALUES (1, 'hello'), (2, 'world');",
      {to_type("t", "a", "text")});
  database.run("INSERT INTO t VALUES (3, 'hello')");
  EXPECT_EQ(database.rows("SELECT rowid, a FROM f('hello')"), "1|hello\n3|hello\n");
}

TEST_F(SqliteRebuild, NamesAConstraintThatHadNone) {
  database.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a INT UNIQUE); INSERT INTO t VALUES (1, 2)");
  const Schema before = database.inspect();
  ops::AlterTable alter;
  alter.table = "t";
  alter.sqlite = before.table("t").sqlite;
  alter.sqlite->unnamed.clear();
  database.migrate(before, {alter});
  EXPECT_TRUE(database.inspect().table("t").sqlite.unnamed.empty());
  EXPECT_EQ(database.rows("SELECT * FROM t"), "1|2\n");
}

TEST_F(SqliteRebuild, LeavesTheDatabaseAsItWasWhenItFails) {
  database.run(
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT); CREATE INDEX ix ON t(a);"
      "CREATE TABLE c(t INT REFERENCES t ON DELETE CASCADE);"
      "INSERT INTO t VALUES (1, -1); INSERT INTO c VALUES (1);");
  const Schema before = database.inspect();
  EXPECT_THROW(
      database.migrate(before, {to_type("t", "a", "bigint"),
                                ops::CreateCheckConstraint{"t", {"ck", {"a > 0", {}, {}}}}}),
      Error);
  EXPECT_EQ(database.inspect(), before);
  EXPECT_EQ(database.rows("SELECT (SELECT count(*) FROM t), (SELECT count(*) FROM c)"), "1|1\n");
  EXPECT_EQ(database.rows("PRAGMA foreign_keys"), "1\n");
  EXPECT_EQ(database.rows("PRAGMA legacy_alter_table"), "0\n");
}

TEST_F(SqliteRebuild, KeepsTextThatLooksLikeAName) {
  // SQLite reads "no" as a text where there is no such column.
  change(
      "CREATE TABLE t(a VARCHAR(5), b TEXT DEFAULT \"dflt\" CHECK (b <> \"no\"));"
      "INSERT INTO t(a) VALUES ('x');",
      {to_type("t", "a", "text")});
  database.run("INSERT INTO t(a) VALUES ('y')");
  EXPECT_EQ(database.rows("SELECT * FROM t"), "x|dflt\ny|dflt\n");
  EXPECT_THROW(database.connection().execute("INSERT INTO t VALUES ('y', 'no')"), Error);
}

}  // namespace
}  // namespace dbmig
