// What `dbmig copy` leaves behind is said before anything is written, and what it can take along
// goes: triggers of chosen tables, sequences, full-text indexes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CopyParts : public testing::Test {
 protected:
  void make(const std::string& script, const std::string& file = "a.db") const {
    project.write("script.sql", script);
    const Result made = shell("sqlite3 -bail " + file + " < script.sql", project.path());
    ASSERT_EQ(made.code, 0) << made.out;
  }
  std::string sqlite(const std::string& query, const std::string& file) const {
    project.write("query.sql", query + ";");
    return shell("sqlite3 " + file + " < query.sql", project.path()).out;
  }

  Project project;
};

class CopyPartsOnMariadb : public CopyParts {
 protected:
  void SetUp() override {
    if (!mariadb_server()) GTEST_SKIP() << kNoServer;
    server = std::make_unique<ServerDatabase>();
  }
  std::string sql(const std::string& query) const { return mariadb_sql(query, server->name()); }

  std::unique_ptr<ServerDatabase> server;
};

TEST_F(CopyParts, WhatDependsOnTablesThatStayBehindIsNamed) {
  make(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, n INT); CREATE TABLE b (id INTEGER PRIMARY KEY);"
      "CREATE VIEW v AS SELECT id FROM a;"
      "CREATE TRIGGER own AFTER INSERT ON a BEGIN UPDATE a SET n = 1 WHERE id = new.id; END;"
      "CREATE TRIGGER other AFTER INSERT ON a BEGIN DELETE FROM b; END;"
      "CREATE TRIGGER gone AFTER INSERT ON b BEGIN DELETE FROM a; END;"
      "INSERT INTO b VALUES (1); INSERT INTO a VALUES (1, 2);");
  for (const auto& choice : {std::pair("--exclude", "b"), std::pair("--tables", "a")}) {
    const std::vector<std::string> copy = {"copy", "sqlite:///a.db", "sqlite:///b.db", choice.first,
                                           choice.second};
    std::vector<std::string> strict = copy;
    strict.push_back("--strict");
    const auto names_all = AllOf(
        HasSubstr("Not copied: view 'v': only some of the tables are copied"),
        HasSubstr("Not copied: trigger 'gone': its table 'b' is not copied"),
        HasSubstr("Not copied: trigger 'other' of table 'a': it names 'b', which is not copied"),
        Not(HasSubstr("'own'")));
    EXPECT_THAT(project.expect(4, strict).err, names_all);
    EXPECT_FALSE(std::filesystem::exists(project.path() / "b.db"));
    EXPECT_THAT(project.expect(0, copy).err, names_all);
    EXPECT_EQ(sqlite("SELECT group_concat(name) FROM sqlite_schema WHERE type <> 'table'", "b.db"),
              "own\n");
    std::filesystem::remove(project.path() / "b.db");
  }
}

