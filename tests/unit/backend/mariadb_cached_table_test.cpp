// Tables that the server keeps open under the alias of another session's query.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>

#include "base/error.hpp"
#include "support/mariadb.hpp"

namespace dbmig {
namespace {

using ::testing::HasSubstr;

class CachedTable : public test::MariadbTest {
 protected:
  static void create(test::MariadbDatabase& database) {
    database.run(
        "CREATE TABLE e (id int PRIMARY KEY, a int CHECK (a > 0), b int, g int AS (b + 1), c int, "
        "d int DEFAULT (c + 1)) COMMENT 'it''s \\\\ here'; INSERT INTO e (id, a, b, c) VALUES (1, "
        "2, 3, 4)");
  }
  static constexpr const char* kQuery =
      "SELECT x.a FROM e x JOIN e y ON y.id = x.id JOIN e z ON z.id = y.id";
};

TEST_F(CachedTable, UnderAnAliasDoesNotKeepAColumnFromItsNewName) {
  test::MariadbDatabase database;
  create(database);
  const auto application = database.open();
  for (const std::string column : {"a", "b", "c"}) {
    application->query(kQuery);
    database.connection().execute("ALTER TABLE `e` RENAME COLUMN `" + column + "` TO `" + column +
                                  "2`");
    application->query("SELECT x.id FROM e x JOIN e y ON y.id = x.id");
    database.connection().execute("ALTER TABLE `e` RENAME COLUMN `" + column + "2` TO `" + column +
                                  "`");
  }
  EXPECT_EQ(database.rows("SELECT * FROM e"), "1|2|3|4|4|5\n");
  EXPECT_THAT(database.show("e"), HasSubstr("COMMENT='it''s \\\\ here'"));
}

TEST_F(CachedTable, ThatOthersOpenAllTheTimeIsAlteredAllTheSame) {
  test::MariadbDatabase database;
  create(database);
  std::atomic<bool> stop{false};
  std::thread application([&] {
    const auto own = database.open();
    while (!stop) own->query("SELECT x.id FROM e x JOIN e y ON y.id = x.id");
  });
  std::string failure;
  try {
    for (int i = 0; i < 20; ++i) {
      database.connection().execute("ALTER TABLE `e` RENAME COLUMN `a` TO `a2`");
      database.connection().execute("ALTER TABLE `e` RENAME COLUMN `a2` TO `a`");
    }
  } catch (const Error& error) {
    failure = error.what();
  }
  stop = true;
  application.join();
  EXPECT_EQ(failure, "");
}

TEST_F(CachedTable, DoesNotHideThatAColumnIsMissing) {
  test::MariadbDatabase database;
  create(database);
  try {
    database.connection().execute("ALTER TABLE e RENAME COLUMN a TO a2, ADD CHECK (nothing > 0)");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("Unknown column 'nothing'"));
  }
}

}  // namespace
}  // namespace dbmig
