// What a statement speaks of is asked of the server in one of two ways; both must tell the same,
// for recovery compares what one run wrote down with what the next one sees.
#include <gtest/gtest.h>

#include "support/mariadb.hpp"

namespace dbmig::backend {
namespace {

class MariadbFingerprint : public test::MariadbTest {};

TEST_F(MariadbFingerprint, TheQuickWayTellsWhatTheThoroughOneTells) {
  test::MariadbDatabase database;
  database.run(
      "CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT, a VARCHAR(20));"
      "CREATE TABLE `odd ``name` (id INT);"
      "CREATE VIEW v AS SELECT id FROM t;"
      "CREATE TABLE gone (id INT);"
      "CREATE VIEW broken AS SELECT id FROM gone;"
      "DROP TABLE gone;"
      "CREATE SEQUENCE s;"
      "CREATE TEMPORARY TABLE passing (id INT);"
      "INSERT INTO t (a) VALUES ('x')");
  const auto fingerprint = [&](const std::string& sql) {
    return database.connection().fingerprint(sql);
  };
  const std::string nothing = fingerprint("ALTER TABLE nobody ADD c INT");
  for (const char* sql :
       {"ALTER TABLE t ADD c INT", "DROP VIEW v",
        "ALTER TABLE `odd ``name` ADD c INT, ADD KEY t (c)", "DROP VIEW broken", "DROP SEQUENCE s",
        "DROP TABLE passing", "RENAME TABLE t TO u, v TO w", "ALTER TABLE s ADD c INT, RENAME v",
        "ALTER TABLE nobody ADD c INT",
        "ALTER TABLE `0123456789012345678901234567890123456789012345678901234567890123456789` ADD "
        "t INT"}) {
    // A word that may speak of an event makes it look through the lists of the server.
    EXPECT_EQ(fingerprint(sql), fingerprint(std::string(sql) + " event")) << sql;
  }
  for (const char* object : {"t", "v", "broken", "s", "`odd ``name`"}) {
    EXPECT_NE(fingerprint(std::string("DROP TABLE ") + object), nothing) << object;
  }
}

TEST_F(MariadbFingerprint, ChangesWithItsObjectsAndWithNothingElse) {
  test::MariadbDatabase database;
  database.run("CREATE TABLE t (id INT PRIMARY KEY AUTO_INCREMENT); CREATE TABLE other (id INT)");
  const std::string sql = "ALTER TABLE t ADD c INT";
  const std::string before = database.connection().fingerprint(sql);
  database.run(
      "INSERT INTO t VALUES (NULL), (NULL); ALTER TABLE other ADD d INT; CREATE TABLE more (id "
      "INT)");
  EXPECT_EQ(database.connection().fingerprint(sql), before);
  database.run(sql);
  EXPECT_NE(database.connection().fingerprint(sql), before);
  database.run("ALTER TABLE t DROP c");
  EXPECT_EQ(database.connection().fingerprint(sql), before);
}

}  // namespace
}  // namespace dbmig::backend