TEST_F(CopyParts, VirtualTablesKeepTheirRows) {
  make(
      "CREATE VIRTUAL TABLE own USING fts5 (title, body);"
      "CREATE VIRTUAL TABLE old USING fts4 (title);"
      "CREATE TABLE note (id INTEGER PRIMARY KEY, body TEXT);"
      "CREATE VIRTUAL TABLE found USING fts5 (body, content='note', content_rowid='id');"
      "CREATE VIRTUAL TABLE place USING rtree (id, x1, x2);"
      "INSERT INTO own (rowid, title, body) VALUES (7, 'seven', 'a body'), (9, NULL, 'it''s');"
      "INSERT INTO old (docid, title) VALUES (3, 'three');"
      "INSERT INTO note VALUES (5, 'five words'); INSERT INTO found (found) VALUES ('rebuild');"
      "INSERT INTO place VALUES (4, 1.5, 2.25);");
  project.expect(0, {"copy", "sqlite:///a.db", "sqlite:///b.db", "--plan", "--strict"});
  project.expect(0, {"copy", "sqlite:///a.db", "sqlite:///b.db", "--strict"});
  EXPECT_EQ(sqlite("SELECT rowid, title FROM own WHERE own MATCH 'body'; "
                   "SELECT docid FROM old WHERE old MATCH 'three'; "
                   "SELECT rowid FROM found WHERE found MATCH 'words'; SELECT * FROM place",
                   "b.db"),
            "7|seven\n3\n5\n4|1.5|2.25\n");
  EXPECT_THAT(project.expect(0, {"diff", "--data", "sqlite:///a.db", "sqlite:///b.db"}).err,
              HasSubstr("Not compared: the rows of virtual table 'found' (fts5)"));
  sqlite("DELETE FROM own WHERE rowid = 9", "b.db");
  EXPECT_THAT(project.expect(3, {"diff", "--data", "sqlite:///a.db", "sqlite:///b.db"}).out,
              HasSubstr("rowid '9'"));
  EXPECT_EQ(project.expect(0, {"--url", "sqlite:///a.db", "export", "own"}).out,
            "rowid,title,body\n7,seven,a body\n9,,\"it's\"\n");
  EXPECT_THAT(project.expect(4, {"--url", "sqlite:///a.db", "export", "found"}).err,
              HasSubstr("the rows of virtual table 'found' (fts5) are not its own"));
  EXPECT_THAT(project.expect(0, {"--url", "sqlite:///a.db", "export", "--all", "-o", "out/"}).err,
              HasSubstr("Not exported: the rows of virtual table 'found' (fts5)"));
}

TEST_F(CopyParts, RowsThatAVirtualTableDoesNotGiveBackAreNamed) {
  make(
      "CREATE VIRTUAL TABLE bare USING fts5 (body, content='');"
      "INSERT INTO bare (rowid, body) VALUES (1, 'words');");
  const auto is_named = HasSubstr("Not copied: the rows of virtual table 'bare' (fts5)");
  EXPECT_THAT(project.expect(4, {"copy", "sqlite:///a.db", "sqlite:///b.db", "--strict"}).err,
              is_named);
  EXPECT_THAT(project.expect(0, {"copy", "sqlite:///a.db", "sqlite:///b.db"}).err, is_named);
}

TEST_F(CopyParts, ATargetThatStaysUpgradedIsNamed) {
  make("CREATE TABLE t (id INTEGER PRIMARY KEY, n INT)");
  project.start("sqlite:///a.db");
  project.expect(0, {"adopt", "-m", "first"});
  project.expect(0, {"--url", "sqlite:///b.db", "upgrade"});
  project.write("schemas/more.yaml",
                "tables:\n  more:\n    columns: {id: integer}\n    primary_key: [id]\n");
  project.expect(0, {"migrate", "-m", "second"});
  project.expect(0, {"upgrade"});
  sqlite("INSERT INTO t VALUES (1, 1), (2, 1)", "a.db");
  sqlite("CREATE UNIQUE INDEX by_hand ON t (n)", "b.db");
  const Result failed = project.dbmig({"copy", "sqlite:///a.db", "sqlite:///b.db"});
  EXPECT_NE(failed.code, 0);
  EXPECT_THAT(failed.err, AllOf(HasSubstr("The target stays upgraded, to revision "),
                                HasSubstr("dbmig --url 'sqlite:///b.db' downgrade -1")));
  project.expect(0, {"--url", "sqlite:///b.db", "downgrade", "-1"});
  EXPECT_EQ(sqlite("SELECT count(*) FROM sqlite_schema WHERE name = 'more'", "b.db"), "0\n");
}

TEST_F(CopyParts, ASourceThatIsNotThereIsNotToBeMade) {
  project.start("sqlite:///a.db");
  EXPECT_THAT(project.expect(1, {"copy", "sqlite:///none.db", "sqlite:///b.db"}).err,
              AllOf(HasSubstr("none.db' does not exist; check the path in the database URL"),
                    Not(HasSubstr("dbmig upgrade"))));
  EXPECT_THAT(project.expect(1, {"inspect"}).err, HasSubstr("create it with: dbmig upgrade"));
}

