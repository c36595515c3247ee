// What came after MariaDB 10.11. Skipped where the server is older; tests/matrix.sh has a newer
// one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "diff/diff.hpp"
#include "schema/validate.hpp"
#include "support/mariadb.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using test::MariadbDatabase;

class MariadbNewer : public test::MariadbTest {
 protected:
  /// Whether the server is at least `major.minor`.
  static bool is_at_least(MariadbDatabase& database, int major, int minor) {
    const auto rows = database.connection().query(
        "SELECT SUBSTRING_INDEX(VERSION(), '.', 1), "
        "SUBSTRING_INDEX(SUBSTRING_INDEX(VERSION(), '.', 2), '.', -1)");
    const int own_major = std::stoi(rows.rows.at(0).at(0).value_or("0"));
    const int own_minor = std::stoi(rows.rows.at(0).at(1).value_or("0"));
    return own_major > major || (own_major == major && own_minor >= minor);
  }

  static schema::Schema model(const std::string& text) {
    return yaml::parse_model({{.name = "model.yaml", .content = text}}).schema;
  }
};

TEST_F(MariadbNewer, VectorsAndTheirIndexesAreBuiltChangedAndInspected) {
  MariadbDatabase database;
  if (!is_at_least(database, 11, 7)) GTEST_SKIP() << "VECTOR came with MariaDB 11.7";
  const schema::Schema first = model(R"(
tables:
  t:
    columns:
      id: {type: integer, nullable: false}
      v: {type: vector(3), nullable: false}
    primary_key: [id]
    indexes: {ix: {columns: [v], kind: vector, mariadb: {distance: cosine, m: 8}}}
)");
  const schema::Schema second = model(R"(
tables:
  t:
    columns:
      id: {type: integer, nullable: false}
      v: {type: vector(3), nullable: false}
      w: {type: vector(4), nullable: true}
    primary_key: [id]
    indexes: {ix: {columns: [v], kind: vector}}
)");
  schema::Schema before;
  for (const schema::Schema& after : {first, second, first, schema::Schema()}) {
    database.migrate(before, diff::diff(before, after).operations);
    const backend::Inspection found = database.connection().inspect({});
    EXPECT_THAT(found.unsupported, testing::IsEmpty());
    const schema::Schema expected = database.connection().canonical(after);
    EXPECT_EQ(database.connection().dialect().reconciled(
                  database.connection().canonical(found.schema), expected),
              expected);
    // As a file says it, it is the same again.
    EXPECT_EQ(model(yaml::print_model(found.schema)), schema::normalized(found.schema));
    before = after;
  }
}

TEST_F(MariadbNewer, AnOlderServerSaysThatItHasNoVectors) {
  MariadbDatabase database;
  if (is_at_least(database, 11, 7)) GTEST_SKIP() << "it has";
  try {
    database.connection().execute("CREATE TABLE t (v vector(3))");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.hint(), testing::HasSubstr("11.7"));
  }
}

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
