// `adopt`: an existing database becomes a project, its tables untouched.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/hash.hpp"
#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

class Adopt : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    sql("CREATE TABLE customer (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(64) NOT NULL)");
    sql("CREATE UNIQUE INDEX ix_name ON customer (name)");
    sql("CREATE TABLE orders (id INTEGER NOT NULL PRIMARY KEY, customer_id INTEGER, CONSTRAINT "
        "fk_c FOREIGN KEY (customer_id) REFERENCES customer (id))");
    sql("INSERT INTO customer VALUES (1, 'Ana')");
    sql("CREATE VIEW names AS SELECT name FROM customer");
  }
  void expect_recovered() const {
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
    EXPECT_THAT(project.expect(0, {"upgrade"}).err, HasSubstr("Nothing to do"));
  }
};

TEST_P(Adopt, WritesModelAndRevisionAndStampsIt) {
  const Result result = project.expect(0, {"adopt", "-m", "as found"});
  EXPECT_THAT(result.err, AllOf(HasSubstr("Detected added table 'customer'"),
                                HasSubstr("Generating schemas/"), Not(HasSubstr("WARN"))));
  EXPECT_THAT(project.files("migrations"), SizeIs(1));
  EXPECT_THAT(project.files("schemas"), SizeIs(1));
  EXPECT_THAT(project.expect(0, {"current"}).out, HasSubstr("(head)"));
  EXPECT_EQ(sql("SELECT id, name FROM customer"), "1|Ana\n");
  expect_recovered();
  EXPECT_THAT(project.expect(0, {"adopt"}).err, HasSubstr("Nothing to adopt"));
  // The revision builds the same elsewhere.
  project.expect(0, {"upgrade", "--url", "sqlite:///copy.db"});
  EXPECT_THAT(project.expect(0, {"check", "--url", "sqlite:///copy.db"}).err,
              HasSubstr("No differences."));
}

TEST_P(Adopt, JsonSaysWhatWasAdopted) {
  const auto json = project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa", "--json"}).json();
  EXPECT_EQ(json["revision"], "aaaaaaaaaaaa");
  EXPECT_EQ(json["written"], true);
  EXPECT_EQ(json["tables"], (nlohmann::json{"customer", "orders"}));
  EXPECT_THAT(json["unsupported"], IsEmpty());
  EXPECT_TRUE(json["model"].is_string());
}

TEST_P(Adopt, DryRunWritesNothing) {
  const Result result = project.expect(0, {"adopt", "--dry-run"});
  EXPECT_THAT(result.out, AllOf(HasSubstr("tables:"), HasSubstr("create_table")));
  EXPECT_THAT(project.files("migrations"), IsEmpty());
  EXPECT_THAT(project.files("schemas"), IsEmpty());
  EXPECT_THAT(project.expect(0, {"current"}).out, IsEmpty());
}

TEST_P(Adopt, ViewsThatReadWhatIsGoneAreLeftOutWhereNobodyCanCreateThem) {
  sql("CREATE VIEW dated AS SELECT id, customer_id FROM orders");
  sql("CREATE VIEW broken AS SELECT customer_id FROM dated");
  sql("CREATE VIEW over_broken AS SELECT * FROM broken");
  sql("DROP VIEW dated");
  const std::string said = project.expect(0, {"adopt"}).err;
  if (on_mariadb()) {
    EXPECT_THAT(said,
                AllOf(HasSubstr("left out: view 'broken': it cannot be read"),
                      HasSubstr(".dated' doesn't exist"), HasSubstr("left out: view 'over_broken'"),
                      HasSubstr("Detected added view 'names'")));
  } else {
    EXPECT_THAT(said, AllOf(HasSubstr("Detected added view 'broken'"), Not(HasSubstr("left out"))));
  }
  expect_recovered();
  // The next revision is proved on a database that has none of them.
  const std::string model = "schemas/" + project.files("schemas").at(0);
  project.write(model, text::replace_all(project.read(model), "varchar(64)", "varchar(80)"));
  EXPECT_THAT(project.expect(0, {"migrate", "-m", "longer"}).err, HasSubstr("Proved on"));
  project.expect(0, {"upgrade"});
}

