// What differs between versions of MariaDB: tests/matrix.sh has a newer one.
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "support/mariadb.hpp"

namespace dbmig {
namespace {

using test::MariadbDatabase;

using MariadbNewer = test::MariadbTest;

/// Whether one of these is refused is asked of the server: TIMESTAMP ends in 2038 or in 2106.
TEST_F(MariadbNewer, ValuesFitATimestampAsFarAsTheServerTakesThem) {
  MariadbDatabase database;
  auto& connection = database.connection();
  connection.execute("CREATE TABLE t (d DATETIME)");
  connection.execute("CREATE TABLE s (d TIMESTAMP NULL)");
  for (const std::string value : {"2037-01-01", "2050-01-01", "2106-02-05", "2107-01-01"}) {
    connection.execute("DELETE FROM t");
    connection.execute("INSERT INTO t VALUES ('" + value + "')");
    const std::string condition = connection.dialect().invalid_casts(
        "d", schema::parse_type("datetime"), schema::parse_type("timestamp"));
    const auto rows = connection.query("SELECT COUNT(*) FROM t WHERE " + condition);
    bool is_taken = true;
    try {
      connection.execute("INSERT INTO s SELECT d FROM t");
    } catch (const Error&) {
      is_taken = false;
    }
    EXPECT_EQ(rows.rows.at(0).at(0).value_or(""), is_taken ? "0" : "1") << value;
  }
}

}  // namespace
}  // namespace dbmig
