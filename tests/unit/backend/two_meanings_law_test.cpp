// An expression for both databases has one answer, or is said to have two: generated expressions
// over generated rows.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/two_meanings.hpp"
#include "sqlite_support.hpp"
#include "support/law.hpp"
#include "support/mariadb.hpp"
#include "support/random_source.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

const schema::Table& sample() {
  static const schema::Schema schema = yaml::parse_model({{"m.yaml", R"yaml(
tables:
  t:
    columns:
      id: integer
      a: integer
      order: {type: bigint, sqlite: {type: integer}}
      s: varchar(20)
      r: double
      d: "decimal(10,2)"
      b: varbinary(20)
    primary_key: [id]
)yaml"}}).schema;
  return schema.table("t");
}

constexpr const char* kRows =
    "INSERT INTO t VALUES (1, 7, 3, 'abc', 0.5, 5, x'616263'), (2, -7, 2, 'x', 2.5, 2.5, "
    "x'00'), "
    "(3, 0, 0, '', -1.5, -3, x''), (4, NULL, 5, NULL, NULL, NULL, NULL), "
    "(5, 12, -4, '7x', 8, 7.25, x'41')";

/// Expressions as people write them for SQLite, of all that for_both() knows and more.
class Expressions {
 public:
  explicit Expressions(test::RandomSource& random) : random_(random) {}

  std::string any(int depth) { return random_.below(2) == 0 ? number(depth) : text(depth); }

 private:
  template <std::size_t N>
  std::string one_of(const char* const (&list)[N]) {
    return list[random_.below(N)];
  }
  std::string number(int depth) {
    if (depth <= 0) {
      return one_of({"a", "\"a\"", "`a`", "[a]", "t.a", "\"order\"", "r", "d", "2", "3", "1.5",
                     "-4", "\"t\".\"order\"", "\"r\""});
    }
    const int next = depth - 1;
    switch (random_.below(11)) {
      case 0:
      case 1:
      case 2:
        return fmt::format("{} {} {}", number(next),
                           one_of({"+", "-", "*", "/", "/", "%", "<<", "&", "|"}), number(next));
      case 3:
        return fmt::format("({})", number(next));
      case 4:
        return fmt::format("length({})", text(next));
      case 5:
        return fmt::format("CASE WHEN {} THEN {} ELSE {} END", truth(next), number(next),
                           number(next));
      case 6:
        return fmt::format("coalesce({}, {})", number(next), any(next));
      case 7:
        return fmt::format("{}({}, {})", one_of({"min", "max"}), number(next), number(next));
      case 8:
        return fmt::format("CAST({} AS {})", any(next), one_of({"INTEGER", "REAL"}));
      case 9:
        return fmt::format("abs({})", number(next));
      default:
        return truth(next);
    }
  }
  std::string text(int depth) {
    if (depth <= 0) {
      return one_of({"s", "\"s\"", "'abc'", "\"abc\"", "'x'", "'7'", "'7x'", "x'616263'", "b",
                     "'a\\\\b'", "''"});
    }
    const int next = depth - 1;
    switch (random_.below(7)) {
      case 0:
      case 1:
        return fmt::format("{} || {}", random_.below(4) == 0 ? number(next) : text(next),
                           text(next));
      case 2:
        return fmt::format("substr({}, {}, 2)", text(next), one_of({"0", "1", "2", "-1", "a"}));
      case 3:
        return fmt::format("({})", text(next));
      case 4:
        return fmt::format("replace({}, {}, 'z')", text(next), text(next));
      case 5:
        return fmt::format("CASE {} WHEN {} THEN {} END", text(next), text(next), text(next));
      default:
        return fmt::format("{}({})", one_of({"lower", "trim", "ltrim"}), text(next));
    }
  }
  std::string truth(int depth) {
    const int next = depth - 1;
    switch (random_.below(8)) {
      case 0:
        return fmt::format("{} {} {}", any(next), one_of({"=", "==", "<>", "!="}), any(next));
      case 1:
        return fmt::format("{} {} {}", number(next), one_of({"<", "<=", ">", ">="}), number(next));
      case 2:
        return fmt::format("{} IN ({}, {})", any(next), any(next), any(next));
      case 3:
        return fmt::format("{} BETWEEN {} AND {}", number(next), number(next), number(next));
      case 4:
        return fmt::format("{} IS {}NULL", any(next), one_of({"", "NOT "}));
      case 5:
        return fmt::format("NOT {}", any(next));
      case 6:
        return fmt::format("{} {} {}", truth(next), one_of({"AND", "OR"}), any(next));
      default:
        return fmt::format("({} {} {})", any(next), one_of({"=", "<>"}), any(next));
    }
  }

  test::RandomSource& random_;
};

/// Equal as a text or as numbers that differ by rounding alone.
bool same_answer(const backend::Value& a, const backend::Value& b) {
  if (a.has_value() != b.has_value()) return false;
  if (!a || *a == *b) return true;
  char* end_a = nullptr;
  char* end_b = nullptr;
  const double x = std::strtod(a->c_str(), &end_a);
  const double y = std::strtod(b->c_str(), &end_b);
  if (a->empty() || b->empty() || *end_a != '\0' || *end_b != '\0') return false;
  return std::abs(x - y) <= 1e-9 * std::max(1.0, std::abs(x));
}

using TwoMeanings = test::MariadbTest;

TEST_F(TwoMeanings, AnExpressionForBothHasOneAnswer) {
  const char* more = std::getenv("DBMIG_LAW_CASES");
  const int cases = more == nullptr ? 1500 : std::atoi(more);
  test::SqliteDatabase sqlite(true);
  test::MariadbDatabase mariadb("CHARACTER SET utf8mb4 COLLATE utf8mb4_bin");
  sqlite.run(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, \"order\" INTEGER, s VARCHAR(20),"
      " r DOUBLE, d DECIMAL(10,2), b BLOB)");
  mariadb.run(
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, `order` BIGINT, s VARCHAR(20),"
      " r DOUBLE, d DECIMAL(10,2), b VARBINARY(20))");
  sqlite.run(kRows);
  mariadb.run(kRows);
  int translated = 0;
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
      for (std::size_t i = 0; i < wanted.size(); ++i) {
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
  };
  for (const Said& said : all) {
    const dialect::ForBoth both = dialect::for_both(said.sql, sample());
    EXPECT_EQ(both.sql.any, said.common) << said.sql;
    EXPECT_EQ(both.sql.mariadb, said.mariadb) << said.sql;
    EXPECT_TRUE(both.differences.empty()) << said.sql;
  }
}

TEST(TwoMeaningsText, WhatCannotBeToldIsNamed) {
  for (const char* sql :
       {"s = x'616263'", "substr(s, 0, 2)", "a << 62", "a = '7x'", "s AND 1", "~a", "d / 2",
        "json_extract(s, '$.k') = 'v'", "s <> 'x\\ny'", "trim(s, 'a')", "coalesce(a, s)",
        "a = order = 1", "a IS r", "s + 1", "CAST(r AS INTEGER)", "r || 'x'"}) {
    EXPECT_FALSE(dialect::for_both(sql, sample()).differences.empty()) << sql;
  }
}

}  // namespace
}  // namespace dbmig
