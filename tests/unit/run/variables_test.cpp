// Whatever a variable holds arrives as it is, on both databases, and nowhere else.

#include "run/variables.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"

namespace dbmig::run {
namespace {

using dialect::Placeholder;
using testing::HasSubstr;
using testing::Not;

std::string random_value(std::mt19937& random, bool is_name) {
  static const std::vector<std::string> kParts{
      "a",  "B", "1", " ",  "'",  "''", "\"", "\\", "\\'", "`",  ";", "--",   "/*", "*/", "#",
      "${", "}", "?", ":x", "\n", "\t", "%",  "é",  "ß",   "名", "😀", "NULL", "x'", "[",  "]"};
  std::string value = is_name ? "n" : "";
  for (unsigned n = random() % 8; n > 0; --n) value += kParts[random() % kParts.size()];
  if (is_name) value += "z";
  return value;
}

class VariablesOn : public testing::TestWithParam<DialectKind> {
 protected:
  void SetUp() override {
    backend::ScratchOptions options{.kind = GetParam()};
    if (GetParam() == DialectKind::mariadb) {
      const auto server = test::mariadb_url();
      if (!server) GTEST_SKIP() << "no MariaDB server";
      options.server = server;
    }
    scratch.emplace(options);
  }
  backend::Connection& connection() { return scratch->connection(); }
  /// Statements that the database refuses, whose errors name what it found.
  void expect_nothing_told(const dialect::Variables& secret) {
    send_with_values(connection(), "INSERT INTO t VALUES (${x:literal})", secret);
    for (const char* sql :
         {"INSERT INTO t VALUES (${x:literal})", "INSERT INTO nowhere VALUES (${x:literal})",
          "SELECT ${x:identifier} FROM t", "INSERT INTO t VALUES (${x:literal},)",
          "CALL ${x:identifier}()", "SELECT CAST(${x:literal} AS) FROM t"}) {
      try {
        send_with_values(connection(), sql, secret);
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), Not(HasSubstr("s3cret"))) << sql;
        EXPECT_EQ(error.statement(), sql);
      }
    }
  }
  std::optional<backend::Scratch> scratch;
};

INSTANTIATE_TEST_SUITE_P(Databases, VariablesOn,
                         testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         [](const auto& one) { return std::string(to_string(one.param)); });

TEST_P(VariablesOn, AnyLiteralArrivesAsItIs) {
  connection().execute(GetParam() == DialectKind::mariadb
                           ? "CREATE TABLE t (v VARCHAR(200) CHARACTER SET utf8mb4)"
                           : "CREATE TABLE t (v TEXT)");
  for (std::uint64_t seed = 0; seed < test::property_seeds(200); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const std::string value = random_value(random, false);
    SCOPED_TRACE(value);
    send_with_values(connection(),
                     "INSERT /* ${x:literal} */ INTO t VALUES (${x:literal}) -- '${x:literal}'",
                     {{"x", value}});
    const backend::Rows rows = connection().query("SELECT v FROM t");
    ASSERT_EQ(rows.rows.size(), 1U);
    EXPECT_EQ(rows.rows[0][0].value_or("NULL"), value);
    connection().execute("DELETE FROM t");
  }
}

TEST_P(VariablesOn, AnyIdentifierArrivesAsItIs) {
  const bool mariadb = GetParam() == DialectKind::mariadb;
  for (std::uint64_t seed = 0; seed < test::property_seeds(40); ++seed) {
    std::mt19937 random(static_cast<unsigned>(seed));
    const std::string name = random_value(random, true);
    // MariaDB's names end where Unicode's first plane does.
    if (mariadb && name.find("😀") != std::string::npos) continue;
    SCOPED_TRACE(name);
    send_with_values(connection(), "CREATE TABLE ${t:identifier} (id int)", {{"t", name}});
    const backend::Rows rows = connection().query(
        mariadb ? "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
                : "SELECT name FROM sqlite_schema");
    ASSERT_EQ(rows.rows.size(), 1U);
    EXPECT_EQ(rows.rows[0][0].value_or(""), name);
    send_with_values(connection(), "DROP TABLE ${t:identifier}", {{"t", name}});
  }
}

TEST_P(VariablesOn, WhatTheDatabaseSaysOfAValueIsNotToldOn) {
  connection().execute(GetParam() == DialectKind::mariadb
                           ? "CREATE TABLE t (v VARCHAR(200) PRIMARY KEY)"
                           : "CREATE TABLE t (v TEXT PRIMARY KEY)");
  // Long ones are cut in messages.
  for (const std::string& value : {std::string("hunter2-s3cret"), "s3cret" + std::string(180, '\''),
                                   "s3cret-" + std::string(150, 'x')}) {
    const dialect::Variables secret{{"x", value}};
    expect_nothing_told(secret);
  }
}

TEST(Placeholders, StandInCodeAlone) {
  using dialect::placeholders;
  EXPECT_EQ(placeholders(DialectKind::sqlite, "SELECT ${a:literal}, ${b_2:identifier}").size(), 2U);
  EXPECT_TRUE(placeholders(DialectKind::sqlite, "SELECT '${a:literal}' -- ${a:literal}").empty());
  EXPECT_TRUE(placeholders(DialectKind::mariadb, "SELECT 'it\\'s ${a:literal}'").empty());
  EXPECT_EQ(placeholders(DialectKind::sqlite, "SELECT 'it\\', ${a:literal}").size(), 1U);
}

TEST(Placeholders, WhatIsNoneIsSaid) {
  const auto says = [](const std::string& sql) {
    try {
      dialect::checked_placeholders(DialectKind::sqlite, sql);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(says("SELECT ${a}"), HasSubstr("'${a}' is not a variable; write ${name:literal}"));
  EXPECT_THAT(says("SELECT ${a:number}"), HasSubstr("is not a variable"));
  EXPECT_THAT(says("SELECT ${1a:literal}"), HasSubstr("is not a variable"));
  EXPECT_THAT(says("SELECT ${a:literal"), HasSubstr("is not a variable"));
  EXPECT_THAT(says("SELECT '${a:literal}'"), HasSubstr("is inside quotes; take the quotes"));
  EXPECT_THAT(says("SELECT \"${a:identifier}\""), HasSubstr("is inside quotes"));
  EXPECT_EQ(says("SELECT '${a}', '$.${b}' -- ${c"), "");
}

}  // namespace
}  // namespace dbmig::run
