#include "dialect/script.hpp"

#include <gtest/gtest.h>

#include "base/error.hpp"

namespace dbmig::dialect {
namespace {

constexpr DialectKind kMariadb = DialectKind::mariadb;
constexpr DialectKind kSqlite = DialectKind::sqlite;

std::vector<std::string> texts(DialectKind kind, std::string_view script) {
  std::vector<std::string> result;
  for (const ScriptStatement& s : split_script(kind, script, "x.sql")) result.push_back(s.sql);
  return result;
}

using Texts = std::vector<std::string>;

TEST(Script, SplitsAtSemicolonsOutsideOfStringsNamesAndComments) {
  EXPECT_EQ(texts(kMariadb, "SELECT ';', \"a\\\";\", `b;``c` -- d;\n, 1 /* e; */; # f;\nSELECT 2"),
            (Texts{"SELECT ';', \"a\\\";\", `b;``c` -- d;\n, 1 /* e; */", "SELECT 2"}));
  EXPECT_EQ(texts(kSqlite, "SELECT ';\\', [a;b], \"c;\" /* d; */; -- e;\nSELECT 2;;\n;"),
            (Texts{"SELECT ';\\', [a;b], \"c;\" /* d; */", "SELECT 2"}));
}

TEST(Script, SaysWhereAStatementBegins) {
  const auto statements =
      split_script(kMariadb, "\xEF\xBB\xBF-- ñ\r\n\r\nSELECT 1;\r\n  /* ñ */ SELECT 2", "x.sql");
  ASSERT_EQ(statements.size(), 2U);
  EXPECT_EQ(to_string(statements[0].where), "x.sql:3:1");
  EXPECT_EQ(statements[0].sql, "SELECT 1");
  EXPECT_EQ(to_string(statements[1].where), "x.sql:4:11");
}

TEST(Script, FollowsDelimiterLines) {
  EXPECT_EQ(texts(kMariadb,
                  "DELIMITER ;;\nCREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN\n"
                  "  SET @a = 1; SET @b = ';;';\nEND ;;\nDELIMITER ;\nSELECT 1;\n"
                  "delimiter $$\nSELECT 2; SELECT 3$$\n"),
            (Texts{"CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN\n"
                   "  SET @a = 1; SET @b = ';;';\nEND",
                   "SELECT 1", "SELECT 2", "SELECT 3"}));
}

TEST(Script, PartsWhatStandsBetweenTwoDelimitersAsTheServerDoes) {
  const std::string body =
      "CREATE PROCEDURE p(IN a int)\nBEGIN\n  DECLARE b int;\n  IF a THEN SET b = 1; ELSE SET b = "
      "IF(a, 2, 3); END IF;\n  l: WHILE b < 9 DO SET b = b + 1; END WHILE l;\n  CASE b WHEN 1 THEN "
      "SELECT 1; ELSE SELECT CASE WHEN 1 THEN 2 END; END CASE;\n  REPEAT SET b = 1; UNTIL 1 END "
      "REPEAT;\nEND";
  const Texts expected{"CREATE TABLE a (b int)", "DROP PROCEDURE IF EXISTS p", body,
                       "CREATE TABLE c (d varchar(3) DEFAULT ';')"};
  for (const std::string delimiter : {"//", "$$", ";;", "|", "END_OF_IT"}) {
    std::string script = "DELIMITER " + delimiter + "\n";
    for (std::size_t i = 0; i < expected.size(); ++i) {
      script += expected[i] + (i + 1 < expected.size() ? ";\n" : "\n");
    }
    // A whole dump behind one delimiter, ended by it, by the next line of this kind, by neither.
    EXPECT_EQ(texts(kMariadb, script + delimiter + "\nDELIMITER ;\n"), expected) << delimiter;
    EXPECT_EQ(texts(kMariadb, script + "DELIMITER ;\n"), expected) << delimiter;
    EXPECT_EQ(texts(kMariadb, script + ";"), expected) << delimiter;
    // Each ended by a semicolon and the delimiter.
    script = "DELIMITER " + delimiter + "\n";
    for (const std::string& one : expected) script += one + "; " + delimiter + "\n";
    EXPECT_EQ(texts(kMariadb, script), expected) << delimiter;
  }
}

TEST(Script, ADelimiterLineEndsAStatementThatHasNone) {
  EXPECT_EQ(texts(kMariadb, "DELIMITER //\nCREATE PROCEDURE p() BEGIN END\nDELIMITER ;\nSELECT 1"),
            (Texts{"CREATE PROCEDURE p() BEGIN END", "SELECT 1"}));
  EXPECT_EQ(texts(kMariadb, "CREATE TABLE t (\n  a int,\n  delimiter varchar(3)\n)"),
            (Texts{"CREATE TABLE t (\n  a int,\n  delimiter varchar(3)\n)"}));
}

TEST(Script, ABodyNeedsNoDelimiter) {
  const std::string trigger =
      "CREATE DEFINER=`a`@`b` TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN IF NEW.a THEN SET @a "
      "= 1; END IF; END";
  EXPECT_EQ(texts(kMariadb, trigger + "; SELECT 1"), (Texts{trigger, "SELECT 1"}));
  const std::string lite =
      "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET b = CASE WHEN 1 THEN 2 END; DELETE "
      "FROM c; END";
  EXPECT_EQ(texts(kSqlite, lite + ";\nSELECT 1;"), (Texts{lite, "SELECT 1"}));
}

TEST(Script, AColumnCalledLikeARoutineStartsNoBody) {
  EXPECT_EQ(texts(kMariadb, "CREATE TABLE t (event int, `begin` int, loop_ int); SELECT 1").size(),
            2U);
}

TEST(Script, VersionCommentsAreCode) {
  EXPECT_EQ(texts(kMariadb,
                  "/*!40101 SET NAMES utf8 */;\n/*M!999999\\- enable the sandbox mode */ \n"
                  "/*!50003 CREATE*/ /*!50003 TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN SET "
                  "@a = '*/'; /* ; */ END */;\nSELECT 1"),
            (Texts{"/*!40101 SET NAMES utf8 */",
                   "/*M!999999\\- enable the sandbox mode */ \n"
                   "/*!50003 CREATE*/ /*!50003 TRIGGER t AFTER INSERT ON a FOR EACH ROW BEGIN SET "
                   "@a = '*/'; /* ; */ END */",
                   "SELECT 1"}));
}

TEST(Script, DotCommandsOfTheShellAreNoStatements) {
  EXPECT_EQ(texts(kSqlite, ".mode box\nSELECT 1;\n.headers on\nSELECT .5"),
            (Texts{"SELECT 1", "SELECT .5"}));
  EXPECT_THROW(texts(kSqlite, ".read other.sql\n"), Error);
  EXPECT_THROW(texts(kMariadb, "source other.sql\n"), Error);
}

std::string mistake(DialectKind kind, std::string_view script) {
  try {
    split_script(kind, script, "x.sql");
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Script, WhatIsNotClosedIsShownWhereItOpens) {
  EXPECT_EQ(mistake(kMariadb, "SELECT 1;\n SELECT 'a"),
            "x.sql:2:9: a string is not closed; end it with '");
  EXPECT_EQ(mistake(kMariadb, "SELECT 1; /* a"),
            "x.sql:1:11: a comment is not closed; end it with */");
  EXPECT_EQ(mistake(kSqlite, "SELECT \"a"), "x.sql:1:8: a string is not closed; end it with \"");
}

TEST(Script, BytesThatAreNoTextAreNamed) {
  EXPECT_EQ(mistake(kSqlite, "SELECT 1;\n-- caf\xE9\n"),
            "x.sql:2:7: the script is not UTF-8 text; convert it, as in: iconv -f latin1 -t utf-8");
  EXPECT_NE(mistake(kSqlite, std::string("SQLite format 3\0abc", 19)), "");
}

}  // namespace
}  // namespace dbmig::dialect
