// What becomes of findings: levels, suppressions, answers, costs, places.

#include "lint/lint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support.hpp"

namespace dbmig::lint {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

constexpr const char* kDrop = "- drop_table: suelto";

TEST(Lint, AFindingSaysWhereAndWhat) {
  const Result result =
      lint_operations("- alter_table: {table: suelto, comment: x}\n" + std::string(kDrop));
  ASSERT_EQ(result.findings.size(), 1U);
  const Finding& finding = result.findings.front();
  EXPECT_EQ(finding.code, "DS101");
  EXPECT_EQ(finding.level, Level::error);
  EXPECT_EQ(finding.revision, "b");
  EXPECT_EQ(finding.operation, 1U);
  EXPECT_EQ(to_string(finding.where), "b.yaml:5:5");
  EXPECT_THAT(finding.message, HasSubstr("'suelto'"));
}

TEST(Lint, WhatARevisionDeclaresIsFoundAtTheExecute) {
  const Result result = lint_operations(
      "- execute: {sql: DROP TABLE suelto, state: [{drop_table: suelto}]}", {}, "downgrade: []");
  EXPECT_THAT(codes_in(result), ElementsAre("DS101"));
  EXPECT_EQ(result.findings.front().operation, 0U);
}

TEST(Lint, ALevelOfTheCodeGoesBeforeThatOfItsGroup) {
  Options options;
  options.levels = {{"DS", Level::off}};
  EXPECT_THAT(codes_in(lint_operations(kDrop, options)), IsEmpty());
  options.levels["DS101"] = Level::info;
  const Result result = lint_operations(kDrop, options);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().level, Level::info);
}

TEST(Lint, ASuppressionKeepsItsReason) {
  const Result result =
      lint_operations("- drop_table: suelto\n  lint_ignore: {DS101: \"ticket 4711\"}");
  EXPECT_THAT(result.findings, IsEmpty());
  ASSERT_EQ(result.suppressed.size(), 1U);
  EXPECT_EQ(result.suppressed.front().finding.code, "DS101");
  EXPECT_EQ(result.suppressed.front().reason, "ticket 4711");
}

TEST(Lint, ASuppressionIsOfItsOwnOperationAlone) {
  const Result result =
      lint_operations("- alter_table: {table: suelto, comment: x}\n  lint_ignore: {DS101: why}\n" +
                      std::string(kDrop));
  EXPECT_THAT(codes_in(result), ElementsAre("LI001", "DS101"));
  EXPECT_EQ(to_string(result.findings.front().where), "b.yaml:5:19");
}

TEST(Lint, ASuppressionOfACodeThatIsOffIsUsed) {
  Options options;
  options.levels = {{"DS101", Level::off}};
  EXPECT_THAT(
      codes_in(lint_operations("- drop_table: suelto\n  lint_ignore: {DS101: why}", options)),
      IsEmpty());
}

constexpr const char* kNotNull = "- alter_column: {table: usuario, name: nombre, nullable: false}";

Evidence answered(std::uint64_t rows) {
  Evidence evidence;
  evidence.answers.push_back(
      {0, "DD202", "usuario", rows, "2 rows of table 'usuario'", "fill them"});
  return evidence;
}

TEST(Lint, RowsInTheWayAreAnErrorAndNoneAreNoFinding) {
  Options options;
  options.levels = {{"BC", Level::off}};
  Result result = lint_operations(kNotNull, options);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().level, Level::warning);

  result = lint_operations(kNotNull, options, {}, answered(2));
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_EQ(result.findings.front().level, Level::error);
  EXPECT_EQ(result.findings.front().message, "2 rows of table 'usuario'");
  EXPECT_EQ(result.findings.front().rows, 2U);

  EXPECT_THAT(lint_operations(kNotNull, options, {}, answered(0)).findings, IsEmpty());
  options.levels["DD"] = Level::off;
  EXPECT_THAT(lint_operations(kNotNull, options, {}, answered(2)).findings, IsEmpty());
}

TEST(Lint, ASuppressionOfWhatTheRowsClearIsUsed) {
  Options options;
  options.levels = {{"BC", Level::off}};
  const std::string text = std::string(kNotNull) + "\n  lint_ignore: {DD202: filled by hand}";
  EXPECT_THAT(lint_operations(text, options, {}, answered(0)).findings, IsEmpty());
  const Result result = lint_operations(text, options, {}, answered(2));
  EXPECT_THAT(result.findings, IsEmpty());
  EXPECT_EQ(result.suppressed.size(), 1U);
}

TEST(Lint, ADropSaysHowMuchIsLost) {
  Evidence evidence;
  evidence.losses.push_back({0, "suelto", 41});
  const Result result = lint_operations(kDrop, {}, {}, evidence);
  ASSERT_EQ(result.findings.size(), 1U);
  EXPECT_THAT(result.findings.front().message, HasSubstr("all its rows: 41 rows in the database"));
  EXPECT_EQ(result.findings.front().rows, 41U);
  EXPECT_EQ(result.findings.front().level, Level::error);
}

constexpr const char* kWiden = "- alter_column: {table: suelto, name: a, type: bigint}";

