#include "import/renewed_sink.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/mariadb.hpp"

namespace dbmig::test {
namespace {

using ::testing::HasSubstr;

class RenewedSink : public MariadbTest {};

/// How text is sent depends on it.
TEST_F(RenewedSink, NoticesThatACharacterSetWasChangedBetweenTwoTransactions) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (a VARCHAR(9) NOT NULL)");
  backend::Connection& connection = database.connection();
  const auto table = connection.inspect({}).schema.table("t");
  connection.begin();
  import::RenewedSink sink([&] { return connection.bulk_sink(table, {"a"});
});
const auto renew = [&] {
  connection.begin();
  sink.open();
};
const auto close = [&] {
  sink.close();
  connection.commit();
};
close();
database.run("ALTER TABLE t ADD COLUMN b INT");
renew();
close();
database.run("ALTER TABLE t MODIFY a VARCHAR(9) CHARACTER SET latin1 NOT NULL");
try {
  renew();
  ADD_FAILURE() << "the change was not noticed";
} catch (const Error& error) {
  EXPECT_THAT(error.what(), HasSubstr("another session changed the table during the import"));
}
}  // namespace

/// While it is there, nobody can change how its text is stored.
TEST_F(RenewedSink, HoldsItsTable) {
  MariadbDatabase database;
  database.run("CREATE TABLE t (a VARCHAR(9) NOT NULL)");
  backend::Connection& connection = database.connection();
  const auto table = connection.inspect({}).schema.table("t");
  connection.begin();
  const import::RenewedSink sink([&] { return connection.bulk_sink(table, {"a"}); });
  const auto other = database.open();
  other->execute("SET lock_wait_timeout = 0");
  EXPECT_THROW(other->execute("ALTER TABLE t MODIFY a VARCHAR(9) CHARACTER SET latin1 NOT NULL"),
               Error);
  connection.rollback();
  other->execute("ALTER TABLE t MODIFY a VARCHAR(9) CHARACTER SET latin1 NOT NULL");
}

}  // namespace dbmig::test
}  // namespace dbmig::test
