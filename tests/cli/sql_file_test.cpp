// SQL files as models: `inspect --sql-file`, schemas/*.sql, and the settings that go with them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kPortable =
    "CREATE TABLE customer (\n  id INTEGER NOT NULL PRIMARY KEY,\n  name VARCHAR(64) NOT NULL\n);\n"
    "INSERT INTO customer VALUES (1, 'a;b');\n"
    "CREATE INDEX ix_name ON customer (name);\n";

class SqlFile : public OnEachDatabase {
 protected:
  std::string dialect() const { return on_mariadb() ? "mariadb" : "sqlite"; }
  /// `inspect --sql-file schema.sql` outside of any project.
  Result inspect(int code, const std::string& sql, Project::Arguments more = {}) const {
    std::filesystem::remove(project.path() / "dbmig.yaml");
    std::filesystem::remove_all(project.path() / "migrations");
    project.write("schema.sql", sql);
    Project::Arguments arguments = {"inspect", "--sql-file", "schema.sql", "--dialect", dialect()};
    if (on_mariadb()) arguments.insert(arguments.end(), {"--url", url});
    arguments.insert(arguments.end(), more.begin(), more.end());
    return project.expect(code, arguments);
  }
  void settings(const std::string& more) const {
    project.write("dbmig.yaml", "database: " + text::quote(url, '"') + "\n" + more);
  }
};

TEST_P(SqlFile, BecomesAModelWithoutAProject) {
  const Result result = inspect(0, kPortable);
  EXPECT_THAT(result.out, AllOf(HasSubstr("customer:"), HasSubstr("ix_name: [name]")));
  EXPECT_THAT(result.err, IsEmpty());
  const auto json = inspect(0, kPortable, {"--json"}).json();
  EXPECT_EQ(json["tables"][0], "customer");
  EXPECT_THAT(json["unsupported"], IsEmpty());
  EXPECT_THAT(inspect(1, kPortable, {"--table", "custoner"}).err, HasSubstr("customer"));
}

TEST_P(SqlFile, MistakesAreShownWhereTheyAre) {
  EXPECT_THAT(inspect(1, "CREATE TABLE a (id int);\r\n\r\nCREATE TABEL b (id int);\r\n").err,
              StartsWith("error: schema.sql:3:1: "));
  EXPECT_THAT(inspect(1, "CREATE TABLE a (id int DEFAULT 'x);").err,
              HasSubstr("schema.sql:1:32: a string is not closed"));
  const auto json = inspect(1, "SELEC 1;", {"--json"}).json();
  EXPECT_EQ(json["error"]["diagnostics"][0]["line"], 1);
  EXPECT_EQ(json["error"]["diagnostics"][0]["file"], "schema.sql");
}

TEST_P(SqlFile, BadInputIsNamed) {
  EXPECT_THAT(inspect(0, "").err, HasSubstr("schema.sql holds no statement"));
  Project::Arguments arguments = {"inspect", "--sql-file", "none.sql", "--dialect", dialect()};
  EXPECT_THAT(project.expect(1, arguments).err, HasSubstr("cannot read none.sql"));
  std::filesystem::create_directory(project.path() / "folder.sql");
  arguments[2] = "folder.sql";
  EXPECT_THAT(project.expect(1, arguments).err, HasSubstr("cannot read folder.sql"));
  arguments[2] = "schema.sql";
  arguments[4] = "postgres";
  EXPECT_THAT(project.expect(2, arguments).err, HasSubstr("unknown dialect 'postgres'"));
  EXPECT_THAT(project.expect(2, {"inspect", "--sql-file", "schema.sql"}).err,
              HasSubstr("the SQL dialect of schema.sql is not known"));
  EXPECT_THAT(project.expect(2, {"inspect", "--dialect", "sqlite", "--url", url}).err,
              HasSubstr("--dialect works only with --sql-file"));
}

TEST_P(SqlFile, StandardInputIsAFileToo) {
  project.write("schema.sql", kPortable);
  const Result result =
      shell(dbmig_binary().string() + " inspect --sql-file - --dialect " + dialect() + " --url '" +
                (on_mariadb() ? url : "sqlite://") + "' < schema.sql",
            project.path());
  EXPECT_THAT(result.out, HasSubstr("ix_name"));
}