TEST_P(Adopt, TakesInWhatTheRevisionsDoNotKnow) {
  project.expect(0, {"adopt", "--table", "customer", "--rev-id", "aaaaaaaaaaaa"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  project.expect(0, {"adopt", "--table", "ord*", "--rev-id", "bbbbbbbbbbbb"});
  EXPECT_THAT(project.files("schemas"), SizeIs(2));
  EXPECT_THAT(project.expect(0, {"show", "bbbb"}).out,
              AllOf(HasSubstr("orders"), Not(HasSubstr("create_table: {customer"))));
  expect_recovered();
  project.expect(0, {"adopt"});
  EXPECT_THAT(project.files("migrations"), SizeIs(3));
  expect_recovered();
  EXPECT_THAT(project.expect(1, {"adopt", "--table", "nonesuch"}).err, HasSubstr("nonesuch"));
  EXPECT_THAT(project.expect(1, {"adopt", "--table", "x*"}).err,
              HasSubstr("no table matches 'x*'"));
}

TEST_P(Adopt, PatternsChooseInASharedDatabase) {
  project.write("dbmig.yaml", "database: " + text::quote(url, '"') +
                                  "\ninclude: [cust*, names, ord*]\nexclude: [ORDERS]\n");
  project.expect(0, {"adopt"});
  const std::string found = project.expect(0, {"inspect"}).out;
  EXPECT_THAT(found, AllOf(HasSubstr("customer"), Not(HasSubstr("orders"))));
  expect_recovered();
  // What is none of ours is never reported, and never proposed for a drop.
  sql("ALTER TABLE orders ADD COLUMN note TEXT");
  expect_recovered();
  EXPECT_THAT(project.expect(0, {"diff"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"diff", "model", "database"}).err, HasSubstr("No differences."));
}

TEST_P(Adopt, WhatTheModelHasAlreadyIsNotWrittenTwice) {
  project.expect(0, {"inspect", "-o", "schemas/mine.yaml"});
  project.expect(0, {"adopt"});
  EXPECT_THAT(project.files("schemas"), ElementsAre("mine.yaml"));
  expect_recovered();
}

TEST_P(Adopt, AnInterruptedAdoptGoesOn) {
  project.expect(0, {"adopt", "--rev-id", "aaaaaaaaaaaa"});
  const std::string model = "schemas/" + project.files("schemas").at(0);
  // It ended before the stamp.
  sql("DELETE FROM dbmig_revisions");
  EXPECT_THAT(project.expect(0, {"adopt"}).err,
              AllOf(HasSubstr("The database has everything that revision aaaaaaaaaaaa creates"),
                    HasSubstr("Nothing to adopt")));
  expect_recovered();
  // It ended before the revision.
  sql("DELETE FROM dbmig_revisions");
  std::filesystem::remove(project.path() / project.revision_file("aaaaaaaaaaaa"));
  project.expect(0, {"adopt"});
  EXPECT_THAT(project.files("schemas"), SizeIs(1));
  expect_recovered();
  EXPECT_THAT(project.read(model), HasSubstr("customer"));
}

TEST_P(Adopt, WantsTheStoredRevisionsApplied) {
  project.model("tables:\n  extra:\n    columns: {id: integer}\n    primary_key: [id]\n");
  project.migrate("aaaaaaaaaaaa", "extra");
  EXPECT_THAT(
      project.expect(1, {"adopt"}).err,
      AllOf(HasSubstr("the database lacks revision aaaaaaaaaaaa"), HasSubstr("dbmig upgrade")));
  project.expect(0, {"upgrade"});
  project.expect(0, {"adopt"});
  expect_recovered();
}

TEST_P(Adopt, ARevisionOfAnotherProjectIsNotOverwritten) {
  project.expect(0, {"adopt"});
  const Project other;
  other.start(on_mariadb() ? url : "sqlite:///" + (project.path() / "app.db").string());
  EXPECT_THAT(other.expect(1, {"adopt"}).err, HasSubstr("Can't locate revision"));
  EXPECT_THAT(other.files("schemas"), IsEmpty());
}

TEST_P(Adopt, WhatOneDatabaseAloneCanHoldIsSaidInTheSettings) {
  sql(on_mariadb() ? "CREATE VIEW v AS SELECT IF(id > 1, UUID(), CONCAT_WS('-', id)) AS x FROM "
                     "customer"
                   : "CREATE UNIQUE INDEX ix_low ON customer (lower(name))");
  if (on_mariadb()) sql("CREATE TABLE w (a INT, KEY k (a)); CREATE TABLE z (a INT, KEY k (a))");
  const Result result = project.expect(0, {"adopt"});
  const std::string dialect = on_mariadb() ? "mariadb" : "sqlite";
  EXPECT_THAT(result.err, HasSubstr("works on " + dialect + " only"));
  EXPECT_THAT(project.read("dbmig.yaml"), HasSubstr("dialects: [" + dialect + "]"));
  expect_recovered();
}

TEST_P(Adopt, NeedsAProjectAndADatabase) {
  const Folder empty;
  Process::Options options;
  options.directory = empty.path();
  const Result result = run({dbmig_binary(), "adopt", "--url", url}, options);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("dbmig init"));
  EXPECT_THAT(project.expect(1, {"adopt", "--url", "sqlite:///none.db"}).err,
              HasSubstr("does not exist; name the database"));
  EXPECT_THAT(project.files("schemas"), IsEmpty());
}

TEST_P(Adopt, ADatabaseThatCannotBeWrittenToIsFoundOutFirst) {
  std::string read_only = "sqlite:///app.db?mode=ro";
  std::string user;
  if (on_mariadb()) {
    user = "dbmig_" + random_hex(8);
    const std::string name = text::split(text::split(url, '?')[0], '/').back();
    mariadb_sql("CREATE USER " + user +
                "@localhost IDENTIFIED BY 'pw'; GRANT SELECT, SHOW VIEW ON " + name + ".* TO " +
                user + "@localhost");
    read_only = text::replace_all(url, "://" + mariadb_server()->user + "@", "://" + user + ":pw@");
  }
  const Result result = project.expect(1, {"adopt", "--url", read_only});
  EXPECT_THAT(result.err, Not(HasSubstr("pw@")));
  EXPECT_THAT(project.files("schemas"), IsEmpty());
  EXPECT_THAT(project.files("migrations"), IsEmpty());
  if (on_mariadb()) mariadb_sql("DROP USER " + user + "@localhost");
}

TEST(AdoptOnMariadb, WhatMariadbAloneHasIsTakenInAsItIs) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase database;
  mariadb_sql(
      "CREATE TABLE e (id int PRIMARY KEY, mood enum('😀','🎉') DEFAULT '😀') COLLATE utf8mb4_bin; "
      "CREATE TABLE g (part varchar(10) NOT NULL, n int NOT NULL AUTO_INCREMENT, note varchar(9), "
      "PRIMARY KEY (part, n)) ENGINE=MyISAM; INSERT INTO g (part) VALUES ('a'), ('a'), ('b')",
      database.name());
  Project project;
  project.start(database.url());
  project.expect(0, {"adopt"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  const std::string file = "schemas/" + project.files("schemas").at(0);
  std::string model = project.read(file);
  model = text::replace_all(model, "varchar(9)", "varchar(19)");
  project.write(file, text::replace_all(model, "'🎉')", "'🎉','🚀')"));
  project.expect(0, {"migrate", "-m", "x"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  mariadb_sql("INSERT INTO g (part) VALUES ('a'); INSERT INTO e VALUES (1, '🚀')", database.name());
  EXPECT_EQ(mariadb_sql("SELECT max(n) FROM g WHERE part = 'a'", database.name()), "3\n");
  mariadb_sql("DELETE FROM e", database.name());
  project.expect(0, {"downgrade"});
}

DBMIG_ON_EACH_DATABASE(Adopt);

/// A project on a SQLite file that another program made.
class AdoptOnSqlite : public testing::Test {
 protected:
  void SetUp() override { project.start(); }

  Project project;

  void sql(const std::string& script) const {
    project.write("script.sql", script);
    const Result result = shell("sqlite3 -bail app.db < script.sql", project.path());
    EXPECT_EQ(result.code, 0) << result;
  }
  std::string model() const { return project.read("schemas/" + project.files("schemas").at(0)); }
  void edit_model(const std::string& from, const std::string& to) const {
    const std::string text = model();
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << text;
    project.write("schemas/" + project.files("schemas").at(0),
                  text.substr(0, at) + to + text.substr(at + from.size()));
  }
};

TEST_F(AdoptOnSqlite, KnownTypesInAnySpellingCanBeEdited) {
  sql("create table customer (id integer not null primary key autoincrement,"
      " name varchar ( 10 ) not null, balance Integer not null default 0);"
      "insert into customer (name) values ('Ana');");
  project.expect(0, {"adopt"});
  EXPECT_THAT(model(), Not(HasSubstr("native")));
  edit_model("varchar(10)", "text");
  project.expect(0, {"migrate"});
  project.expect(0, {"upgrade"});
  EXPECT_EQ(
      shell("sqlite3 app.db \"SELECT type FROM pragma_table_info('customer')\"", project.path())
          .out,
      "INTEGER\nTEXT\nINTEGER\n");
}

TEST_F(AdoptOnSqlite, ATypeThatItsOwnSpellingContradictsIsAnError) {
  sql("create table t (id integer not null primary key autoincrement, n int8 not null);");
  project.expect(0, {"adopt"});
  EXPECT_THAT(model(), HasSubstr("n:  {type: bigint, nullable: false, sqlite: {type: {native: "
                                 "int8}}}"));
  edit_model("n:  {type: bigint", "n:  {type: text");
  EXPECT_THAT(project.expect(1, {"migrate"}).err,
              AllOf(HasSubstr("becomes text, and its own type on SQLite stays int8"),
                    HasSubstr("remove 'type' from its `sqlite:` block")));
  edit_model(", sqlite: {type: {native: int8}}", "");
  project.expect(0, {"migrate", "--allow-destructive"});
}

TEST_F(AdoptOnSqlite, AKeyThatFillsItselfDoesSoOnBothDatabases) {
  sql("CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT); INSERT INTO t (a) VALUES ('x');"
      "CREATE TABLE part (id INTEGER PRIMARY KEY REFERENCES t (id), b TEXT);");
  project.expect(0, {"adopt"});
  EXPECT_THAT(model(), HasSubstr("autoincrement: true"));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  // Wider on MariaDB; on SQLite it holds 64 bits whatever its type.
  edit_model("id: {type: integer, sqlite: {null_key: true}}",
             "id: {type: bigint, sqlite: {type: integer, null_key: true}}");
  edit_model("id: {type: integer, autoincrement: true", "id: {type: bigint, autoincrement: true");
  project.expect(0, {"migrate"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  EXPECT_EQ(
      shell("sqlite3 app.db \"INSERT INTO t (a) VALUES ('y'); SELECT * FROM t\"", project.path())
          .out,
      "1|x\n2|y\n");
}

/// A database whose application brings functions, collations and modules of its own: what stands
/// in the schema is written past SQLite, which would not take it here.
class AdoptedApplication : public AdoptOnSqlite {
 protected:
  void expect_other_tables_can_change(const std::string& type, const std::string& name,
                                      const std::string& table, const std::string& ddl) const {
    const std::string root =
        type == "index" ? "(SELECT rootpage FROM sqlite_master WHERE name = 'spare')" : "0";
    sql("CREATE TABLE plain (id INTEGER PRIMARY KEY, a VARCHAR(10)); INSERT INTO plain VALUES (1, "
        "'z'); CREATE TABLE own (id INTEGER PRIMARY KEY, url TEXT); INSERT INTO own VALUES (1, "
        "'u');");
    // Shells from 3.42 on keep the schema's table from being written.
    sql(".dbconfig defensive off\nPRAGMA writable_schema = ON; INSERT INTO sqlite_master VALUES "
        "('" +
        type + "', '" + name + "', '" + table + "', " + root + ", " + text::quote(ddl, '\'') +
        ");");
    project.expect(0, {"adopt"});
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    edit_model("a:  varchar(10)", "a:  text");
    project.expect(0, {"migrate"});
    project.expect(0, {"upgrade"});
    EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
    project.expect(0, {"downgrade"});
  }
};

TEST_F(AdoptedApplication, MayHaveViewsOverFunctionsThatDbmigDoesNotKnow) {
  expect_other_tables_can_change("view", "v", "v",
                                 "CREATE VIEW v AS SELECT hash(url) AS h FROM own");
}

TEST_F(AdoptedApplication, MayHaveTriggersWithFunctionsThatDbmigDoesNotKnow) {
  expect_other_tables_can_change(
      "trigger", "tr", "own",
      "CREATE TRIGGER tr AFTER INSERT ON own BEGIN SELECT hash(NEW.url); END");
}

TEST_F(AdoptedApplication, MayHaveCollationsThatDbmigDoesNotKnow) {
  expect_other_tables_can_change(
      "view", "v", "v", "CREATE VIEW v AS SELECT url FROM own ORDER BY url COLLATE unicase");
}

TEST_F(AdoptedApplication, MayHaveVirtualTablesOfModulesThatDbmigDoesNotKnow) {
  expect_other_tables_can_change("table", "sp", "sp", "CREATE VIRTUAL TABLE sp USING spellfix1");
}

TEST_F(AdoptedApplication, MayHaveChecksWithOperatorsThatDbmigDoesNotKnow) {
  sql("CREATE TABLE c (n TEXT CHECK (n REGEXP '^a')); CREATE TABLE plain (a VARCHAR(10));");
  project.expect(0, {"adopt"});
  edit_model("a: varchar(10)", "a: text");
  project.expect(0, {"migrate"});
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
}

TEST_F(AdoptOnSqlite, WhatMariadbDoesNotTakeIsForSqliteAloneAndTheRestIsForBoth) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  project.write("dbmig.yaml", "database: sqlite:///app.db\nscratch: " +
                                  text::quote(std::getenv("DBMIG_TEST_MARIADB_URL"), '"') + "\n");
  ASSERT_EQ(
      shell("sqlite3 app.db \"CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(10)); CREATE "
            "TABLE log (x VARCHAR(10)); CREATE TRIGGER both AFTER INSERT ON t BEGIN INSERT INTO "
            "log VALUES (new.a || '!'); END; CREATE TRIGGER own AFTER UPDATE OF a ON t WHEN "
            "new.a <> old.a BEGIN INSERT OR IGNORE INTO log VALUES ('x'); END; CREATE VIEW names "
            "AS SELECT a || '-' || id AS n FROM t; CREATE VIEW days AS SELECT strftime('%d', a) "
            "AS d FROM t\"",
            project.path())
          .code,
      0);
  const std::string said = project.expect(0, {"adopt"}).err;
  EXPECT_THAT(said, AllOf(HasSubstr("trigger 'own' is for SQLite only"),
                          HasSubstr("view 'days' is for SQLite only"),
                          Not(HasSubstr("'both' is for")), Not(HasSubstr("'names' is for"))));
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  edit_model("a:  varchar(10)", "a:  varchar(30)");
  EXPECT_THAT(project.expect(0, {"migrate"}).err,
              AllOf(HasSubstr("Proved on SQLite"), HasSubstr("Proved on MariaDB")));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  const ServerDatabase server;
  project.expect(0, {"upgrade", "--url", server.url()});
  EXPECT_THAT(project.expect(0, {"check", "--url", server.url()}).err,
              HasSubstr("No differences."));
  mariadb_sql("INSERT INTO t (a) VALUES ('x')", server.name());
  EXPECT_EQ(mariadb_sql("SELECT x FROM log", server.name()), "x!\n");
  EXPECT_EQ(mariadb_sql("SELECT n FROM names", server.name()), "x-1\n");
}

TEST_F(AdoptOnSqlite, WhatWouldMeanSomethingElseOnMariadbIsForSqliteAlone) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  project.write("dbmig.yaml", "database: sqlite:///app.db\nscratch: " +
                                  text::quote(std::getenv("DBMIG_TEST_MARIADB_URL"), '"') + "\n");
  project.write("app.sql", R"sql(
CREATE TABLE shop (id INTEGER PRIMARY KEY, price DECIMAL(10,2), n INTEGER,
  d TEXT DEFAULT ('a' || 'b'), e TEXT DEFAULT ('a' || 1.5),
  f TEXT DEFAULT (datetime('now', 'localtime')), g INTEGER AS (price / 2),
  CHECK (price / 2 > 1), CHECK (n / 2 >= 0), CHECK (typeof(n) <> 'blob'));
CREATE INDEX ix_abs ON shop (abs(n), price);
CREATE INDEX ix_some ON shop (n) WHERE price > 1;
CREATE TABLE kv (k TEXT PRIMARY KEY, v, w TEXT UNIQUE);
CREATE TRIGGER own AFTER INSERT ON shop BEGIN UPDATE shop SET n = NEW.n / 2 WHERE id = NEW.id; END;
CREATE VIEW half AS SELECT price / 2 AS h FROM shop;
CREATE VIEW whole AS SELECT n / 2 AS h, "n" || 'x' AS l, d FROM shop;
)sql");
  ASSERT_EQ(shell("sqlite3 app.db < app.sql", project.path()).code, 0);
  const std::string said = project.expect(0, {"adopt"}).err;
  for (const char* one :
       {"view 'half' is for SQLite only (only: sqlite): it means different things",
        "check 'ck_shop_1' of table 'shop' is for SQLite only (sqlite: …): it means",
        "check 'ck_shop_3' of table 'shop' is for SQLite only (sqlite: …): MariaDB refuses",
        "the default of 'shop.e' is for SQLite only (mariadb: NULL): it means",
        "the default of 'shop.f' is for SQLite only (mariadb: NULL): MariaDB refuses",
        "column 'shop.g' means different things on the two databases",
        "trigger 'own' is for SQLite only (only: sqlite): MariaDB refuses it when it",
        "'kv.k' becomes varchar(255) on MariaDB", "'kv.w' becomes varchar(255) on MariaDB",
        "'kv.v' has no type on SQLite and becomes longtext on MariaDB"}) {
    EXPECT_THAT(said, HasSubstr(one));
  }
  EXPECT_THAT(project.expect(0, {"check"}).err, HasSubstr("No differences."));
  const ServerDatabase server;
  project.expect(0, {"upgrade", "--url", server.url()});
  EXPECT_THAT(project.expect(0, {"check", "--url", server.url()}).err,
              HasSubstr("No differences."));
  mariadb_sql("INSERT INTO shop (n) VALUES (7)", server.name());
  EXPECT_EQ(mariadb_sql("SELECT * FROM whole", server.name()), "3\t7x\tab\n");
}

TEST_F(AdoptOnSqlite, WhyItIsForOneDatabaseAloneIsSaid) {
  ASSERT_EQ(shell("sqlite3 app.db 'CREATE TABLE t (id INTEGER PRIMARY KEY, a VARCHAR(10)); CREATE "
                  "UNIQUE INDEX ix ON t (lower(a))'",
                  project.path())
                .code,
            0);
  EXPECT_THAT(project.expect(0, {"adopt"}).err,
              HasSubstr("works on sqlite only (mariadb cannot create table 't'"));
}

TEST_F(AdoptOnSqlite, AForeignKeyThatSqliteCannotUseIsLeftOut) {
  for (const std::string more : {"", "create unique index pi on t2 (b) where a > 5;"}) {
    sql("create table t2 (a int, b text, primary key (a, b)); create table k (x int references "
        "t2 (a));" +
        more);
    EXPECT_THAT(project.expect(0, {"adopt"}).err,
                AllOf(HasSubstr("left out: table 'k': foreign key 'fk_k_x'"),
                      HasSubstr("which is not a key")));
    EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr("nothing to do"));
    EXPECT_EQ(project.expect(0, {"check"}).out, "");
    for (const char* folder : {"schemas", "migrations"}) {
      for (const std::string& file : project.files(folder)) {
        std::filesystem::remove(project.path() / folder / file);
      }
    }
    std::filesystem::remove(project.path() / "app.db");
  }
}

TEST_F(AdoptOnSqlite, StrictWantsAModelOfEverything) {
  ASSERT_EQ(shell("sqlite3 app.db \"CREATE TABLE t (id INTEGER PRIMARY KEY, a int "
                  "CONSTRAINT known NOT NULL)\"",
                  project.path())
                .code,
            0);
  const auto json = project.expect(0, {"inspect", "--json"}).json();
  ASSERT_FALSE(json["unsupported"].empty());
  EXPECT_THAT(project.expect(3, {"adopt", "--strict"}).err, HasSubstr("Nothing was written"));
  EXPECT_THAT(project.files("schemas"), IsEmpty());
}

}  // namespace
}  // namespace dbmig::test
