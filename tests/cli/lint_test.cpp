// `dbmig lint`: which revisions, what the rows say, levels, suppressions, exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/text.hpp"
#include "cli/harness.hpp"
#include "support/source_path.hpp"

namespace dbmig::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kFirstRevision = R"yaml(revision: aaaaaaaaaaaa
parents: []
message: first
upgrade:
  - create_table:
      pais:
        columns: {id: {type: integer, autoincrement: true}, nombre: varchar(64)}
        primary_key: [id]
  - create_table:
      usuario:
        columns:
          id: {type: integer, autoincrement: true}
          correo: varchar(100)
          nivel: {type: varchar(20), nullable: false, default: b}
          pais_id: integer
        primary_key: [id]
        indexes: {ix_usuario_pais: [pais_id]}
)yaml";

/// Everything that rows can stand in the way of.
constexpr const char* kSecondRevision = R"yaml(revision: bbbbbbbbbbbb
parents: [aaaaaaaaaaaa]
message: second
upgrade:
  - alter_column: {table: usuario, name: correo, nullable: false, default: x}
  - create_unique_constraint: {table: pais, name: uq_pais, columns: [nombre]}
  - create_check_constraint: {table: usuario, name: ck_nivel, sql: nivel <> 'b'}
  - create_foreign_key: {table: usuario, name: fk_pais, columns: [pais_id], references: pais(id)}
  - alter_column: {table: usuario, name: nivel, type: varchar(3)}
  - add_column: {table: usuario, name: edad, type: integer, nullable: false}
)yaml";

constexpr const char* kThird = R"yaml(revision: cccccccccccc
parents: [bbbbbbbbbbbb]
message: third
upgrade:
  - drop_column: {table: usuario, name: edad}
    lint_ignore: {DS102: "nobody reads it, ticket 4711"}
  - drop_table: usuario
)yaml";

std::vector<std::string> codes_of(const nlohmann::json& report, const std::string& level = {}) {
  std::vector<std::string> list;
  for (const auto& finding : report.at("findings")) {
    if (level.empty() || finding.at("level") == level) list.push_back(finding.at("code"));
  }
  return list;
}

class Lint : public OnEachDatabase {
 protected:
  void SetUp() override {
    OnEachDatabase::SetUp();
    if (IsSkipped()) return;
    project.write("migrations/a.yaml", kFirstRevision);
    project.write("migrations/b.yaml", kSecondRevision);
    project.write("migrations/c.yaml", kThird);
  }

  void have_first() const { project.expect(0, {"upgrade", "aaaaaaaaaaaa"}); }
};

TEST_P(Lint, RowsAreCountedInsteadOfWarned) {
  have_first();
  sql("INSERT INTO pais (nombre) VALUES ('es'), ('es'), ('fr'), (NULL)");
  sql("INSERT INTO usuario (correo, nivel, pais_id) VALUES (NULL, 'medio', 1), ('a', 'b', 99)");
  const Result result = project.expect(4, {"lint", "bbbb", "--json"});
  const nlohmann::json report = result.json();
  EXPECT_EQ(report.at("linted"), "revisions");
  EXPECT_THAT(report.at("database").get<std::string>(), Not(IsEmpty()));
  EXPECT_THAT(codes_of(report, "error"),
              ElementsAre("DD202", "DD203", "DD205", "DD206", "DS103", "DD201"));
  const nlohmann::json& unique = report.at("findings").at(1);
  EXPECT_EQ(unique.at("rows"), 2);
  EXPECT_EQ(unique.at("table"), "pais");
  EXPECT_EQ(unique.at("file"), "migrations/b.yaml");
  EXPECT_EQ(unique.at("line"), 6);
  EXPECT_EQ(unique.at("column"), 5);
  EXPECT_EQ(unique.at("operation"), 1);
  EXPECT_THAT(unique.at("message").get<std::string>(),
              AllOf(HasSubstr("2 rows"), HasSubstr("nombre = 'es'")));
  EXPECT_TRUE(report.at("failed"));
  // Nothing was changed: the upgrade is refused for the same rows.
  project.expect(1, {"upgrade", "bbbb"});
}

TEST_P(Lint, NoRowsInTheWayAreNoFinding) {
  have_first();
  sql("INSERT INTO pais (nombre) VALUES ('es'), ('fr')");
  const Result result = project.expect(0, {"lint", "bbbb", "--json"});
  EXPECT_THAT(codes_of(result.json()), ElementsAre("ND606", "BC305"));
  project.expect(0, {"upgrade", "bbbb"});
}

TEST_P(Lint, WithoutADatabaseTheWarningsStay) {
  have_first();
  const Result result = project.expect(4, {"lint", "bbbb", "--offline", "--json"});
  const nlohmann::json report = result.json();
  EXPECT_TRUE(report.at("database").is_null());
  EXPECT_THAT(codes_of(report),
              ElementsAre("DD202", "DD203", "DD205", "ND606", "DD206", "DS103", "DD201", "BC305"));
  EXPECT_THAT(codes_of(report, "error"), ElementsAre("DS103"));
}

