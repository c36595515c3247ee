// `diff A B` between everything that has a schema.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

constexpr const char* kFirstModel = R"(tables:
  customer:
    columns:
      id: {type: integer, autoincrement: true}
      name: {type: varchar(64), nullable: false}
      notes: text
    primary_key: [id]
)";

constexpr const char* kSecondModel = R"yaml(tables:
  customer:
    columns:
      id: {type: integer, autoincrement: true}
      title: {type: varchar(200), nullable: false, renamed_from: name}
      balance: {type: "decimal(10,2)", nullable: false, default: 0}
    primary_key: [id]
    indexes: {ix_title: [title]}
    checks: {ck_balance: balance >= 0}
  orders:
    columns: {id: integer, customer_id: integer}
    primary_key: [id]
    foreign_keys: {fk_c: {columns: [customer_id], references: customer(id)}}
views:
  titles: {sql: SELECT title FROM customer}
)yaml";

class Diff : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.model(kFirstModel);
    project.migrate("aaaaaaaaaaaa", "first");
    project.model(kSecondModel);
    project.migrate("bbbbbbbbbbbb", "second", {"--allow-destructive"});
  }
};

TEST_P(Diff, TellsRevisionsApart) {
  EXPECT_EQ(project.expect(3, {"diff", "aaaa", "head"}).out,
            "--- revision aaaaaaaaaaaa\n"
            "+++ revision bbbbbbbbbbbb\n"
            "~ table customer\n"
            "    - column notes: text\n"
            "    ~ column title (was name): type varchar(64) → varchar(200)\n"
            "    + column balance: decimal(10,2), nullable: false, default: 0\n"
            "    + index ix_title: [title]\n"
            "    + check ck_balance: balance >= 0\n"
            "+ table orders: primary_key: [id]\n"
            "    + column id: integer\n"
            "    + column customer_id: integer\n"
            "    + foreign key fk_c: [customer_id], references: customer(id)\n"
            "+ view titles: SELECT title FROM customer\n");
  EXPECT_THAT(project.expect(0, {"diff", "head", "model"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(3, {"diff", "base", "aaaa"}).out, HasSubstr("+ table customer"));
  EXPECT_THAT(project.expect(3, {"diff", "aaaa"}).out,
              HasSubstr("    ~ column title (was name): type varchar(64) → varchar(200)\n"));
  EXPECT_THAT(project.expect(3, {"diff", "head", "aaaa"}).out,
              HasSubstr("    ~ column name (was title): type varchar(200) → varchar(64)\n"));
  project.expect(0, {"upgrade", "+1"});
  EXPECT_THAT(project.expect(3, {"diff", "database", "head"}).out,
              HasSubstr("    ~ column title (was name): "));
}

TEST_P(Diff, IsEmptyWhenTheDatabaseIsThere) {
  project.expect(0, {"upgrade"});
  for (const Project::Arguments& sides : {Project::Arguments{"diff"},
                                          {"diff", "database", "head"},
                                          {"diff", "model", "database"},
                                          {"diff", "database", "database"},
                                          {"diff", "head", url},
                                          {"diff", url, "model"}}) {
    EXPECT_THAT(project.expect(0, sides).err, HasSubstr("No differences."))
        << text::join(sides, " ");
  }
}

TEST_P(Diff, ShowsWhatWasDoneByHand) {
  project.expect(0, {"upgrade"});
  sql("ALTER TABLE orders ADD COLUMN note VARCHAR(20)");
  sql("DROP INDEX ix_title" + std::string(on_mariadb() ? " ON customer" : ""));
  const std::string text = project.expect(3, {"diff"}).out;
  EXPECT_THAT(text,
              AllOf(StartsWith("--- database (" + std::string(on_mariadb() ? "maria" : "sql")),
                    HasSubstr("+++ model\n"), HasSubstr("    + index ix_title: [title]\n"),
                    HasSubstr("    - column note: ")));
  EXPECT_THAT(
      project.expect(3, {"diff", "model", "database"}).out,
      AllOf(HasSubstr("    - index ix_title: [title]\n"), HasSubstr("    + column note: ")));
  const std::string statements = project.expect(3, {"diff", "--sql"}).out;
  EXPECT_THAT(statements, HasSubstr("ix_title"));
  EXPECT_THAT(project.expect(3, {"diff", "--yaml"}).out,
              AllOf(HasSubstr("- drop_column: {table: orders, name: note}"),
                    HasSubstr("- create_index: ")));
  const auto json = project.expect(3, {"diff", "--json"}).json();
  EXPECT_EQ(json["different"], true);
  EXPECT_EQ(json["changes"][0]["name"], "customer");
  EXPECT_EQ(json["changes"][0]["parts"][0]["change"], "added");
  EXPECT_EQ(json["operations"].size(), 2U);
}

TEST_P(Diff, TablesThatNoRevisionKnowsAreNotProposedForADrop) {
  project.expect(0, {"upgrade"});
  sql("CREATE TABLE somebody_elses (id INTEGER)");
  const Result result = project.expect(0, {"diff"});
  EXPECT_THAT(result.err, HasSubstr("table 'somebody_elses'"));
  EXPECT_THAT(project.expect(3, {"diff", "--all"}).out, HasSubstr("- table somebody_elses"));
  EXPECT_THAT(project.expect(3, {"diff", "model", "database", "--all"}).out,
              HasSubstr("+ table somebody_elses"));
}

TEST_P(Diff, ATableThatARevisionMadeAndTheModelLostIsShown) {
  project.expect(0, {"upgrade"});
  project.model(kFirstModel);
  EXPECT_THAT(project.expect(3, {"diff"}).out, HasSubstr("- table orders"));
  project.migrate("cccccccccccc", "third", {"--allow-destructive", "--no-proof"});
  EXPECT_THAT(project.expect(3, {"diff"}).out, HasSubstr("- table orders"));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"diff"}).err, HasSubstr("No differences."));
}

