// An expression for both databases has one answer, or is said to have two: generated expressions
// over generated rows.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/both_query.hpp"
#include "dialect/two_meanings.hpp"
#include "sqlite_support.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"
#include "two_meanings_support.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

using TwoMeanings = test::MariadbTest;

TEST_F(TwoMeanings, AnExpressionForBothHasOneAnswer) {
  const char* more = std::getenv("DBMIG_PROPERTY_CASES");
  const int cases = more == nullptr ? 1500 : std::atoi(more);
  test::SqliteDatabase sqlite(true);
  test::MariadbDatabase mariadb("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  // As most are: what hangs on the collation is named.
  test::MariadbDatabase collated("CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci");
  sqlite.run(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, \"order\" INTEGER, s VARCHAR(20),"
      " r DOUBLE, d DECIMAL(10,2), b BLOB)");
  for (test::MariadbDatabase* database : {&mariadb, &collated}) {
    database->run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, `order` BIGINT, s VARCHAR(20),"
        " r DOUBLE, d DECIMAL(10,2), b VARBINARY(20))");
    database->run(kRows);
    database->run(std::string("SET NAMES utf8mb4 COLLATE ") +
                  (database == &mariadb ? "utf8mb4_bin" : "utf8mb4_general_ci"));
  }
  sqlite.run(kRows);
  int translated = 0;
  int free_of_collation = 0;
  for (int seed = 1; seed <= cases; ++seed) {
    test::RandomSource random(static_cast<unsigned>(seed));
    const std::string sql = Expressions(random).any(1 + seed % 3);
    const dialect::ForBoth both = dialect::for_both(sql, sample());
    if (!both.differences.empty()) continue;
    const std::string& here = both.sql.for_dialect(DialectKind::sqlite);
    const std::string& there = both.sql.for_dialect(DialectKind::mariadb);
    try {
      const auto wanted = sqlite.connection().query("SELECT (" + sql + ") FROM t ORDER BY id").rows;
      const auto own = sqlite.connection().query("SELECT (" + here + ") FROM t ORDER BY id").rows;
      const auto got = mariadb.connection().query("SELECT (" + there + ") FROM t ORDER BY id").rows;
      ++translated;
      if (both.collated.empty()) {
        ++free_of_collation;
        const auto ci =
            collated.connection().query("SELECT (" + there + ") FROM t ORDER BY id").rows;
        for (std::size_t i = 0; i < got.size(); ++i) {
          EXPECT_TRUE(same_answer(got[i][0], ci.at(i)[0]))
              << "seed " << seed << ", row " << i + 1 << ", by collation: " << there;
        }
      }
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        // Letters beyond ASCII, whose case SQLite does not know.
        if (i == 6 && !both.collated.empty()) continue;
        EXPECT_EQ(wanted[i][0], own[i][0]) << sql << "\n" << here;
        EXPECT_TRUE(same_answer(wanted[i][0], got.at(i)[0]))
            << "seed " << seed << ", row " << i + 1 << ": " << sql << "\nMariaDB: " << there << "\n"
            << wanted[i][0].value_or("NULL") << " and " << got.at(i)[0].value_or("NULL");
      }
    } catch (const Error& error) {
      // What nobody can parse the server refuses, and so does the proof of a revision.
      if (std::string(error.what()).find("error in your SQL syntax") != std::string::npos) continue;
      ADD_FAILURE() << "seed " << seed << ": " << sql << "\nMariaDB: " << there << "\n"
                    << error.what();
    }
  }
  // Enough of it is compared, and not only refused.
  EXPECT_GT(translated * 10, cases);
  EXPECT_GT(free_of_collation * 12, cases);
}

/// What a view selects: texts joined, as people write it.
std::string joined(test::RandomSource& random, int depth) {
  static const std::vector<std::string> kSimple = {
      "s", "\"s\"", "t.s", "\"t\".\"s\"", "[s]", "'-'", "'it''s'", "\"abc\"", "a", "12", "NULL"};
  if (depth <= 0) return random.pick(kSimple);
  const auto next = [&] { return joined(random, depth - 1); };
  switch (random.below(7)) {
    case 0:
      return "(" + next() + ")";
    case 1:
      return "upper(" + next() + ")";
    case 2:
      return "coalesce(" + next() + ", 'none')";
    case 3:
      return "CASE WHEN a > 1 THEN " + next() + " ELSE " + next() + " END";
    case 4:
      return next() + "||" + next() + " || " + next();
    case 5:
      return "length(" + next() + ") - 1";
    default:
      return next() + " || " + next();
  }
}

TEST_F(TwoMeanings, TextsThatAViewJoinsAreOneText) {
  test::SqliteDatabase sqlite(true);
  test::MariadbDatabase mariadb;
  sqlite.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s VARCHAR(20))");
  mariadb.run("CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, s VARCHAR(20))");
  sqlite.run("INSERT INTO t VALUES (1, 7, 'x'), (2, 0, NULL)");
  mariadb.run("INSERT INTO t VALUES (1, 7, 'x'), (2, 0, NULL)");
  schema::Schema schema;
  schema.tables.emplace("t", sample());
  int translated = 0;
  const int cases = 400;
  for (int seed = 1; seed <= cases; ++seed) {
    test::RandomSource random(static_cast<unsigned>(seed));
    const std::string sql = "SELECT " + joined(random, 1 + seed % 3) +
                            " AS \"joined\" FROM t WHERE " + joined(random, 1) +
                            " IS NOT NULL ORDER BY id";
    const dialect::ForBoth both = dialect::query_for_both(sql, schema);
    if (!both.differences.empty()) continue;
    const std::string& there = both.sql.for_dialect(DialectKind::mariadb);
    try {
      const auto wanted = sqlite.connection().query(sql).rows;
      const auto got = mariadb.connection().query(there).rows;
      ++translated;
      ASSERT_EQ(wanted.size(), got.size()) << "seed " << seed << ": " << sql << '\n' << there;
      for (std::size_t i = 0; i < wanted.size(); ++i) {
        EXPECT_TRUE(same_answer(wanted[i][0], got[i][0]))
            << "seed " << seed << ": " << sql << "\nMariaDB: " << there << '\n'
            << wanted[i][0].value_or("NULL") << " and " << got[i][0].value_or("NULL");
      }
    } catch (const Error& error) {
      ADD_FAILURE() << "seed " << seed << ": " << sql << "\nMariaDB: " << there << '\n'
                    << error.what();
    }
  }
  EXPECT_GT(translated * 3, cases);
}

