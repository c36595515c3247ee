#include <gtest/gtest.h>

#include "dialect/dialect.hpp"

namespace dbmig {
namespace {

std::vector<std::string> split(std::string_view sql) {
  return dialect::dialect(DialectKind::mariadb).split_statements(sql);
}

using Statements = std::vector<std::string>;

TEST(MariadbSplit, AtSemicolons) {
  EXPECT_EQ(split("SELECT 1; SELECT 2 ;\n\n;SELECT 3"),
            (Statements{"SELECT 1", "SELECT 2", "SELECT 3"}));
  EXPECT_TRUE(split("  ; ;\n-- nothing\n").empty());
}

TEST(MariadbSplit, NotInStringsNamesAndComments) {
  const Statements whole = {"SELECT ';', \";\", `;`, 'it''s;', 'a\\';' /* ; */ -- ;\n + 1 # ;\n"};
  const std::string text = whole[0];
  ASSERT_EQ(split(text + "; SELECT 2").size(), 2U);
}

TEST(MariadbSplit, CommentsStayWithTheirStatement) {
  EXPECT_EQ(split("-- first\nSELECT 1; /* second */ SELECT 2;"),
            (Statements{"-- first\nSELECT 1", "/* second */ SELECT 2"}));
}

TEST(MariadbSplit, BodiesOfTriggersAndRoutinesStayWhole) {
  const std::string trigger =
      "CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW BEGIN\n"
      "  IF NEW.a > 1 THEN SET NEW.a = IF(NEW.b, 1, 2); ELSE SET NEW.a = 2; END IF;\n"
      "  CASE NEW.a WHEN 1 THEN SET NEW.b = CASE WHEN 1 THEN 2 END; END CASE;\n"
      "  WHILE NEW.a < 3 DO SET NEW.a = NEW.a + 1; END WHILE;\n"
      "END";
  EXPECT_EQ(split(trigger + "; SELECT 1"), (Statements{trigger, "SELECT 1"}));
  const std::string procedure =
      "CREATE OR REPLACE DEFINER=CURRENT_USER PROCEDURE p() BEGIN DECLARE i INT; LOOP_1: LOOP SET "
      "i "
      "= REPEAT('a', 2); LEAVE LOOP_1; END LOOP; REPEAT SET i = 1; UNTIL 1 END REPEAT; END";
  EXPECT_EQ(split(procedure + ";DROP TABLE IF EXISTS x;"),
            (Statements{procedure, "DROP TABLE IF EXISTS x"}));
}

TEST(MariadbSplit, ATriggerOfOneStatementEndsAtItsSemicolon) {
  EXPECT_EQ(
      split("CREATE TRIGGER t BEFORE INSERT ON x FOR EACH ROW SET NEW.a = 1; SELECT 2").size(), 2U);
}

TEST(MariadbSplit, TransactionsAreNotBlocks) {
  EXPECT_EQ(split("BEGIN; UPDATE x SET a = CASE WHEN b THEN 1 END; COMMIT").size(), 3U);
  EXPECT_EQ(split("START TRANSACTION; SELECT 1; COMMIT").size(), 3U);
}

TEST(MariadbSplit, AnAnonymousBlockIsOneStatement) {
  EXPECT_EQ(split("BEGIN NOT ATOMIC SELECT 1; SELECT 2; END; SELECT 3").size(), 2U);
}

}  // namespace
}  // namespace dbmig
