#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sqlite_support.hpp"

namespace dbmig {
namespace {

using schema::Schema;
using test::SqliteDatabase;
using testing::HasSubstr;

class SqliteRename : public testing::Test {
 protected:
  void change(std::string_view script, const std::vector<ops::Operation>& operations) {
    database.run(script);
    const Schema before = database.inspect();
    database.migrate(before, operations);
    const Schema after = ops::apply(before, std::span<const ops::Operation>(operations));
    EXPECT_EQ(database.reconciled(after), database.connection().dialect().canonical(after));
  }

  static ops::AlterColumn column(const char* table, const char* from, const char* to) {
    ops::AlterColumn rename;
    rename.table = table;
    rename.name = from;
    rename.rename = to;
    return rename;
  }

  SqliteDatabase database;
};

constexpr std::string_view kScript =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT, b INT AS (a + 1), "
    "  up INT CONSTRAINT fk_up REFERENCES t(id), CONSTRAINT positive CHECK (t.a > 0));"
    "CREATE INDEX ix ON t(a, a * 2) WHERE a > 1;"
    "CREATE TABLE c(id INTEGER PRIMARY KEY,"
    "  t INT CONSTRAINT fk_c REFERENCES t ON DELETE CASCADE);"
    "CREATE VIEW v AS SELECT t.a, 'a' AS label FROM t;"
    "CREATE TABLE log(x INT);"
    "CREATE TRIGGER tr AFTER UPDATE OF a ON t BEGIN INSERT INTO log VALUES (new.a); END;"
    "CREATE TRIGGER vtr INSTEAD OF DELETE ON v BEGIN DELETE FROM t WHERE a = old.a; END;"
    "INSERT INTO t(id, a) VALUES (1, 5); INSERT INTO c VALUES (1, 1);";

TEST_F(SqliteRename, ColumnIsFollowedEverywhere) {
  change(kScript, {column("t", "a", "order")});
  EXPECT_EQ(database.rows("SELECT \"order\", b FROM t"), "5|6\n");
  database.run("UPDATE t SET \"order\" = 7");
  EXPECT_EQ(database.rows("SELECT * FROM log"), "7\n");
  EXPECT_THROW(database.connection().execute("UPDATE t SET \"order\" = -1"), Error);
}

TEST_F(SqliteRename, TableIsFollowedEverywhere) {
  change(kScript, {ops::RenameTable{"t", "new name"}});
  EXPECT_EQ(database.rows("SELECT a FROM v"), "5\n");
  database.run("UPDATE \"new name\" SET a = 7; DELETE FROM \"new name\"");
  EXPECT_EQ(database.rows("SELECT * FROM log"), "7\n");
  EXPECT_EQ(database.rows("SELECT * FROM c"), "");
}

TEST_F(SqliteRename, CanChangeNothingButTheCase) {
  change(kScript, {ops::RenameTable{"t", "T"}, column("T", "a", "A")});
  EXPECT_EQ(database.rows("SELECT name FROM sqlite_master WHERE name = 'T'"), "T\n");
}

// What inspection calls a constraint that has no name is made from the table's and columns' names.
TEST_F(SqliteRename, KeepsTheNamesOfConstraintsThatHaveNone) {
  const std::string script =
      "CREATE TABLE p(id INTEGER PRIMARY KEY);"
      "CREATE TABLE t(id INTEGER PRIMARY KEY, a INT UNIQUE CHECK (a > 0), p INT REFERENCES p);"
      "INSERT INTO p VALUES (1); INSERT INTO t VALUES (1, 5, 1);";
  change(script, {ops::RenameTable{"t", "u"}, column("u", "a", "b")});
  EXPECT_EQ(database.inspect().table("u").sqlite.unnamed.size(), 3U);
  EXPECT_EQ(database.rows("SELECT * FROM u"), "1|5|1\n");
}

TEST_F(SqliteRename, IsNoRebuildWhereConstraintsHaveNames) {
  database.run("CREATE TABLE t(id INTEGER PRIMARY KEY, a INT CONSTRAINT u UNIQUE)");
  const auto sent = database.migrate(database.inspect(), {column("t", "a", "b")});
  EXPECT_EQ(sent.size(), 1U);
}

TEST_F(SqliteRename, SwapsTwoColumns) {
  change("CREATE TABLE t(a INT, b INT, CONSTRAINT ck CHECK (a < b)); INSERT INTO t VALUES (1, 2);",
         {column("t", "a", "x"), column("t", "b", "a"), column("t", "x", "b")});
  EXPECT_EQ(database.rows("SELECT a, b FROM t"), "2|1\n");
}

TEST_F(SqliteRename, KeepsTheCounter) {
  change(
      "CREATE TABLE t(id INTEGER PRIMARY KEY AUTOINCREMENT); INSERT INTO t VALUES (9);"
      "DELETE FROM t;",
      {ops::RenameTable{"t", "u"}});
  database.run("INSERT INTO u DEFAULT VALUES");
  EXPECT_EQ(database.rows("SELECT id FROM u"), "10\n");
}

TEST_F(SqliteRename, KeepsTheValuesOfAnEnum) {
  database.run("CREATE TABLE x(id INTEGER PRIMARY KEY)");
  schema::Column kind;
  kind.name = "kind";
  kind.type = schema::parse_type("enum('it''s','b')");
  change("", {ops::AddColumn{"x", kind, {}}, column("x", "kind", "my kind")});
  EXPECT_EQ(database.inspect().table("x").column("my kind").type, kind.type);
  EXPECT_THROW(database.connection().execute("INSERT INTO x VALUES (1, 'c')"), Error);
  database.run("INSERT INTO x VALUES (1, 'it''s'), (2, NULL)");
}

TEST_F(SqliteRename, NamesTheViewThatCannotBeRead) {
  database.run("CREATE TABLE t(a INT); CREATE VIEW broken AS SELECT missing FROM t");
  try {
    database.migrate(database.inspect(), {column("t", "a", "b")});
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("broken"));
  }
}

}  // namespace
}  // namespace dbmig
