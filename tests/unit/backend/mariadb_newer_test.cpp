// What came after MariaDB 10.11: tests/matrix.sh has a newer server. An older one is asked what it
// says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "diff/diff.hpp"
#include "schema/validate.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_schema.hpp"
#include "support/random_source.hpp"
#include "support/server_version.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using test::MariadbDatabase;

using MariadbNewer = test::MariadbTest;

schema::Schema newer_model(const std::string& text) {
  return yaml::parse_model({{.name = "model.yaml", .content = text}}).schema;
}

/// Whether the server has vectors. One that does not says so in words that name the version.
bool has_vectors(MariadbDatabase& database) {
  if (test::is_at_least(database.connection(), 11, 7)) return true;
  try {
    database.connection().execute("CREATE TABLE t (v vector(3))");
    ADD_FAILURE() << "it was taken";
  } catch (const Error& error) {
    EXPECT_THAT(std::string(error.what()), testing::HasSubstr("VECTOR needs MariaDB 11.7"));
  }
  return false;
}

/// From one to the next, with an inspection that finds each and files that say it again.
void expect_led_through(MariadbDatabase& database, const std::vector<schema::Schema>& schemas) {
  schema::Schema before;
  for (const schema::Schema& after : schemas) {
    database.migrate(before, diff::diff(before, after).operations);
    const backend::Inspection found = database.connection().inspect({});
    EXPECT_THAT(found.unsupported, testing::IsEmpty());
    const schema::Schema expected = database.connection().canonical(after);
    EXPECT_EQ(database.connection().dialect().reconciled(
                  database.connection().canonical(found.schema), expected),
              expected)
        << test::describe(after);
    EXPECT_EQ(database.connection().canonical(newer_model(yaml::print_model(found.schema))),
              database.connection().canonical(found.schema));
    before = after;
  }
}

TEST_F(MariadbNewer, VectorsAndTheirIndexesAreBuiltChangedAndInspected) {
  MariadbDatabase database;
  if (!has_vectors(database)) return;
  const schema::Schema first = newer_model(R"(
tables:
  t:
    columns:
      id: {type: integer, nullable: false}
      v: {type: vector(3), nullable: false}
    primary_key: [id]
    indexes: {ix: {columns: [v], kind: vector, mariadb: {distance: cosine, m: 8}}}
)");
  const schema::Schema second = newer_model(R"(
tables:
  t:
    columns:
      id: {type: integer, nullable: false}
      v: {type: vector(3), nullable: false}
      w: {type: vector(4), nullable: true}
    primary_key: [id]
    indexes: {ix: {columns: [v], kind: vector}}
)");
  expect_led_through(database, {first, second, first, schema::Schema()});
}

/// A server may have other defaults, and says them where a model does not.
TEST_F(MariadbNewer, WhatTheServerChoosesForAVectorIndexIsNoDifference) {
  MariadbDatabase database;
  if (!has_vectors(database)) return;
  database.run("SET mhnsw_default_distance = cosine; SET mhnsw_default_m = 9");
  expect_led_through(database, {newer_model(R"(
tables:
  t:
    columns: {v: {type: vector(3), nullable: false}}
    indexes: {ix: {columns: [v], kind: vector}}
)")});
}

/// A table of vectors, bytes and indexes over them.
schema::Schema random_vectors(std::uint64_t seed) {
  test::RandomSource random(seed);
  schema::Schema schema;
  schema::Table& table = schema.tables["t"];
  table.name = "t";
  bool has_index = false;
  for (const char* name : {"a", "b", "c"}) {
    if (!random.chance(80)) continue;
    schema::Column column;
    column.name = name;
    const std::vector<std::string> types = {"vector(1)", "vector(3)", "vector(3)", "varbinary(12)",
                                            "blob"};
    column.type = schema::parse_type(random.pick(types));
    const bool is_vector = column.type.kind == schema::TypeKind::vector;
    column.nullable = random.chance(50);
    if (is_vector && random.chance(30)) {
      column.default_value = schema::Default{schema::Default::Kind::sql, {}, {}};
      column.default_value->sql.any =
          "x'" + std::string(static_cast<std::size_t>(8 * *column.type.length), '0') + "'";
    }
    table.columns.push_back(column);
    if (!is_vector || column.nullable || std::exchange(has_index, true)) continue;
    schema::Index index;
    index.name = random.chance(50) ? "ix" : "other";
    index.kind = schema::IndexKind::vector;
    index.parts.emplace_back();
    index.parts.back().column = name;
    if (random.chance(50)) index.options["distance"] = "cosine";
    if (random.chance(50)) index.options["m"] = "7";
    table.indexes.push_back(std::move(index));
  }
  schema::Column id;
  id.name = "id";
  id.type = schema::parse_type("integer");
  id.nullable = false;
  table.columns.push_back(id);
  return schema;
}

TEST_F(MariadbNewer, TablesOfVectorsLeadToOneAnother) {
  MariadbDatabase database;
  if (!has_vectors(database)) return;
  std::vector<schema::Schema> schemas;
  for (std::uint64_t seed = 0; seed < test::property_seeds(40); ++seed) {
    schemas.push_back(random_vectors(seed));
  }
  expect_led_through(database, schemas);
}

/// Which values a column of vectors takes is known before, and is what the server says.
TEST_F(MariadbNewer, WhatBecomesAVectorIsKnown) {
  MariadbDatabase database;
  if (!has_vectors(database)) return;
  auto& connection = database.connection();
  const std::string three = "x'0000803f000000400000403f'";
  for (const auto& [from, value] :
       std::vector<std::pair<std::string, std::string>>{{"vector(3)", three},
                                                        {"varbinary(20)", three},
                                                        {"varbinary(20)", "x'00'"},
                                                        {"blob", "x'0000803f'"},
                                                        {"varchar(20)", "'[1,2]'"},
                                                        {"blob", "NULL"}}) {
    for (const std::string to : {"vector(1)", "vector(2)", "vector(3)", "vector(4)"}) {
      SCOPED_TRACE(from + ' ' + value + " to " + to);
      database.run("CREATE OR REPLACE TABLE t (v " + from + "); INSERT INTO t VALUES (" + value +
                   ")");
      const std::string condition =
          connection.dialect().invalid_casts("v", schema::parse_type(from), schema::parse_type(to));
      const std::string found =
          condition.empty() ? "0" : database.rows("SELECT COUNT(*) FROM t WHERE " + condition);
      bool is_taken = true;
      try {
        connection.execute("ALTER TABLE t MODIFY v " + to);
      } catch (const Error&) {
        is_taken = false;
      }
      EXPECT_EQ(found.substr(0, 1), is_taken ? "0" : "1");
    }
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