TEST(TwoMeaningsText, DefaultsViewsAndTriggersAreReadForBoth) {
  const auto read = [](const std::string& more) {
    const std::string model =
        "tables:\n  t:\n    columns: {id: integer, s: {type: varchar(9), default: {sql: \"'a' || "
        "'b'\"}}}\n    primary_key: [id]\n" +
        more;
    return yaml::parse_model({{"m.yaml", model}}).schema;
  };
  const schema::Schema schema = dialect::for_both(
      read("views: {v: \"SELECT \\\"s\\\" || 'x' AS y FROM \\\"t\\\"\"}\n"
           "triggers: {r: {table: t, sql: \"AFTER INSERT ON t FOR EACH ROW BEGIN UPDATE t SET s = "
           "NEW.\\\"s\\\" || 'x' WHERE id = 0; END\"}}\n"));
  EXPECT_EQ(schema.table("t").column("s").default_value->sql.mariadb, "concat('a' , 'b')");
  EXPECT_EQ(schema.views.at("v").sql.mariadb, "SELECT concat(`s` , 'x') AS y FROM `t`");
  EXPECT_EQ(
      schema.triggers.at("r").sql.mariadb,
      "AFTER INSERT ON t FOR EACH ROW BEGIN UPDATE t SET s = concat(NEW.`s` , 'x') WHERE id = "
      "0; END");
  EXPECT_EQ(dialect::two_meanings(schema).size(), 0U);
  EXPECT_EQ(dialect::two_meanings(read("views: {v: SELECT s / 2 AS x FROM t}\n")).size(), 1U);
}

TEST(TwoMeaningsText, WhatHangsOnTheCollationIsNamed) {
  for (const char* sql :
       {"s = 'ABC'", "s IN ('a', 'b')", "s LIKE 'caf%'", "CASE s WHEN 'a' THEN 1 END",
        "upper(s) = s", "s < 'b'", "s BETWEEN 'a' AND 'c'"}) {
    EXPECT_FALSE(dialect::for_both(sql, sample()).collated.empty()) << sql;
  }
  for (const char* sql :
       {"s <> ''", "s = '12'", "a = 1", "s COLLATE BINARY = 'a'", "length(s) > 1"}) {
    EXPECT_TRUE(dialect::for_both(sql, sample()).collated.empty()) << sql;
  }
}

struct Said {
  const char* sql;
  const char* common;
  const char* mariadb;
};

TEST(TwoMeaningsText, WhatMariadbIsTold) {
  const Said all[] = {
      {"\"a\" >= 0", "a >= 0", ""},
      {"\"order\" > [a]", "`order` > a", ""},
      {"s || 'x' || a", "", "concat(s , 'x' , a)"},
      {"a / 2", "", "a DIV 2"},
      {"a/2", "", "a DIV 2"},
      {"a / 2.0", "", "a * 1e0 / 2.0"},
      {"s <> \"abc\"", "", "s <> 'abc'"},
      {"length(s) > 2", "", "char_length(s) > 2"},
      {"max(a, 0)", "", "greatest(a, 0)"},
      {"a == 1", "", "a = 1"},
      {"s IN ('new', 'done')", "s IN ('new', 'done')", ""},
      {"s IS NULL OR json_valid(s)", "s IS NULL OR json_valid(s)", ""},
      {"json_valid(s) OR s IS NULL", "json_valid(s) OR s IS NULL", ""},
      {"coalesce(json_valid(s), 0)", "coalesce(json_valid(s), 0)", ""},
      {"json_valid('[]')", "json_valid('[]')", ""},
  };
  for (const Said& said : all) {
    const dialect::ForBoth both = dialect::for_both(said.sql, sample());
    EXPECT_EQ(both.sql.any, said.common) << said.sql;
    EXPECT_EQ(both.sql.mariadb, said.mariadb) << said.sql;
    EXPECT_TRUE(both.differences.empty()) << said.sql;
  }
}

TEST(TwoMeaningsText, WhatCannotBeToldIsNamed) {
  for (const char* sql : {"s = x'616263'",
                          "substr(s, 0, 2)",
                          "a << 62",
                          "a = '7x'",
                          "s AND 1",
                          "~a",
                          "d / 2",
                          "json_extract(s, '$.k') = 'v'",
                          "s <> 'x\\ny'",
                          "trim(s, 'a')",
                          "coalesce(a, s)",
                          "a = order = 1",
                          "a IS r",
                          "s + 1",
                          "CAST(r AS INTEGER)",
                          "r || 'x'",
                          "json_valid(s)",
                          "s IS NULL AND json_valid(s)",
                          "a OR json_valid(s)",
                          "s GLOB 'a*'",
                          "s = 'x' COLLATE NOCASE",
                          "datetime(s) > s",
                          "s -> 'k'"}) {
    EXPECT_FALSE(dialect::for_both(sql, sample()).differences.empty()) << sql;
  }
}

}  // namespace
}  // namespace dbmig