TEST_P(Lint, WhatPlainSqlMayChangeStaysAWarning) {
  have_first();
  project.write("migrations/b.yaml",
                text::replace_all(kSecondRevision, "upgrade:\n",
                                  "upgrade:\n  - execute: UPDATE usuario SET edad_ = 1\n"));
  const Result result = project.expect(4, {"lint", "bbbb", "--json"});
  EXPECT_THAT(codes_of(result.json(), "warning"), testing::Contains("DD203"));
}

TEST_P(Lint, ATableThatIsStillToComeHasNoRows) {
  const Result result = project.expect(4, {"lint", "--pending", "--json"});
  const nlohmann::json report = result.json();
  EXPECT_EQ(report.at("linted"), "pending");
  EXPECT_THAT(report.at("revisions"), ElementsAre("aaaaaaaaaaaa", "bbbbbbbbbbbb", "cccccccccccc"));
  EXPECT_THAT(codes_of(report, "error"), ElementsAre("DS101"));
}

TEST_P(Lint, WhatAServerSaysOfAStatementIsFound) {
  have_first();
  project.write("migrations/b.yaml",
                "revision: bbbbbbbbbbbb\nparents: [aaaaaaaaaaaa]\nmessage: m\nupgrade:\n"
                "  - alter_column: {table: usuario, name: pais_id, type: bigint}\n"
                "  - add_column: {table: pais, name: codigo, type: char(2)}\n");
  EXPECT_EQ(project.expect(0, {"lint", "bbbb"}).out, "");  // no rows, no waiting
  sql("INSERT INTO usuario (correo) VALUES ('a'), ('b'), ('c')");
  sql("INSERT INTO pais (nombre) VALUES ('es')");
  const Result result = project.expect(0, {"lint", "bbbb"});
  if (!on_mariadb()) {
    EXPECT_EQ(result.out, "");
    return;
  }
  EXPECT_THAT(result.out,
              AllOf(HasSubstr("migrations/b.yaml:5:5: warning BL401: "),
                    HasSubstr("the server copies the table, 3 rows"), Not(HasSubstr("b.yaml:6"))));
  const auto blocks = HasSubstr("migrations/b.yaml:5:5: warning BL402: ");
  if (copies_let_sessions_write()) {
    EXPECT_THAT(result.out, Not(blocks));
  } else {
    EXPECT_THAT(result.out, blocks);
  }
  EXPECT_EQ(project.expect(0, {"lint", "bbbb", "--offline"}).out, "");
}

TEST_P(Lint, ByDefaultWhatTheDatabaseLacks) {
  have_first();
  sql("INSERT INTO pais (id) VALUES (1)");
  sql("INSERT INTO usuario (correo, nivel) VALUES ('a', 'c'), ('b', 'd')");
  Result result = project.expect(4, {"lint"});
  EXPECT_THAT(result.err, HasSubstr("Linted 2 pending revisions with "));
  EXPECT_THAT(result.out, HasSubstr("migrations/c.yaml:7:5: error DS101: table 'usuario' would be "
                                    "dropped with all its rows: 2 rows in the database (keep a "
                                    "copy"));
  sql("DELETE FROM usuario");
  EXPECT_THAT(result.out, Not(HasSubstr("migrations/a.yaml")));
  EXPECT_THAT(result.err, HasSubstr("; 1 suppressed."));
  project.expect(0, {"upgrade"});
  result = project.expect(0, {"lint"});
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("Linted 0 pending revisions"));
}

DBMIG_ON_EACH_DATABASE(Lint);

class LintFiles : public testing::Test {
 protected:
  void SetUp() override {
    project.start("sqlite:///app.db");
    project.write("migrations/a.yaml", kFirstRevision);
    project.write("migrations/b.yaml", kSecondRevision);
    project.write("migrations/c.yaml", kThird);
  }
  Project project;
};

TEST_F(LintFiles, WithoutADatabaseTheHeads) {
  const Result result = project.expect(4, {"lint"});
  EXPECT_EQ(result.out,
            "migrations/c.yaml:7:5: error DS101: table 'usuario' would be dropped with all its "
            "rows (keep a copy of what is worth keeping)\n");
  EXPECT_THAT(result.err, HasSubstr("Linted 1 head, without a database: 1 error, 0 warnings, 0 "
                                    "info; 1 suppressed.\n"));
  EXPECT_EQ(project.files(project.path()),
            (std::vector<std::string>{".dbmig", "dbmig.yaml", "migrations", "schemas"}));
}

TEST_F(LintFiles, AServerThatDoesNotAnswerIsNoneUnlessItWasNamed) {
  project.start("mariadb://nobody@localhost/x?socket=/nowhere.sock");
  EXPECT_THAT(project.expect(4, {"lint"}).err,
              AllOf(HasSubstr("Working without a database: "), HasSubstr("Linted 1 head")));
  project.expect(1, {"lint", "--pending"});
  project.expect(1, {"lint", "--url", "mariadb://nobody@localhost/x?socket=/nowhere.sock"});
}