TEST_F(CopyPartsOnMariadb, RowsAreCheckedAgainstTheColumnsThatAreThere) {
  make("CREATE TABLE wr (k INTEGER PRIMARY KEY, v ANY); INSERT INTO wr VALUES (1, 'abcdef')");
  sql("CREATE TABLE wr (k INT PRIMARY KEY, v VARCHAR(2))");
  const Result refused = project.expect(1, {"copy", "sqlite:///a.db", server->url()});
  EXPECT_THAT(refused.out, HasSubstr("'wr.v': 'abcdef' is too long: 6 characters, and varchar(2)"));
  EXPECT_THAT(refused.err, Not(HasSubstr("the source was changed")));
}

TEST_F(CopyPartsOnMariadb, WidenIsNamedWhereItHelps) {
  make("CREATE TABLE t (k INTEGER PRIMARY KEY, v VARCHAR(2)); INSERT INTO t VALUES (1, 'abcdef')");
  const std::vector<std::string> copy = {"copy", "sqlite:///a.db", server->url()};
  EXPECT_THAT(project.expect(1, copy).err, HasSubstr("--widen changes the columns so that it can"));
  project.expect(0, {"copy", "sqlite:///a.db", server->url(), "--widen"});
  EXPECT_EQ(sql("SELECT v FROM t"), "abcdef\n");
  sql("DROP TABLE t");
  sql("CREATE TABLE t (k INT PRIMARY KEY, v VARCHAR(2))");
  for (const char* how : {"--truncate", "--widen", "--data-only"}) {
    EXPECT_THAT(project.expect(1, {"copy", "sqlite:///a.db", server->url(), how}).err,
                Not(HasSubstr("--widen")));
  }
}

TEST_F(CopyPartsOnMariadb, TheHistoryOfATableIsNamed) {
  sql("CREATE TABLE h (id INT PRIMARY KEY, n INT) WITH SYSTEM VERSIONING");
  sql("CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2");
  sql("INSERT INTO h VALUES (1, 1)");
  sql("UPDATE h SET n = 2");
  const ServerDatabase other;
  const std::string url = server->url();
  const auto is_named = HasSubstr("Not copied: the history of table 'h'");
  const auto copies = [&](const std::string& target) {
    EXPECT_THAT(project.expect(4, {"copy", url, target, "--strict"}).err, is_named);
    const Result copied = project.expect(0, {"copy", url, target});
    EXPECT_THAT(copied.err, is_named);
    return copied;
  };
  copies(other.url());
  EXPECT_THAT(project.expect(0, {"copy", url, other.url(), "--data-only", "--truncate"}).err,
              is_named);
  project.start(url);
  project.expect(0, {"adopt", "-m", "first"});
  EXPECT_THAT(copies("sqlite:///h.db").err, HasSubstr("the partitions of table 'parted'"));
  const ServerDatabase managed;
  copies(managed.url());
}

TEST_F(CopyPartsOnMariadb, SequencesGoOn) {
  sql("CREATE SEQUENCE sq START WITH 7 INCREMENT BY 3 NOCACHE");
  sql("CREATE TABLE t (id INT PRIMARY KEY DEFAULT NEXTVAL(sq), n INT)");
  sql("CREATE SEQUENCE unused");
  sql("INSERT INTO t (n) VALUES (1)");
  const ServerDatabase other;
  project.expect(0, {"copy", server->url(), other.url()});
  EXPECT_EQ(mariadb_sql("SELECT NEXTVAL(sq)", other.name()), "10\n");
  sql("INSERT INTO t (n) VALUES (2), (3)");
  project.expect(0, {"copy", server->url(), other.url(), "--truncate"});
  EXPECT_EQ(mariadb_sql("SELECT NEXTVAL(sq)", other.name()), "16\n");
  // Of some tables, with the sequence that they take their numbers from.
  const ServerDatabase some;
  EXPECT_THAT(project.expect(0, {"copy", server->url(), some.url(), "--tables", "t"}).err,
              AllOf(HasSubstr("Not copied: sequence 'unused': only some of the tables are copied"),
                    Not(HasSubstr("sequence 'sq'"))));
  EXPECT_EQ(mariadb_sql("SELECT NEXTVAL(sq)", some.name()), "16\n");
}

}  // namespace
}  // namespace dbmig::test