TEST_P(SqlFile, ADumpOfTheDatabaseIsTheDatabase) {
  if (on_mariadb()) {
    sql("CREATE TABLE a (id int AUTO_INCREMENT PRIMARY KEY, n varchar(20) DEFAULT 'x;y')");
    sql("CREATE TABLE b (a_id int, CONSTRAINT fk_b FOREIGN KEY (a_id) REFERENCES a (id))");
    sql("INSERT INTO a (n) VALUES ('it''s; -- 1'), ('\\\\')");
    sql("CREATE VIEW v AS SELECT id, n FROM a");
    sql("CREATE TRIGGER t BEFORE INSERT ON a FOR EACH ROW SET NEW.n = CONCAT(NEW.n, ';')");
    const Url server = mariadb_server().value();
    const std::string name = text::split(text::split(url, '?')[0], '/').back();
    const auto socket = server.parameters.find("socket");
    ASSERT_NE(socket, server.parameters.end());
    const Result dump =
        shell("mariadb-dump --no-defaults -u" + server.user + " -S " + socket->second +
                  " --databases --routines --events " + name + " > dump.mariadb.sql",
              project.path());
    ASSERT_EQ(dump.code, 0) << dump;
  } else {
    sql("CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, n TEXT DEFAULT 'x;y')");
    sql("CREATE TABLE b (a_id int, CONSTRAINT fk_b FOREIGN KEY (a_id) REFERENCES a (id))");
    sql("INSERT INTO a (n) VALUES ('it''s; -- 1')");
    sql("CREATE VIEW v AS SELECT id, n FROM a");
    sql("CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET n = ';'; DELETE FROM b; END");
    ASSERT_EQ(shell("sqlite3 app.db .dump > dump.sqlite.sql", project.path()).code, 0);
  }
  const std::string file = "dump." + dialect() + ".sql";
  EXPECT_EQ(project.expect(0, {"inspect", "--sql-file", file}).out,
            project.expect(0, {"inspect"}).out);
  EXPECT_THAT(project.expect(0, {"diff", "database", file}).err, HasSubstr("No differences."));
}

TEST_P(SqlFile, IsPartOfTheModelBesideYaml) {
  project.write("schemas/customer." + dialect() + ".sql", kPortable);
  project.write("schemas/orders.yaml",
                "tables:\n  orders:\n    columns:\n      id: integer\n"
                "      customer_id: {type: integer, references: customer(id)}\n"
                "    primary_key: [id]\n");
  project.migrate("aaaaaaaaaaaa", "first");
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  project.write("schemas/customer." + dialect() + ".sql",
                std::string(kPortable) + "ALTER TABLE customer ADD COLUMN mail VARCHAR(80);\n");
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "mail"}).err,
              HasSubstr("Detected added column 'customer.mail'"));
}

TEST_P(SqlFile, WhatIsThereTwiceIsNamedWithBothPlaces) {
  project.write("schemas/a.yaml", "tables:\n  customer:\n    columns: {id: integer}\n");
  project.write("schemas/b." + dialect() + ".sql", kPortable);
  EXPECT_THAT(project.expect(1, {"migrate"}).err,
              HasSubstr("schemas/b." + dialect() +
                        ".sql:1:1: table 'customer' is defined twice; the first one is at "
                        "schemas/a.yaml:2:3"));
}

TEST_P(SqlFile, MistakesOfSchemasHaveTheirPlace) {
  project.write("schemas/b." + dialect() + ".sql", "\nCREATE TABLE x (id int) oops;");
  EXPECT_THAT(project.expect(1, {"migrate"}).err,
              StartsWith("error: schemas/b." + dialect() + ".sql:2:1: "));
  project.write("schemas/b." + dialect() + ".sql",
                on_mariadb() ? "SET foreign_key_checks = 0;\nCREATE TABLE x (id int, FOREIGN KEY "
                               "(id) REFERENCES nowhere (id));"
                             : "CREATE TABLE y (i int);\nCREATE TABLE x (id int REFERENCES nowhere "
                               "(id));");
  EXPECT_THAT(project.expect(1, {"migrate"}).err,
              AllOf(HasSubstr("schemas/b." + dialect() + ".sql:2:1: "), HasSubstr("nowhere")));
}

TEST_P(SqlFile, TheProjectsOnlyDialectIsItsFiles) {
  project.write("schemas/b.sql", kPortable);
  EXPECT_THAT(project.expect(2, {"migrate"}).err,
              HasSubstr("the SQL dialect of schemas/b.sql is not known"));
  settings("dialects: [" + dialect() + "]\n");
  project.migrate("aaaaaaaaaaaa", "first");
  project.expect(0, {"upgrade"});
  project.expect(0, {"check"});
}

