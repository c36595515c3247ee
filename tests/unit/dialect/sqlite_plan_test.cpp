// Plans as text. That they work is tested on real databases in tests/unit/backend.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "dialect/dialect.hpp"
#include "dialect/needed_version.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/parse_create.hpp"
#include "ops/apply.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using ops::Operation;
using schema::Schema;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dialect& sqlite() {
  return dialect(DialectKind::sqlite);
}

std::vector<std::string> plan(const Schema& before, const std::vector<Operation>& operations) {
  std::vector<std::string> sql;
  for (const Statement& statement : sqlite().plan(before, operations, {})) {
    sql.push_back(statement.sql);
  }
  return sql;
}

Schema schema_of(const std::vector<const char*>& tables) {
  Schema schema;
  for (const char* sql : tables) {
    schema::Table table = parse_create_table(sql).table;
    schema.tables.emplace(table.name, std::move(table));
  }
  return sqlite().canonical(schema);
}

schema::Column column(const char* name, const char* type) {
  schema::Column made;
  made.name = name;
  made.type = schema::parse_type(type);
  return made;
}

ops::AlterColumn alter(const char* table, const char* name) {
  ops::AlterColumn change;
  change.table = table;
  change.name = name;
  return change;
}

TEST(SqlitePlan, CreatesATableWithEverything) {
  schema::Table table =
      parse_create_table(
          "CREATE TABLE t (id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, a VARCHAR(5) "
          "NOT NULL DEFAULT 'it''s'"
          " COLLATE NOCASE, b BOOLEAN DEFAULT 1, c DATETIME DEFAULT "
          "CURRENT_TIMESTAMP, d INTEGER DEFAULT"
          " (1 + 2), e INTEGER AS (d + 1) STORED, CONSTRAINT u UNIQUE (a, b), "
          "CONSTRAINT f FOREIGN KEY (d)"
          " REFERENCES t (id) ON DELETE CASCADE, CONSTRAINT c CHECK (d > 0))")
          .table;
  table.columns.push_back(column("k", "enum('x','y')"));
  EXPECT_THAT(plan({}, {ops::CreateTable{table}}),
              ElementsAre("CREATE TABLE \"t\" (\n"
                          "  \"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,\n"
                          "  \"a\" VARCHAR(5) NOT NULL DEFAULT 'it''s' COLLATE \"NOCASE\",\n"
                          "  \"b\" BOOLEAN DEFAULT 1,\n"
                          "  \"c\" DATETIME DEFAULT CURRENT_TIMESTAMP,\n"
                          "  \"d\" INTEGER DEFAULT (1 + 2),\n"
                          "  \"e\" INTEGER GENERATED ALWAYS AS (d + 1) STORED,\n"
                          "  \"k\" ENUM_TEXT CHECK (k IN ('x', 'y')),\n"
                          "  CONSTRAINT \"u\" UNIQUE (\"a\", \"b\"),\n"
                          "  CONSTRAINT \"f\" FOREIGN KEY (\"d\") REFERENCES \"t\" (\"id\")"
                          " ON DELETE CASCADE,\n"
                          "  CONSTRAINT \"c\" CHECK (d > 0)\n)"));
}