Evidence cost(std::string algorithm, std::string lock, std::optional<std::uint64_t> rows = {}) {
  Evidence evidence;
  evidence.costs.push_back({0, std::move(algorithm), std::move(lock), rows});
  return evidence;
}

TEST(Lint, WhatAServerSaysOfAStatementIsFound) {
  EXPECT_THAT(codes_in(lint_operations(kWiden)), IsEmpty());
  EXPECT_THAT(codes_in(lint_operations(kWiden, {}, {}, cost("INSTANT", "NONE"))), IsEmpty());
  EXPECT_THAT(codes_in(lint_operations(kWiden, {}, {}, cost("INPLACE", "EXCLUSIVE"))),
              ElementsAre("BL402"));
  const Result result = lint_operations(kWiden, {}, {}, cost("COPY", "SHARED", 41203554));
  EXPECT_THAT(codes_in(result), ElementsAre("BL401", "BL402"));
  EXPECT_THAT(result.findings.front().message, HasSubstr("41203554 rows"));
}

TEST(Lint, NobodyIsBlockedByATableWithoutRows) {
  EXPECT_THAT(codes_in(lint_operations(kWiden, {}, {}, cost("COPY", "SHARED", 0))), IsEmpty());
  Evidence evidence = cost("COPY", "SHARED");
  evidence.costs.front().operation = 1;
  EXPECT_THAT(codes_in(lint_operations(R"(
- create_table: {n: {columns: {a: integer}, primary_key: [a]}}
- alter_column: {table: n, name: a, type: bigint})",
                                       {}, {}, evidence)),
              IsEmpty());
}

TEST(Lint, ASuppressionOfACostIsUnusedOnlyWhenItWasAsked) {
  const std::string text = std::string(kWiden) + "\n  lint_ignore: {BL401: at night}";
  EXPECT_THAT(codes_in(lint_operations(text)), IsEmpty());
  EXPECT_THAT(codes_in(lint_operations(text, {}, {}, cost("INSTANT", "NONE"))),
              ElementsAre("LI001"));
  EXPECT_THAT(codes_in(lint_operations(text, {}, {}, cost("COPY", "NONE"))), IsEmpty());
}

TEST(Lint, ADowngradeIsNotLookedAt) {
  const Result result = lint_operations("- execute: UPDATE suelto SET a = 1", {},
                                        "downgrade:\n  - drop_table: usuario");
  EXPECT_THAT(codes_in(result), IsEmpty());
}

TEST(Lint, RulesOfADatabaseThatTheProjectIsNotForAreSilent) {
  constexpr const char* text = R"(
- create_table: {Mia: {columns: {id: {type: tinyint, autoincrement: true}, t: timestamp},
                       primary_key: [id], mariadb: {engine: MyISAM, charset: latin1}}}
- create_foreign_key: {table: suelto, name: fk, columns: [a], references: pais(id)})";
  const auto both = codes_in(lint_operations(text));
  for (const char* code : {"PK803", "TY002", "TY004", "TY005", "NM904", "FK701"}) {
    EXPECT_THAT(both, Contains(code));
  }
  Options sqlite;
  sqlite.dialects = {DialectKind::sqlite};
  const auto on_sqlite = codes_in(lint_operations(text, sqlite));
  for (const char* code : {"PK803", "TY002", "TY004", "TY005", "NM904"}) {
    EXPECT_THAT(on_sqlite, Not(Contains(code)));
  }
  Options mariadb;
  mariadb.dialects = {DialectKind::mariadb};
  EXPECT_THAT(codes_in(lint_operations(text, mariadb)), Not(Contains("FK701")));
}

TEST(Lint, ATableOfTheOtherDatabaseIsNoMatter) {
  Options sqlite;
  sqlite.dialects = {DialectKind::sqlite};
  EXPECT_THAT(codes_in(lint_operations(R"(
- create_table: {n: {columns: {order: integer}, only: mariadb}}
- drop_table: n)",
                                       sqlite)),
              IsEmpty());
}

TEST(Lint, AHistoryIsLintedRevisionByRevision) {
  std::vector<history::Revision> revisions;
  revisions.push_back(
      yaml::parse_revision("revision: a\nparents: []\nupgrade:" + indented(kBase), "a.yaml"));
  revisions.push_back(revision(kDrop));
  revisions.push_back(yaml::parse_revision(
      "revision: c\nparents: [b]\nupgrade:\n  - drop_view: ricos\n", "c.yaml"));
  const history::Graph graph(std::move(revisions));
  const auto revisions_of = [&](const std::vector<std::string>& ids) {
    std::vector<std::string> list;
    for (const Finding& finding : lint(graph, ids, {{{"PK", Level::off}}, {}}).findings) {
      list.push_back(finding.revision + ":" + finding.code);
    }
    return list;
  };
  EXPECT_THAT(revisions_of({"c", "b", "a"}),
              ElementsAre("a:TY009", "a:TY009", "b:DS101", "c:BC306"));
  EXPECT_THAT(revisions_of({"c"}), ElementsAre("c:BC306"));
  EXPECT_THAT(revisions_of({}), IsEmpty());
}

}  // namespace
}  // namespace dbmig::lint