TEST_P(SqlFile, AProjectForOneDatabaseMayUseAllOfIt) {
  if (!on_mariadb()) {
    project.model(
        "tables:\n  t:\n    columns: {id: integer, a: text}\n    primary_key: [id]\n"
        "    indexes: {ix_t_low: {columns: [{expr: lower(a)}], unique: true}}\n");
    EXPECT_THAT(project.expect(1, {"migrate", "-m", "x"}).err,
                HasSubstr("mariadb cannot create table 't'"));
  } else {
    project.model("tables:\n  t:\n    columns: {id: integer, a: text}\n    primary_key: [id]\n");
  }
  settings("dialects: " + dialect() + "\n");
  project.migrate("aaaaaaaaaaaa", "x");
  project.expect(0, {"upgrade"});
  project.expect(0, {"check"});
  settings("dialects: [oracle]\n");
  EXPECT_THAT(project.expect(1, {"check"}).err, HasSubstr("unknown dialect 'oracle'"));
}

TEST_P(SqlFile, StrictIsForThoseWhoWantAll) {
  // A foreign key to another database, a table of an extension: no model can say them.
  const std::string sql =
      on_mariadb() ? "CREATE TABLE t (id int) PACK_KEYS=1;" : "CREATE TABLE t (id int);";
  const Result told = inspect(0, sql, {"--json"});
  const bool missed = !told.json()["unsupported"].empty();
  EXPECT_EQ(missed, told.err.find("left out") != std::string::npos);
  inspect(missed ? 3 : 0, sql, {"--strict"});
}

TEST(SqlFileOnMariadb, NeedsAServerThatMayMakeDatabases) {
  const Project project;
  project.start();
  project.write("x.mariadb.sql", "CREATE TABLE t (id int);");
  EXPECT_THAT(project.expect(2, {"inspect", "--sql-file", "x.mariadb.sql"}).err,
              HasSubstr("on MariaDB needs a server"));
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase database;
  const std::string user = "dbmig_" + random_hex(8);
  mariadb_sql("CREATE USER " + user + "@localhost IDENTIFIED BY 'pw'; GRANT SELECT ON " +
              database.name() + ".* TO " + user + "@localhost");
  const std::string url = text::replace_all(database.url(), "://" + mariadb_server()->user + "@",
                                            "://" + user + ":pw@");
  const Result denied = project.expect(1, {"inspect", "--sql-file", "x.mariadb.sql", "--url", url});
  EXPECT_THAT(denied.err, AllOf(HasSubstr("cannot create a scratch database on mariadb://" + user),
                                HasSubstr("GRANT ALL PRIVILEGES ON `dbmig\\_scratch\\_%`"),
                                Not(HasSubstr("pw@"))));
  // `migrate` goes on, and its warning has the grant, ready to be pasted.
  Project both;
  both.start(url);
  both.model("tables:\n  t: {columns: {id: integer}, primary_key: [id]}\n");
  EXPECT_THAT(
      both.expect(0, {"migrate", "-m", "one"}).err,
      HasSubstr("GRANT ALL PRIVILEGES ON `dbmig\\_scratch\\_%`.* TO '" + user + "'@'localhost'"));
  // The setting names the server that may.
  project.write("dbmig.yaml", "database: " + text::quote(url, '"') +
                                  "\nscratch: " + text::quote(database.url(), '"') + "\n");
  EXPECT_THAT(project.expect(0, {"inspect", "--sql-file", "x.mariadb.sql"}).out, HasSubstr("t:"));
  mariadb_sql("GRANT ALL PRIVILEGES ON `dbmig\\_scratch\\_%`.* TO " + user + "@localhost");
  project.write("dbmig.yaml", "database: " + text::quote(url, '"') + "\n");
  EXPECT_THAT(project.expect(0, {"inspect", "--sql-file", "x.mariadb.sql"}).out, HasSubstr("t:"));
  project.write("dbmig.yaml", "scratch: sqlite://\n");
  EXPECT_THAT(project.expect(1, {"inspect", "--sql-file", "x.mariadb.sql"}).err,
              HasSubstr("dbmig.yaml:1:10: 'scratch' is not the URL of a MariaDB server"));
  mariadb_sql("DROP USER " + user + "@localhost");
}

DBMIG_ON_EACH_DATABASE(SqlFile);

}  // namespace
}  // namespace dbmig::test