TEST(SqlitePlan, AltersWhereThatWorksOverRows) {
  const Schema before = schema_of({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"});
  schema::Column fixed = column("n", "integer");
  fixed.nullable = false;
  fixed.default_value = schema::Default{schema::Default::Kind::number, "0", {}};
  EXPECT_THAT(plan(before, {ops::AddColumn{"t", fixed, {}}}),
              ElementsAre("ALTER TABLE \"t\" ADD COLUMN \"n\" INTEGER NOT NULL DEFAULT 0"));
  EXPECT_THAT(plan(before, {ops::AddColumn{"t", column("n", "text"), ops::Position{"a"}}}),
              ElementsAre("ALTER TABLE \"t\" ADD COLUMN \"n\" TEXT"));
  EXPECT_THAT(plan(before, {ops::DropColumn{"t", "a"}}),
              ElementsAre("ALTER TABLE \"t\" DROP COLUMN \"a\""));
  EXPECT_THAT(plan(before, {ops::RenameTable{"t", "u"}}),
              ElementsAre("ALTER TABLE \"t\" RENAME TO \"u\""));
  ops::AlterColumn rename = alter("t", "a");
  rename.rename = "b";
  EXPECT_THAT(plan(before, {rename}),
              ElementsAre("ALTER TABLE \"t\" RENAME COLUMN \"a\" TO \"b\""));
}

TEST(SqlitePlan, RebuildsInThisOrder) {
  const Schema before =
      schema_of({"CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT, g INT AS (id))"});
  ops::AlterColumn change = alter("t", "a");
  change.nullable = false;
  EXPECT_THAT(plan(before, {change}),
              ElementsAre(HasSubstr("CREATE TABLE \"dbmig_new_t\" ("),
                          "INSERT OR ABORT INTO \"dbmig_new_t\" (\"id\", \"a\")\n"
                          "  SELECT \"t\".\"id\", \"t\".\"a\" FROM \"t\"",
                          "DELETE FROM sqlite_sequence WHERE name = 'dbmig_new_t'",
                          "INSERT INTO sqlite_sequence (name, seq)\n"
                          "  SELECT 'dbmig_new_t', seq FROM sqlite_sequence WHERE name = 't'",
                          "DROP TABLE \"t\"", "PRAGMA legacy_alter_table = ON",
                          "ALTER TABLE \"dbmig_new_t\" RENAME TO \"t\"",
                          "PRAGMA legacy_alter_table = OFF"));
}

TEST(SqlitePlan, DoesNothingForWhatSqliteDoesNotHave) {
  const Schema before = schema_of({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT)"});
  ops::AlterColumn comment = alter("t", "a");
  comment.comment = "hello";
  comment.mariadb = schema::MariadbColumn{};
  comment.mariadb->charset = "latin1";
  ops::AlterTable options;
  options.table = "t";
  options.comment = "hello";
  options.mariadb = schema::MariadbTable{};
  options.mariadb->engine = "InnoDB";
  schema::Index fulltext;
  fulltext.name = "ft";
  fulltext.kind = schema::IndexKind::fulltext;
  fulltext.parts.emplace_back().column = "a";
  EXPECT_THAT(
      plan(before, {comment, options, ops::CreateIndex{"t", fulltext}, ops::DropIndex{"t", "ft"}}),
      IsEmpty());
}

TEST(SqlitePlan, LeavesOutWhatIsOnlyForTheOtherDatabase) {
  schema::Table table = parse_create_table("CREATE TABLE m (id INTEGER PRIMARY KEY, a TEXT)").table;
  table.only = DialectKind::mariadb;
  schema::View view;
  view.name = "v";
  view.sql.mariadb = "SELECT 1";
  schema::Trigger trigger;
  trigger.name = "tr";
  trigger.table = "m";
  trigger.sql.any = "AFTER INSERT ON m BEGIN SELECT 1; END";
  ops::AlterColumn change = alter("m", "a");
  change.rename = "b";
  ops::BulkInsert rows{"m", {"id"}, {{"1"}}};
  ops::Execute execute;
  execute.sql.mariadb = "OPTIMIZE TABLE m";
  EXPECT_THAT(plan({}, {ops::CreateTable{table}, ops::CreateView{view}, ops::CreateTrigger{trigger},
                        ops::AddColumn{"m", column("n", "integer"), {}}, change, rows, execute,
                        ops::DropTrigger{"tr"}, ops::DropView{"v"}, ops::RenameTable{"m", "k"},
                        ops::DropTable{"k"}}),
              IsEmpty());
}

TEST(SqlitePlan, SaysWhichOperationAStatementIsOf) {
  const Schema before = schema_of({"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b TEXT)",
                                   "CREATE TABLE u (id INTEGER PRIMARY KEY)"});
  ops::AlterColumn first = alter("t", "a");
  first.nullable = false;
  ops::AlterColumn second = alter("t", "b");
  second.nullable = false;
  ops::Execute execute;
  execute.sql.any = "UPDATE t SET a = 1; UPDATE t SET b = 2;";
  const std::vector<Operation> operations = {
      first, second, ops::AddColumn{"u", column("n", "integer"), {}}, execute};
  const auto statements = sqlite().plan(before, operations, {});
  ASSERT_EQ(statements.size(), 9U);
  EXPECT_EQ(statements.front().first_operation, 0U);
  EXPECT_EQ(statements.front().last_operation, 1U);
  EXPECT_FALSE(statements.front().is_data);
  EXPECT_EQ(statements[6].first_operation, 2U);
  EXPECT_EQ(statements[7].sql, "UPDATE t SET a = 1");
  EXPECT_TRUE(statements[7].is_data);
  EXPECT_EQ(statements[8].last_operation, 3U);
}

TEST(SqlitePlan, WritesRowsByTheTypesOfTheirColumns) {
  const Schema before = schema_of(
      {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT, b BOOLEAN, c BLOB, d DECIMAL(5,2))"});
  ops::BulkInsert insert{"t",
                         {"id", "a", "b", "c", "d"},
                         {{"1", "007", "true", "a'b", "-1.50"}, {"2", "it's", "0", {}, "x"}}};
  ops::BulkDelete remove{"t", {"id", "a"}, {{"1", "007"}, {"2", {}}}};
  EXPECT_THAT(plan(before, {insert, remove}),
              ElementsAre("INSERT INTO \"t\" (\"id\", \"a\", \"b\", \"c\", \"d\") VALUES\n"
                          "  (1, '007', 1, X'612762', -1.50),\n"
                          "  (2, 'it''s', 0, NULL, 'x')",
                          "DELETE FROM \"t\" WHERE \"t\".\"id\" IS 1 AND \"t\".\"a\" IS '007'",
                          "DELETE FROM \"t\" WHERE \"t\".\"id\" IS 2 AND \"t\".\"a\" IS NULL"));
}

TEST(SqlitePlan, CutsManyRowsIntoSeveralStatements) {
  ops::BulkInsert insert{"t", {"id"}, {}};
  for (int i = 0; i < 450; ++i) insert.rows.push_back({std::to_string(i)});
  const Schema before = schema_of({"CREATE TABLE t (id INTEGER PRIMARY KEY)"});
  EXPECT_EQ(plan(before, {insert}).size(), 3U);
}

TEST(SqliteParse, RefusesWhatIsNoStatement) {
  for (const char* sql :
       {"", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t (", "CREATE TABLE t (a",
        "CREATE TABLE t (a TEXT DEFAULT", "CREATE TABLE t (a CHECK (b)", "CREATE TABLE t (a) x",
        "CREATE TABLE t (a REFERENCES)", "CREATE TABLE t (a, CONSTRAINT", "SELECT 1",
        "CREATE TABLE (", "CREATE TABLE t (a REFERENCES p ON DELETE)",
        "CREATE TABLE t (a, PRIMARY KEY)"}) {
    EXPECT_THROW(parse_create_table(sql), Error) << sql;
  }
  EXPECT_THROW(parse_create_index("CREATE INDEX"), Error);
  EXPECT_THROW(parse_create_view("CREATE VIEW v"), Error);
  EXPECT_THROW(parse_create_trigger("CREATE TRIGGER t AFTER"), Error);
}

// Whatever is cut off or put in, it is read or refused.
TEST(SqliteParse, NeverCrashes) {
  const std::string sql =
      "CREATE TABLE \"t\" ([a b] VARCHAR(5, -2) CONSTRAINT x NOT NULL ON CONFLICT IGNORE DEFAULT"
      " ('it''s') COLLATE NOCASE CHECK (a IN ('x')) REFERENCES p (a) ON DELETE SET NULL NOT"
      " DEFERRABLE INITIALLY DEFERRED, b INT GENERATED ALWAYS AS (1) STORED, PRIMARY KEY (a, b),"
      " CONSTRAINT y UNIQUE (b COLLATE x DESC) FOREIGN KEY (a) REFERENCES q) WITHOUT ROWID, STRICT";
  for (std::size_t i = 0; i < sql.size(); ++i) {
    for (const std::string& broken :
         {sql.substr(0, i), sql.substr(i), sql.substr(0, i) + ")" + sql.substr(i),
          sql.substr(0, i) + "'" + sql.substr(i), sql.substr(0, i) + sql.substr(i + 1)}) {
      try {
        parse_create_table(broken);
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::invalid);
      }
    }
  }
}

/// What ALTER TABLE cannot do in the library that is there, a rebuild does.
TEST(SqlitePlan, AsksWhatTheLibrarysVersionCanDo) {
  const Schema before = schema_of({"CREATE TABLE t (a INTEGER, b TEXT)"});
  const std::vector<Operation> drop{ops::DropColumn{"t", "b"}};
  const auto statements = [&](int version, const std::vector<Operation>& operations) {
    std::string all;
    for (const Statement& one : SqliteDialect(version).plan(before, operations, {})) {
      all += one.sql + ";\n";
    }
    return all;
  };
  EXPECT_THAT(statements(3035000, drop), HasSubstr("DROP COLUMN"));
  EXPECT_THAT(statements(3034001, drop), testing::AllOf(HasSubstr("INSERT OR ABORT INTO"),
                                                        testing::Not(HasSubstr("DROP COLUMN"))));
  ops::AlterColumn rename;
  rename.table = "t";
  rename.name = "b";
  rename.rename = "c";
  EXPECT_THAT(statements(3025000, {rename}), HasSubstr("RENAME COLUMN"));
  EXPECT_THROW(statements(3024000, {rename}), Error);
}

TEST(NeededVersion, IsThatOfTheNewestFeature) {
  using enum DialectKind;
  const std::string drop = "ALTER TABLE \"t\" DROP COLUMN \"b\"";
  EXPECT_EQ(needed_version(sqlite, {"CREATE TABLE t (a)"}), "");
  EXPECT_EQ(needed_version(sqlite, {drop}), "SQLite 3.35 (DROP COLUMN)");
  EXPECT_EQ(needed_version(sqlite, {drop, "CREATE TABLE t (a INT) STRICT"}),
            "SQLite 3.37 (STRICT)");
  EXPECT_EQ(needed_version(sqlite, {"CREATE TABLE t (\"strict\" INT)"}), "");
  EXPECT_EQ(needed_version(mariadb, {drop}), "");
  EXPECT_EQ(needed_version(mariadb, {"CREATE TABLE t (v vector(3))"}), "MariaDB 11.7 (VECTOR)");
}

}  // namespace
}  // namespace dbmig::dialect::sqlite
