// Every command that talks to a database, on SQLite and on MariaDB.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "base/text.hpp"
#include "cli/harness.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;
using testing::Not;
using testing::SizeIs;

constexpr const char* kFirst = R"(tables:
  usuario:
    columns:
      id: {type: integer, autoincrement: true}
      nombre: {type: varchar(64), nullable: false}
    primary_key: [id]
)";

/// A column with a default, an index, a wider varchar, a second table with a foreign key.
constexpr const char* kSecond = R"yaml(tables:
  usuario:
    columns:
      id: {type: integer, autoincrement: true}
      nombre: {type: varchar(200), nullable: false}
      saldo: {type: "decimal(10,2)", nullable: false, default: 0}
    primary_key: [id]
    indexes: {ix_usuario_nombre: [nombre]}
    checks: {ck_usuario_saldo: saldo >= 0}
  pedido:
    columns:
      id: {type: integer, autoincrement: true}
      usuario_id: {type: integer, nullable: false}
      nota: text
    primary_key: [id]
    foreign_keys:
      fk_pedido_usuario: {columns: [usuario_id], references: usuario(id), on_delete: cascade}
)yaml";

class Database : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.model(kFirst);
    project.migrate("aaaaaaaaaaaa", "users");
    project.model(kSecond);
    project.migrate("bbbbbbbbbbbb", "orders");
  }

  /// The first line of what works on the database.
  std::string database_line() const {
    return "INFO  [dbmig.database] " +
           (on_mariadb() ? Url::parse(url).redacted() : std::string("sqlite:///app.db")) + "\n";
  }
};

