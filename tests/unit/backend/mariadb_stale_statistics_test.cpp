// InnoDB's persistent statistics of tables and keys that no longer exist: they must not stand in
// the way of one that gets their name.

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.hpp"
#include "base/text.hpp"
#include "support/mariadb.hpp"

namespace dbmig {
namespace {

using ::testing::HasSubstr;

class StaleStatistics : public test::MariadbTest {
 protected:
  void SetUp() override {
    test::MariadbTest::SetUp();
    if (IsSkipped()) return;
    database_ = std::make_unique<test::MariadbDatabase>();
    // No background computation: each row is one of the test's.
    database_->run(
        "CREATE TABLE t (id int PRIMARY KEY, a int, KEY `old``key` (a)) STATS_AUTO_RECALC=0;"
        "INSERT INTO t VALUES (1, 1), (2, 2); ANALYZE TABLE t");
  }

  test::MariadbDatabase& database() { return *database_; }

  /// Copies the statistics of the key to another table and key.
  void leave_statistics(const std::string& table, const std::string& key) {
    database().run(fmt::format(
        "INSERT INTO mysql.innodb_index_stats SELECT database_name, '{}', '{}', last_update, "
        "stat_name, stat_value, sample_size, stat_description FROM mysql.innodb_index_stats "
        "WHERE database_name = DATABASE() AND table_name = 't' AND index_name = 'old`key'",
        table, key));
  }
  void leave_table_statistics(const std::string& table) {
    database().run(fmt::format(
        "INSERT INTO mysql.innodb_table_stats SELECT database_name, '{}', last_update, "
        "n_rows, clustered_index_size, sum_of_other_index_sizes FROM "
        "mysql.innodb_table_stats WHERE database_name = DATABASE() AND table_name = 't'",
        table));
  }
  /// The table and key of all statistics.
  std::string statistics() {
    return database().rows(
        "SELECT DISTINCT table_name, index_name FROM mysql.innodb_index_stats "
        "WHERE database_name = DATABASE() ORDER BY 1, 2");
  }

 private:
  std::unique_ptr<test::MariadbDatabase> database_;
};

TEST_F(StaleStatistics, DoNotKeepAKeyFromItsNewName) {
  leave_statistics("t", "new`key");
  leave_statistics("t", "another");
  database().connection().execute("ALTER TABLE `t` RENAME KEY `old``key` TO `new``key`");
  EXPECT_THAT(database().show("t"), HasSubstr("KEY `new``key` (`a`)"));
  EXPECT_EQ(statistics(), "t|PRIMARY\nt|another\nt|new`key\n");
}

TEST_F(StaleStatistics, DoNotKeepATableFromItsNewName) {
  leave_statistics("t2", "old`key");
  leave_statistics("t3", "old`key");
  leave_table_statistics("t2");
  database().connection().execute("ALTER TABLE `t` RENAME TO `t2`");
  EXPECT_THAT(database().show("t2"), HasSubstr("KEY `old``key` (`a`)"));
  EXPECT_EQ(statistics(), "t2|PRIMARY\nt2|old`key\nt3|old`key\n");
}

TEST_F(StaleStatistics, OfAPartitionDoNotKeepAKeyFromItsNewName) {
  database().run("ALTER TABLE t PARTITION BY HASH (id) PARTITIONS 2; ANALYZE TABLE t");
  leave_statistics("t#P#p1", "new`key");
  database().connection().execute("ALTER TABLE `t` RENAME KEY `old``key` TO `new``key`");
  EXPECT_THAT(database().show("t"), HasSubstr("KEY `new``key` (`a`)"));
}

TEST_F(StaleStatistics, AreForAnAdministratorIfTheUserMayNotRemoveThem) {
  leave_statistics("t", "new`key");
  const std::string user = database().name();  // unique
  database().run(
      fmt::format("CREATE USER `{0}`@localhost IDENTIFIED BY 'pw'; GRANT ALL ON `{0}`.* "
                  "TO `{0}`@localhost",
                  user));
  Url url = database().url();
  url.user = user;
  url.password = "pw";
  const auto connection = backend::mariadb::connect(url, {});
  try {
    connection->execute("ALTER TABLE `t` RENAME KEY `old``key` TO `new``key`");
    ADD_FAILURE() << "the key was renamed";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::access);
    EXPECT_THAT(error.what(), HasSubstr("innodb_index_stats"));
    EXPECT_THAT(
        error.what(),
        HasSubstr("DELETE s FROM mysql.innodb_index_stats s WHERE s.database_name = '" + user));
  }
  EXPECT_THAT(database().show("t"), HasSubstr("KEY `old``key` (`a`)"));
  database().run(fmt::format("DROP USER `{}`@localhost", user));
}

}  // namespace
}  // namespace dbmig