TEST_F(LintFiles, LevelsAndStrictness) {
  project.write("dbmig.yaml", "database: sqlite:///app.db\nlint: {DS: warning}\n");
  EXPECT_THAT(project.expect(0, {"lint"}).out, HasSubstr(": warning DS101: "));
  EXPECT_THAT(project.expect(4, {"lint", "--strict"}).out, HasSubstr(": warning DS101: "));
  project.write("dbmig.yaml", "database: sqlite:///app.db\nlint: {DS: off, LI: off}\n");
  EXPECT_EQ(project.expect(0, {"lint", "--strict"}).out, "");
  project.write("dbmig.yaml", "lint: {DS1O1: off}\n");
  EXPECT_THAT(project.expect(1, {"lint"}).err,
              HasSubstr("dbmig.yaml:1:8: unknown code 'DS1O1' in 'lint'; did you mean 'DS101'?"));
}

TEST_F(LintFiles, ASuppressionIsReportedWithItsReason) {
  const nlohmann::json report = project.expect(4, {"lint", "head", "--json"}).json();
  ASSERT_EQ(report.at("suppressed").size(), 1U);
  EXPECT_EQ(report.at("suppressed").at(0).at("code"), "DS102");
  EXPECT_EQ(report.at("suppressed").at(0).at("reason"), "nobody reads it, ticket 4711");
  project.write("migrations/c.yaml", text::replace_all(kThird, "DS102", "BC302"));
  EXPECT_THAT(project.expect(4, {"lint"}).out,
              HasSubstr("migrations/c.yaml:6:19: info LI001: the suppression of BC302 suppresses "
                        "nothing"));
}

TEST_F(LintFiles, ASuppressionAddedLaterIsNoEdit) {
  project.expect(0, {"upgrade"});
  project.write("migrations/c.yaml",
                std::string(kThird) + "    lint_ignore: {DS101: \"moved to another service\"}\n");
  EXPECT_EQ(project.expect(0, {"lint", "head"}).out, "");
  EXPECT_THAT(project.dbmig({"check"}).out, Not(HasSubstr("edited")));
  project.expect(0, {"downgrade"});
}

TEST_F(LintFiles, WhatIsAskedForIsChecked) {
  EXPECT_EQ(project.expect(2, {"lint", "--all", "head"}).err,
            "error: revisions, --pending, --pending-against and --all exclude each other\n");
  project.expect(2, {"lint", "--pending", "--offline"});
  project.expect(1, {"lint", "ffff"});
  EXPECT_THAT(
      project.expect(2, {"lint", "current", "--offline"}).err,
      HasSubstr("'current' is relative to the database's revision, and no database is used"));
  EXPECT_THAT(project.expect(4, {"lint", "--all", "--offline"}).err,
              HasSubstr("Linted all of 3 revisions"));
  EXPECT_THAT(project.expect(4, {"lint", "aaaa", "cccc"}).err, HasSubstr("Linted 2 revisions"));
}

TEST_F(LintFiles, AHistoryThatDoesNotFitIsAnErrorWithItsPlace) {
  project.write("migrations/c.yaml",
                text::replace_all(kThird, "drop_table: usuario", "drop_table: gone"));
  EXPECT_THAT(project.expect(1, {"lint", "--offline"}).err,
              HasSubstr("migrations/c.yaml:7:5: revision cccccccccccc: drop table 'gone'"));
}

TEST_F(LintFiles, CodesExplainThemselves) {
  EXPECT_THAT(project.expect(0, {"lint", "--explain", "ds101"}).out,
              AllOf(HasSubstr("DS101: drops a table (destructive; error unless"),
                    HasSubstr("lint_ignore: {DS101: \"why\"}")));
  EXPECT_EQ(project.expect(2, {"lint", "--explain", "DS111"}).err,
            "error: unknown code 'DS111'; did you mean 'DS101'?\n");
  EXPECT_THAT(project.expect(0, {"lint", "--codes"}).out,
              HasSubstr("  DS101  error    drops a table\n"));
}

TEST_F(LintFiles, ReadmeListsTheCodesAsTheyAre) {
  const nlohmann::json codes = project.expect(0, {"lint", "--codes", "--json"}).json();
  std::string table = "| group | codes, with their levels |\n| --- | --- |\n";
  std::string group;
  for (const auto& code : codes) {
    const std::string id = code.at("code");
    const std::string own = code.at("group");
    const bool first = own != group;
    if (first && !group.empty()) table += " |\n";
    table += first ? "| **" + id.substr(0, 2) + "** " + own + " | " : " · ";
    table += "`" + id + "` " + code.at("title").get<std::string>() + " (" +
             code.at("level").get<std::string>() + ")";
    group = own;
  }
  table += " |\n";
  EXPECT_THAT(project.read(test::source_path("lib/docs/lint.md")), HasSubstr(table))
      << "lib/docs/lint.md's table of codes should be:\n"
      << table;
}

}  // namespace
}  // namespace dbmig::test