TEST_P(Database, UpgradeSaysWhatItRunsAndKeepsRows) {
  EXPECT_EQ(
      project.expect(0, {"upgrade", "+1"}).err,
      (on_mariadb() ? database_line() : "INFO  [dbmig.database] new database sqlite:///app.db\n") +
          "INFO  [dbmig.run] Running upgrade  -> aaaaaaaaaaaa, users\n");
  sql("INSERT INTO usuario (nombre) VALUES ('Ana'), ('Blas')");
  EXPECT_EQ(
      project.expect(0, {"upgrade"}).err,
      database_line() + "INFO  [dbmig.run] Running upgrade aaaaaaaaaaaa -> bbbbbbbbbbbb, orders\n");
  EXPECT_EQ(sql("SELECT id, nombre, saldo + 0 = 0 FROM usuario ORDER BY id"),
            "1|Ana|1\n2|Blas|1\n");
  EXPECT_THAT(project.expect(0, {"upgrade"}).err, HasSubstr("Nothing to do"));
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_P(Database, CommandsNameTheirDatabaseFirst) {
  project.write("usuario.csv", "nombre\nAna\n");
  for (const Project::Arguments& arguments : {Project::Arguments{"upgrade"},
                                              {"upgrade", "--plan"},
                                              {"check"},
                                              {"stamp", "head"},
                                              {"import", "usuario.csv"},
                                              {"downgrade", "--plan"}}) {
    const Result result = project.expect(0, arguments);
    const std::string first = result.err.substr(0, result.err.find('\n') + 1);
    if (first != "INFO  [dbmig.database] new database sqlite:///app.db\n") {
      EXPECT_EQ(first, database_line()) << arguments[0];
    }
  }
  EXPECT_THAT(project.expect(0, {"check", "-q"}).err, Not(HasSubstr("dbmig.database")));
}

TEST_P(Database, RevisionsTheOtherWayAreAnErrorThatNamesTheOtherCommand) {
  project.expect(0, {"upgrade"});
  struct Wrong {
    int code;
    Project::Arguments arguments;
    const char* says;
  };
  for (const Wrong& wrong : {Wrong{2, {"upgrade", "-1"}, "`dbmig downgrade -1`"},
                             {1, {"upgrade", "head-1"}, "`dbmig downgrade aaaaaaaaaaaa`"},
                             {1, {"upgrade", "+1"}, "Relative revision +1"},
                             {2, {"downgrade", "+1"}, "`dbmig upgrade +1`"},
                             {1, {"downgrade", "-3"}, "Relative revision -3"}}) {
    const Result result = project.expect(wrong.code, wrong.arguments);
    EXPECT_THAT(result.err, HasSubstr(wrong.says)) << wrong.arguments[1];
    EXPECT_THAT(result.err, Not(HasSubstr("Nothing to do"))) << wrong.arguments[1];
  }
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
}

TEST(DatabaseOfBoth, FractionsOfSecondsThatMariadbWouldCutAreSaidWhereRowsAre) {
  const Project project;
  project.write("dbmig.yaml", "database: sqlite:///app.db\n");
  project.model(
      "tables: {visit: {columns: {id: {type: integer, autoincrement: true}, at: datetime, ms: "
      "datetime(3), day: date}, primary_key: [id]}}\n");
  project.migrate("aaaaaaaaaaaa", "visits");
  project.expect(0, {"upgrade"});
  project.write("a.csv",
                "at,ms,day\n2026-01-02 03:04:05,2026-01-02 03:04:05.120,2026-01-02\n"
                "2026-01-02 03:04:05.000,,\n");
  EXPECT_THAT(project.expect(0, {"import", "a.csv", "--table", "visit"}).err,
              Not(HasSubstr("after the second")));
  project.write("b.csv", "at\n2026-01-02 03:04:05.123456\n");
  const auto said =
      AllOf(HasSubstr("'visit.at' has values with 6 digits after the second, but MariaDB's "
                      "datetime stores 0: write `mariadb: {type: datetime(6)}`"),
            Not(HasSubstr("visit.ms")));
  EXPECT_THAT(project.expect(0, {"import", "b.csv", "--table", "visit"}).err, said);
  EXPECT_THAT(project.expect(0, {"check"}).err, AllOf(said, HasSubstr("No differences.")));
  project.model(
      "tables: {visit: {columns: {id: {type: integer, autoincrement: true}, at: {type: datetime, "
      "mariadb: {type: datetime(6)}}, ms: datetime(3), day: date}, primary_key: [id]}}\n");
  project.migrate("bbbbbbbbbbbb", "digits");
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check"}).err, Not(HasSubstr("after the second")));
}

TEST(DatabaseUrl, AVariableThatIsNotUsedIsNamed) {
  Project project;
  project.start("sqlite:///app.db");
  project.environment["DATABASE_URL"] = "sqlite:///other.db";
  EXPECT_THAT(project.expect(0, {"upgrade"}).err,
              AllOf(HasSubstr("DATABASE_URL is set but not used"),
                    HasSubstr("new database sqlite:///app.db")));
  EXPECT_THAT(project.expect(0, {"upgrade", "--url", "sqlite:///third.db"}).err,
              AllOf(Not(HasSubstr("DATABASE_URL")), HasSubstr("new database sqlite:///third.db")));
}

TEST(DatabaseUrl, InitLeavesRoomForTheEnvironment) {
  Project project;
  project.expect(0, {"init", "--url", "sqlite:///app.db"});
  EXPECT_THAT(project.expect(0, {"upgrade"}).err, HasSubstr("new database sqlite:///app.db"));
  project.environment["DATABASE_URL"] = "sqlite:///other.db";
  EXPECT_THAT(project.expect(0, {"upgrade"}).err, HasSubstr("new database sqlite:///other.db"));
}

TEST_P(Database, DowngradeGoesBackWithTheRows) {
  project.expect(0, {"upgrade"});
  sql("INSERT INTO usuario (nombre, saldo) VALUES ('Ana', 5)");
  EXPECT_THAT(project.expect(4, {"downgrade"}).err,
              AllOf(HasSubstr("_orders.yaml: downgrade of revision bbbbbbbbbbbb would lose column "
                              "'usuario.saldo' with 1 value"),
                    HasSubstr("--allow-destructive")));
  EXPECT_EQ(project.expect(0, {"downgrade", "--allow-destructive"}).err,
            database_line() +
                "INFO  [dbmig.run] Running downgrade bbbbbbbbbbbb -> aaaaaaaaaaaa, orders\n");
  EXPECT_EQ(sql("SELECT * FROM usuario"), "1|Ana\n");
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
  EXPECT_THAT(project.expect(4, {"downgrade", "base"}).err,
              HasSubstr("table 'usuario' with its 1 row"));
  EXPECT_THAT(project.expect(0, {"downgrade", "base", "--plan"}).out,
              HasSubstr("-- loses table 'usuario' with its 1 row: needs --allow-destructive\n"));
  project.expect(0, {"downgrade", "base", "--allow-destructive"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "");
  EXPECT_THAT(project.expect(0, {"inspect"}).out, Not(HasSubstr("usuario")));
  // Up and down again ends at the same place.
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_P(Database, WhatStandsInTheWayOfALongerUpgradeIsSaidBeforeItBegins) {
  project.expect(0, {"upgrade", "+1"});
  sql("INSERT INTO usuario (nombre) VALUES ('Ana'), ('Ana')");
  project.write("migrations/2026-01-03_cccccccccccc_keys.yaml",
                "revision: cccccccccccc\nparents: [bbbbbbbbbbbb]\nmessage: keys\n"
                "created: 2026-01-03T00:00:00Z\nupgrade:\n"
                "  - create_unique_constraint: {table: usuario, name: uq_nombre, columns: "
                "[nombre]}\n");
  const std::string err = project.expect(1, {"upgrade"}).err;
  EXPECT_THAT(err, AllOf(HasSubstr("_keys.yaml:6:5: upgrade of revision cccccccccccc would fail: 2 "
                                   "rows of table 'usuario' stand in the way"),
                         HasSubstr("nombre = 'Ana'"), Not(HasSubstr("Running upgrade"))));
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
}

TEST_P(Database, AColumnThatComesBackWithoutItsValuesIsNamed) {
  project.write("migrations/2026-01-03_cccccccccccc_names.yaml",
                "revision: cccccccccccc\nparents: [bbbbbbbbbbbb]\nmessage: names\n"
                "created: 2026-01-03T00:00:00Z\nupgrade:\n"
                "  - add_column: {table: usuario, name: nacido, type: date, nullable: false, "
                "default: \"2001-02-03\"}\n"
                "  - alter_column: {table: usuario, name: nacido, default: null}\n");
  project.write("migrations/2026-01-04_dddddddddddd_drop.yaml",
                "revision: dddddddddddd\nparents: [cccccccccccc]\nmessage: drop\n"
                "created: 2026-01-04T00:00:00Z\nupgrade:\n"
                "  - drop_column: {table: usuario, name: nacido}\n");
  project.expect(0, {"upgrade", "-q", "bbbbbbbbbbbb"});
  sql("INSERT INTO usuario (nombre) VALUES ('Ana'), ('Blas')");
  project.expect(0, {"upgrade", "-q", "+1"});
  EXPECT_EQ(sql("SELECT DISTINCT nacido FROM usuario"), "2001-02-03\n");
  project.expect(0, {"upgrade", "-q"});
  EXPECT_THAT(
      project.expect(0, {"downgrade"}).err,
      HasSubstr(
          "Column 'usuario.nacido' was restored without its values: 2 rows hold '1970-01-01' now"));
  EXPECT_EQ(sql("SELECT DISTINCT nacido FROM usuario"), "1970-01-01\n");
}

TEST_P(Database, StepsAndPrefixes) {
  project.expect(0, {"upgrade", "aaaa"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
  project.expect(0, {"upgrade", "aaaa+1"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
  project.expect(0, {"downgrade", "-2"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "");
  EXPECT_THAT(project.expect(1, {"downgrade", "-1"}).err, HasSubstr("Relative revision -1"));
  EXPECT_THAT(project.expect(2, {"downgrade", "+1"}).err, HasSubstr("`dbmig upgrade +1`"));
  EXPECT_THAT(project.expect(2, {"upgrade", "base"}).err, HasSubstr("`dbmig downgrade base`"));
  EXPECT_THAT(project.expect(1, {"upgrade", "+3"}).err, HasSubstr("Relative revision +3"));
  EXPECT_THAT(project.expect(1, {"upgrade", "ffff"}).err,
              HasSubstr("Can't locate revision identified by 'ffff'"));
}

TEST_P(Database, CurrentAndHistoryShowWhereItIs) {
  project.expect(0, {"upgrade", "+1"});
  EXPECT_THAT(
      project.expect(0, {"history", "-i"}).out,
      testing::MatchesRegex("aaaaaaaaaaaa -> bbbbbbbbbbbb \\(head\\), orders  \\[pending\\]\n"
                            "<base> -> aaaaaaaaaaaa \\(current\\), users  "
                            "\\[applied 20[0-9T:.-]+Z in [0-9]+ ms\\]\n"));
  EXPECT_EQ(project.expect(0, {"history", "-r", "current:"}).out,
            "aaaaaaaaaaaa -> bbbbbbbbbbbb (head), orders\n<base> -> aaaaaaaaaaaa, users\n");
  const std::string verbose = project.expect(0, {"current", "-v"}).out;
  EXPECT_THAT(verbose, AllOf(HasSubstr("Current revision(s) for "), HasSubstr("Rev: aaaaaaaaaaaa"),
                             HasSubstr("    users")));
  const auto json = project.expect(0, {"current", "--json"}).json();
  EXPECT_EQ(json[0]["revision"], "aaaaaaaaaaaa");
  EXPECT_EQ(json[0]["is_head"], false);
  EXPECT_EQ(project.expect(0, {"history", "-i", "--json"}).json()[1]["is_current"], true);
}

TEST_P(Database, PlanRunsNothing) {
  const std::string plan = project.expect(0, {"upgrade", "--plan"}).out;
  EXPECT_THAT(plan, AllOf(HasSubstr("-- upgrade aaaaaaaaaaaa, users ("), HasSubstr("CREATE TABLE"),
                          HasSubstr("-- upgrade bbbbbbbbbbbb, orders (")));
  EXPECT_EQ(project.expect(0, {"current"}).out, "");
  EXPECT_FALSE(std::filesystem::exists(project.path() / "app.db"));
  project.expect(0, {"upgrade"});
  const auto json = project.expect(0, {"downgrade", "--plan", "--json"}).json();
  EXPECT_EQ(json[0]["revision"], "bbbbbbbbbbbb");
  EXPECT_EQ(json[0]["direction"], "downgrade");
  EXPECT_THAT(json[0]["statements"], Not(IsEmpty()));
  EXPECT_THAT(project.expect(0, {"upgrade", "--plan"}).err, HasSubstr("Nothing to do"));
}

TEST_P(Database, VerboseShowsEveryStatement) {
  EXPECT_THAT(project.expect(0, {"upgrade", "-v"}).err,
              HasSubstr("INFO  [dbmig.sql] CREATE TABLE"));
}

TEST_P(Database, QuietSaysNothing) {
  EXPECT_EQ(project.expect(0, {"upgrade", "-q"}).err, "");
}

TEST_P(Database, UpgradeInJson) {
  const auto json = project.expect(0, {"upgrade", "--json"}).json();
  ASSERT_THAT(json, SizeIs(2));
  EXPECT_EQ(json[0]["revision"], "aaaaaaaaaaaa");
  EXPECT_EQ(json[1]["direction"], "upgrade");
  EXPECT_THAT(project.expect(0, {"upgrade", "--json"}).json(), IsEmpty());
}

/// `--sql` gives what the database's own client takes, with the same outcome as the real thing.
TEST_P(Database, TheScriptDoesWhatUpgradeDoes) {
  EXPECT_THAT(project.expect(2, {"upgrade", "aaaa:bbbb"}).err,
              HasSubstr("Range revision not allowed"));
  EXPECT_THAT(project.expect(2, {"downgrade", "--sql"}).err,
              HasSubstr("downgrade with --sql requires <fromrev>:<torev>"));
  sql(project.expect(0, {"upgrade", "--sql"}).out);
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
  sql(project.expect(0, {"downgrade", "bbbb:aaaa", "--sql"}).out);
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
  sql(project.expect(0, {"upgrade", "aaaa:head", "--sql"}).out);
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_P(Database, CheckNamesWhatIsPending) {
  const Result nothing = project.expect(3, {"check"});
  EXPECT_THAT(nothing.out, AllOf(HasSubstr("The database lacks revision aaaaaaaaaaaa, users"),
                                 HasSubstr("The database lacks revision bbbbbbbbbbbb, orders")));
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"check", "--json"}).out, "[]\n");
}

TEST_P(Database, CheckNamesTheFirstTenThatArePendingAndHowManyMore) {
  std::string parent = "bbbbbbbbbbbb";
  for (int i = 0; i < 15; ++i) {
    const std::string id = "more" + std::to_string(i);
    project.expect(0, {"revision", "--rev-id", id, "-m", "m", "--head", parent});
    parent = id;
  }
  const std::string out = project.expect(3, {"check"}).out;
  EXPECT_EQ(std::count(out.begin(), out.end(), '\n'), 11) << out;
  EXPECT_THAT(out, HasSubstr("7 more revisions are pending; `dbmig status` lists them\n"));
  EXPECT_EQ(project.expect(3, {"check", "--json"}).json().size(), 17U);
  EXPECT_THAT(project.expect(0, {"status"}).out, HasSubstr("more14"));
}

TEST_P(Database, CheckNamesWhatWasChangedByHand) {
  project.expect(0, {"upgrade"});
  sql("CREATE INDEX by_hand ON usuario (saldo)");
  const auto found = project.expect(3, {"check", "--json"}).json();
  EXPECT_EQ(found[0]["kind"], "drift");
  EXPECT_THAT(found[0]["message"].get<std::string>(), HasSubstr("by_hand"));
}

TEST_P(Database, DriftIsShownWithBothSidesAndCanBeUndone) {
  project.expect(0, {"upgrade"});
  sql("INSERT INTO usuario (id, nombre) VALUES (7, 'a')");
  sql("CREATE INDEX by_hand ON usuario (saldo)");
  sql("ALTER TABLE usuario ADD COLUMN extra INT");
  EXPECT_THAT(project.expect(3, {"check"}).out,
              AllOf(HasSubstr("table 'usuario' differs from the revisions"),
                    HasSubstr("    + index by_hand: [saldo]"), HasSubstr("    + column extra")));
  const std::string script = project.expect(0, {"check", "--revert"}).out;
  EXPECT_THAT(project.expect(3, {"check"}).out, HasSubstr("by_hand"));
  sql(script);
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
  EXPECT_EQ(sql("SELECT count(*) FROM usuario"), "1\n");
  EXPECT_EQ(project.expect(0, {"check", "--revert"}).out, "");
}

TEST_P(Database, DriftCanBecomeARevision) {
  project.expect(0, {"upgrade"});
  sql("CREATE INDEX by_hand ON usuario (saldo)");
  const Result fixed = project.expect(0, {"check", "--fix-revision", "-m", "index of ops"});
  EXPECT_THAT(fixed.err, AllOf(HasSubstr("Detected added index 'by_hand'"),
                               HasSubstr("index_of_ops.yaml ...  done")));
  EXPECT_THAT(project.expect(0, {"current"}).out, HasSubstr("(head)"));
  // Only the model does not know of it yet.
  EXPECT_THAT(project.expect(3, {"check"}).out,
              AllOf(HasSubstr("The model and the revisions differ: removed index"),
                    Not(HasSubstr("by hand"))));
  project.expect(0, {"downgrade"});
  EXPECT_THAT(project.expect(3, {"check"}).out, Not(HasSubstr("by hand")));
  project.expect(0, {"upgrade"});
  EXPECT_THAT(project.expect(0, {"check", "--fix-revision"}).err, HasSubstr("No differences"));
}

TEST_P(Database, DriftThatDroppedSomethingWantsConsent) {
  project.expect(0, {"upgrade"});
  sql("ALTER TABLE pedido DROP COLUMN nota");
  EXPECT_THAT(project.expect(4, {"check", "--fix-revision"}).err, HasSubstr("--allow-destructive"));
  project.expect(0, {"check", "--fix-revision", "--allow-destructive"});
  EXPECT_THAT(project.expect(3, {"check"}).out, Not(HasSubstr("by hand")));
}

TEST_P(Database, TablesOfOthersAreLeftAlone) {
  sql("CREATE TABLE other (x INT)");
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
  EXPECT_THAT(project.expect(0, {"migrate"}).err, HasSubstr("No changes in schema detected."));
  project.expect(0, {"downgrade", "base"});
  EXPECT_EQ(sql("SELECT count(*) FROM other"), "0\n");
}

TEST_P(Database, AnEditedRevisionIsRefusedUntilRepaired) {
  project.expect(0, {"upgrade", "+1"});
  const std::string file = project.revision_file("aaaaaaaaaaaa");
  const std::string text = project.read(file);
  // What means the same is no edit.
  project.write(file, "# a remark\n" + text::replace_all(text, "\n", "\r\n"));
  EXPECT_EQ(project.expect(0, {"upgrade"}).code, 0);
  project.write(file, text::replace_all(text, "varchar(64)", "varchar(65)"));
  EXPECT_THAT(project.expect(3, {"check"}).out,
              HasSubstr("revision aaaaaaaaaaaa was edited after it was applied (operation 1 of the "
                        "upgrade was changed in its details: create table 'usuario')"));
  const Result refused = project.expect(4, {"downgrade"});
  EXPECT_THAT(refused.err, AllOf(HasSubstr("aaaaaaaaaaaa"), HasSubstr("dbmig repair")));
  EXPECT_THAT(project.expect(0, {"repair"}).err, HasSubstr("Accepted revision aaaaaaaaaaaa"));
  EXPECT_THAT(project.expect(0, {"repair"}).err, HasSubstr("Nothing to do"));
  project.expect(0, {"downgrade"});
}

TEST_P(Database, ARevisionWithoutItsFileIsTakenBackFromTheDatabase) {
  project.expect(0, {"upgrade"});
  std::filesystem::remove(project.path() / project.revision_file("bbbbbbbbbbbb"));
  project.model(kFirst);
  EXPECT_THAT(project.expect(1, {"upgrade"}).err,
              HasSubstr("Can't locate revision identified by 'bbbbbbbbbbbb'"));
  EXPECT_THAT(project.expect(3, {"check"}).out, HasSubstr("'bbbbbbbbbbbb'"));
  EXPECT_THAT(project.expect(0, {"current"}).err,
              HasSubstr("no file in the migrations folder has revision bbbbbbbbbbbb"));
  project.expect(0, {"downgrade"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa (head)\n");
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_P(Database, StampOnlyWritesItDown) {
  EXPECT_THAT(project.expect(0, {"stamp", "head"}).err,
              HasSubstr("Running stamp_revision  -> bbbbbbbbbbbb"));
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
  EXPECT_THAT(project.expect(0, {"inspect"}).out, Not(HasSubstr("usuario")));
  project.expect(0, {"stamp", "aaaa"});
  EXPECT_EQ(project.expect(0, {"current"}).out, "aaaaaaaaaaaa\n");
  EXPECT_EQ(project.expect(0, {"stamp", "base", "--purge", "--json"}).out, "[]\n");
  EXPECT_EQ(project.expect(0, {"current"}).out, "");
}

TEST_P(Database, InspectGivesAModelThatMigratesToNothing) {
  project.expect(0, {"upgrade"});
  const std::string model = project.expect(0, {"inspect"}).out;
  EXPECT_THAT(model, AllOf(HasSubstr("usuario:"), HasSubstr("pedido:"),
                           HasSubstr("ix_usuario_nombre"), Not(HasSubstr("dbmig_revisions"))));
  EXPECT_THAT(project.expect(0, {"inspect", "--table", "pedido"}).out,
              AllOf(HasSubstr("pedido:"), Not(HasSubstr("saldo"))));
  EXPECT_THAT(project.expect(1, {"inspect", "--table", "pedidos"}).err,
              HasSubstr("did you mean 'pedido'?"));
  EXPECT_THAT(project.expect(0, {"inspect", "--table", "USUARIO"}).out, HasSubstr("usuario:"));
  EXPECT_THAT(project.expect(1, {"inspect", "--table", "nope"}).err, HasSubstr("known: "));
  project.expect(0, {"inspect", "-o", "live.yaml"});
  EXPECT_EQ(project.read("live.yaml"), model);
  EXPECT_THAT(project.expect(1, {"inspect", "-o", "live.yaml"}).err, HasSubstr("exists already"));

  // A project of its own from the live database: the model, one revision, stamped.
  Project adopted;
  adopted.start(on_mariadb() ? url : "sqlite:///" + (project.path() / "app.db").string());
  adopted.model(model);
  adopted.migrate("cccccccccccc", "as found");
  adopted.expect(0, {"stamp", "head", "--purge"});
  EXPECT_EQ(adopted.expect(0, {"check"}).out, "");
}

TEST_P(Database, InspectNeedsNoProject) {
  project.expect(0, {"upgrade"});
  const Project elsewhere;
  const std::string there =
      on_mariadb() ? url : "sqlite:///" + (project.path() / "app.db").string();
  EXPECT_THAT(elsewhere.expect(0, {"inspect", "--url", there}).out, HasSubstr("usuario:"));
}

TEST_P(Database, AFailingStatementNamesFileAndOperation) {
  project.expect(0, {"upgrade"});
  sql("INSERT INTO usuario (nombre) VALUES ('Ana'), ('Ana')");
  project.model(text::replace_all(kSecond, "    indexes: {ix_usuario_nombre",
                                  "    unique: {uq_usuario_nombre: [nombre]}\n"
                                  "    indexes: {ix_usuario_nombre"));
  project.migrate("cccccccccccc", "unique");
  const Result result = project.expect(1, {"upgrade"});
  EXPECT_THAT(result.err, AllOf(HasSubstr(project.revision_file("cccccccccccc")),
                                HasSubstr("uq_usuario_nombre")));
  EXPECT_EQ(sql("SELECT count(*) FROM usuario"), "2\n");
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb\n");
  sql("DELETE FROM usuario");
  project.expect(0, {"upgrade"});
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
}

TEST_P(Database, ADatabaseOfTheConfigurationByName) {
  project.write("dbmig.yaml",
                "database: ${NOT_SET_ANYWHERE}\ndatabases:\n  live: \"" + url + "\"\n");
  EXPECT_THAT(project.expect(0, {"heads"}).out, HasSubstr("bbbbbbbbbbbb"));
  EXPECT_THAT(project.dbmig({"current"}).err, HasSubstr("NOT_SET_ANYWHERE"));
  project.expect(0, {"upgrade", "--database", "live"});
  EXPECT_EQ(project.expect(0, {"current", "--database", "live"}).out, "bbbbbbbbbbbb (head)\n");
  EXPECT_THAT(project.dbmig({"current", "--database", "lvie"}).err, HasSubstr("live"));
  project.environment = {{"NOT_SET_ANYWHERE", url}};
  EXPECT_EQ(project.expect(0, {"current"}).out, "bbbbbbbbbbbb (head)\n");
}

TEST_P(Database, ImportsTheRowsOfAFile) {
  project.expect(0, {"upgrade"});
  project.write("usuario.csv", "nombre,saldo\r\n\"Pérez, Ana\",1.50\r\nBlas,2\r\n");
  project.expect(0, {"import", "usuario.csv"});
  EXPECT_EQ(sql("SELECT nombre, saldo * 100 = 150 FROM usuario ORDER BY id"),
            "Pérez, Ana|1\nBlas|0\n");
}

DBMIG_ON_EACH_DATABASE(Database);

/// One history, two databases, the same schema: an application moves by changing its URL.
TEST(RevertedDrift, ComesBackInItsOwnWords) {
  Project project;
  project.start();
  project.model(
      "tables:\n  t:\n    columns: {id: integer, a: {type: integer, sqlite: {type: {native: "
      "INT}}}, "
      "b: varchar(7)}\n    primary_key: [id]\n");
  project.migrate("aaaaaaaaaaaa", "first");
  project.expect(0, {"upgrade"});
  const auto made = shell("sqlite3 app.db '.schema t'", project.path()).out;
  shell(
      "sqlite3 app.db 'DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, a INT, "
      "b VARCHAR(7) NOT NULL, c INT CHECK (c > 0))'",
      project.path());
  project.write("revert.sql", project.expect(0, {"check", "--revert"}).out);
  EXPECT_EQ(shell("sqlite3 app.db < revert.sql", project.path()).out, "");
  EXPECT_EQ(project.expect(0, {"check"}).out, "");
  const std::string back = shell("sqlite3 app.db '.schema t'", project.path()).out;
  EXPECT_THAT(back, HasSubstr("INT,")) << back << made;
}

TEST(RevertedDrift, DoesNotAnticipateRevisionsToCome) {
  const auto columns = [](const std::string& b) {
    return "tables:\n  t:\n    columns: {id: integer, b: " + b + "}\n    primary_key: [id]\n";
  };
  Project project;
  project.start();
  project.model(columns("varchar(7)"));
  project.migrate("aaaaaaaaaaaa", "first");
  project.expect(0, {"upgrade"});
  project.model(columns("varchar(300)"));
  project.migrate("bbbbbbbbbbbb", "second");
  shell("sqlite3 app.db 'DROP TABLE t; CREATE TABLE t (id INTEGER PRIMARY KEY, b VARCHAR(50))'",
        project.path());
  project.write("revert.sql", project.expect(0, {"check", "--revert"}).out);
  EXPECT_EQ(shell("sqlite3 app.db < revert.sql", project.path()).out, "");
  EXPECT_THAT(shell("sqlite3 app.db '.schema t'", project.path()).out, HasSubstr("VARCHAR(7)"));
}

TEST(TwoDatabases, TheSameHistoryGivesTheSameSchema) {
  if (!mariadb_server()) GTEST_SKIP() << kNoServer;
  const ServerDatabase mariadb;
  Project project;
  project.start("${DATABASE_URL}");
  project.model(kFirst);
  project.migrate("aaaaaaaaaaaa", "users");
  project.model(kSecond);
  project.migrate("bbbbbbbbbbbb", "orders");
  for (const std::string& url : {std::string("sqlite:///app.db"), mariadb.url()}) {
    Project::Arguments with_url = {"--url", url};
    project.expect(0, {"upgrade", "--url", url});
    // check compares the live schema with what model and revisions say, so both are the same.
    EXPECT_EQ(project.expect(0, {"check", "--url", url}).out, "") << url;
    project.write("model.txt", project.expect(0, {"inspect", "--url", url}).out);
    EXPECT_THAT(project.read("model.txt"),
                AllOf(HasSubstr("fk_pedido_usuario"), HasSubstr("ck_usuario_saldo"),
                      HasSubstr("ix_usuario_nombre")));
  }
}

}  // namespace
}  // namespace dbmig::test