TEST_P(Diff, TakesSqlFilesAndNamedDatabases) {
  project.expect(0, {"upgrade"});
  const std::string dialect = on_mariadb() ? "mariadb" : "sqlite";
  project.write("x." + dialect + ".sql",
                "CREATE TABLE customer (id INTEGER PRIMARY KEY " +
                    std::string(on_mariadb() ? "AUTO_INCREMENT" : "AUTOINCREMENT") +
                    ", title VARCHAR(99) NOT NULL);");
  const std::string text = project.expect(3, {"diff", "x." + dialect + ".sql", "model"}).out;
  EXPECT_THAT(text, AllOf(StartsWith("--- x." + dialect + ".sql\n+++ model\n"),
                          HasSubstr("+ table orders")));
  project.write("dbmig.yaml", "database: " + text::quote(url, '"') +
                                  "\ndatabases: {same: " + text::quote(url, '"') + "}\n");
  EXPECT_THAT(project.expect(0, {"diff", "same", "database"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(1, {"diff", "same", "missing.sql", "--dialect", dialect}).err,
              HasSubstr("cannot read missing.sql"));
}

TEST_P(Diff, ComparesTheTwoDatabases) {
  project.expect(0, {"upgrade"});
  project.expect(0, {"upgrade", "--url", "sqlite:///other.db"});
  const Result result = project.dbmig({"diff", "database", "sqlite:///other.db"});
  EXPECT_THAT(result.out, Not(HasSubstr("orders"))) << result;
  if (on_mariadb()) {
    EXPECT_THAT(result.err, HasSubstr("only features that both have are compared"));
  }
}

/// A scratch database that a script of `diff --sql` is run in, by the database's own client.
std::string after_script(Project& project, const std::string& name, const std::string& script) {
  project.write(name, script);
  return project.expect(0, {"inspect", "--sql-file", name}).out;
}

TEST_P(Diff, ItsSqlArrivesToTheLetter) {
  const std::string ends = on_mariadb() ? ".mariadb.sql" : ".sqlite.sql";
  const std::string old =
      on_mariadb()
          ? "CREATE TABLE t (a INT UNSIGNED, b VARCHAR(9) CHARACTER SET latin1 DEFAULT 'x');\n"
          : "CREATE TABLE t (a INT PRIMARY KEY, b varchar(9) DEFAULT '5', c);\n";
  const std::string now =
      on_mariadb()
          ? "DELIMITER //\nCREATE TABLE t (a INT(5) UNSIGNED, b VARCHAR(9) CHARACTER SET latin1 "
            "DEFAULT 'x', j JSON)//\nCREATE PROCEDURE p() BEGIN SELECT 1; SELECT ';'; END//\n"
            "CREATE TRIGGER tt BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; END//\n"
          : "CREATE TABLE t (a INT PRIMARY KEY, b varchar(9) DEFAULT '5', c, d TEXT, "
            "CHECK (c <> 1));\nCREATE TRIGGER tt AFTER INSERT ON t BEGIN SELECT 1; SELECT ';'; "
            "END;\n";
  project.write("old" + ends, old);
  project.write("now" + ends, now);
  const std::string script = project.expect(3, {"diff", "old" + ends, "now" + ends, "--sql"}).out;
  EXPECT_EQ(after_script(project, "both" + ends, old + script),
            project.expect(0, {"inspect", "--sql-file", "now" + ends}).out)
      << script;
}

TEST_P(Diff, ACounterThatMovedOnIsNoDifferenceToAScript) {
  project.expect(0, {"upgrade"});
  const std::string script =
      "customer" + std::string(on_mariadb() ? ".mariadb" : ".sqlite") + ".sql";
  project.write(script, project.expect(0, {"upgrade", "base:head", "--sql"}).out);
  sql("INSERT INTO customer (title) VALUES ('a'), ('b')");
  EXPECT_THAT(project.expect(0, {"diff", script, "database"}).err, HasSubstr("No differences."));
  EXPECT_THAT(project.expect(0, {"diff", "database", script}).err, HasSubstr("No differences."));
}

TEST_P(Diff, WrongArgumentsAreNamed) {
  EXPECT_THAT(project.expect(1, {"diff", "ffff", "head"}).err,
              HasSubstr("Can't locate revision identified by 'ffff'"));
  EXPECT_THAT(project.expect(2, {"diff", "model"}).err,
              HasSubstr("name what to compare the model with"));
  EXPECT_THAT(project.expect(2, {"diff", "head", "x.sql"}).err, HasSubstr("the SQL dialect"));
  EXPECT_THAT(project.expect(2, {"diff", "--yaml", "--sql"}).err, HasSubstr("excludes"));
  EXPECT_THAT(project.expect(2, {"diff", "a", "b", "c"}).err, HasSubstr("required but received 3"));
  EXPECT_THAT(project.expect(2, {"diff", "head", "oracle://x/y"}).err, HasSubstr("oracle"));
  EXPECT_THAT(project.expect(2, {"diff", "aaaa", "head", "--sql", "--dialect", "db2"}).err,
              HasSubstr("unknown dialect 'db2'"));
  for (const std::string dialect : {"sqlite", "mariadb"}) {
    EXPECT_THAT(project.expect(3, {"diff", "aaaa", "head", "--sql", "--dialect", dialect}).out,
                HasSubstr("CREATE TABLE"));
  }
}

DBMIG_ON_EACH_DATABASE(Diff);

}  // namespace
}  // namespace dbmig::test
