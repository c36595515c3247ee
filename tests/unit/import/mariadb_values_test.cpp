// Values that only MariaDB takes, or gives itself.
#include <gmock/gmock.h>

#include "import/named_format.hpp"
#include "job.hpp"
#include "support/mariadb.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

class ImportIntoMariadb : public MariadbTest {
 protected:
  void SetUp() override {
    MariadbTest::SetUp();
    if (!IsSkipped()) database_.emplace();
  }

  Options options(const char* format, const std::string& content) {
    import::FormatRequest request;
    request.name = format;
    Options options = import::options_for(import::file_format(request));
    options.files = {files_.write("t.txt", content)};
    options.table = "t";
    options.chunk_bytes = 16;
    return options;
  }

  Summary load(const Options& options, int ranks = 1) {
    return files_.run(options, ranks,
                      [this]() -> backend::Connection& { return database_->connection(); });
  }

  std::string failure(const Options& options, int ranks = 1) {
    try {
      load(options, ranks);
    } catch (const Error& error) {
      return error.what();
    }
    ADD_FAILURE() << "the import did not fail";
    return "";
  }

  std::optional<MariadbDatabase> database_;
  ImportJob files_;
};

TEST_F(ImportIntoMariadb, ZeroDatesAreTaken) {
  database_->run("CREATE TABLE t (id INT PRIMARY KEY, d DATE, t DATETIME(3), s TIMESTAMP NULL)");
  const char* rows =
      "1\t0000-00-00\t0000-00-00 00:00:00\t0000-00-00 00:00:00\n"
      "2\t2024-00-00\t2024-02-00 10:00:00\t2024-02-01 00:00:00\n"
      "3\t2024-02-01\t2024-02-01 00:00:00.5\t\\N\n";
  for (const int ranks : {1, 3}) {
    database_->run("DELETE FROM t");
    load(options("mysql", rows), ranks);
    EXPECT_EQ(database_->rows("SELECT * FROM t"),
              "1|0000-00-00|0000-00-00 00:00:00.000|0000-00-00 00:00:00\n"
              "2|2024-00-00|2024-02-00 10:00:00.000|2024-02-01 00:00:00\n"
              "3|2024-02-01|2024-02-01 00:00:00.500|NULL\n");
  }
}

TEST_F(ImportIntoMariadb, ZeroDatesThatTheServerRefusesAreRefusedWithTheReason) {
  database_->run("CREATE TABLE t (id INT PRIMARY KEY, d DATE)");
  database_->run("SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_ZERO_DATE')");
  EXPECT_THAT(failure(options("csv", "id,d\n1,2024-01-01\n2,0000-00-00\n")),
              HasSubstr("t.txt:3: column 'd' (field 2): '0000-00-00' has zeros for a date, which "
                        "the server refuses"));
}

/// The server's own bytes, through its own file format.
TEST_F(ImportIntoMariadb, BitsAreLoadedAsTheServerWritesThem) {
  database_->run("CREATE TABLE t (a BIT(8), b BIT(1), c BIT(64))");
  const std::string max(8, '\xFF');
  load(options("mysql", "1\t\\0\t" + max + "\n\\t\t\x01\t\\0\\0\\0\\0\\0\\0\\0\\0\n"), 3);
  EXPECT_EQ(database_->rows("SELECT a + 0, b + 0, c + 0 FROM t"),
            "49|0|18446744073709551615\n9|1|0\n");
}

TEST_F(ImportIntoMariadb, WhatATriggerFillsMayBeMissing) {
  database_->run("CREATE TABLE t (id VARCHAR(40) NOT NULL, v VARCHAR(9) NOT NULL, n INT)");
  database_->run(
      "CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW SET new.v = coalesce(new.v, 'z')");
  load(options("csv", "id,v,n\na,,1\nb,x,2\n"), 3);
  EXPECT_EQ(database_->rows("SELECT * FROM t ORDER BY id"), "a|z|1\nb|x|2\n");
  EXPECT_THAT(failure(options("csv", "id,v,n\nc,,1\n,x,2\n")), HasSubstr("t.txt:3"));
  database_->run("CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW SET new.id = uuid()");
  database_->run("DELETE FROM t");
  load(options("csv", "n\n1\n2\n3\n"), 3);
  EXPECT_EQ(database_->rows("SELECT v, n, length(id) FROM t ORDER BY n"),
            "z|1|36\nz|2|36\nz|3|36\n");
}

TEST_F(ImportIntoMariadb, OtherTriggersFillNothing) {
  database_->run("CREATE TABLE t (id INT NOT NULL, v INT NOT NULL)");
  database_->run("CREATE TRIGGER f AFTER INSERT ON t FOR EACH ROW SET @x = 1");
  EXPECT_THAT(failure(options("csv", "id,v\n1,\n")), HasSubstr("the column is NOT NULL"));
  EXPECT_THAT(failure(options("csv", "id\n1\n")), HasSubstr("needs a value in every row"));
}

/// A row lock, and a lock of the whole server.
TEST_F(ImportIntoMariadb, ASessionThatHoldsALockIsNamed) {
  database_->run("CREATE TABLE t (id INT PRIMARY KEY)");
  const auto other = database_->open();
  const auto reader = database_->open();
  reader->execute("BEGIN");
  reader->query("SELECT * FROM t");
  const std::string id = other->query("SELECT CONNECTION_ID()").rows.at(0).at(0).value_or("");
  Options one = options("csv", "id\n1\n2\n3\n");
  one.lock_wait = std::chrono::seconds(1);
  one.watch_keys = false;
  for (const char* lock : {"INSERT INTO t VALUES (2)", "BACKUP STAGE START"}) {
    other->execute("BEGIN");
    other->execute(lock);
    const bool is_backup = std::string(lock).starts_with("BACKUP");
    if (is_backup) other->execute("BACKUP STAGE BLOCK_COMMIT");
    const std::string message = failure(one);
    EXPECT_THAT(message, HasSubstr("connection " + id + " (")) << lock;
    EXPECT_EQ(message.find("these have locked rows: connection " + id) != std::string::npos,
              !is_backup)
        << message;
    if (is_backup) other->execute("BACKUP STAGE END");
    other->execute("ROLLBACK");
  }
}

}  // namespace
}  // namespace dbmig::test
