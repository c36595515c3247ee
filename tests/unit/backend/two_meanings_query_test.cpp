// Views and triggers for both databases have one answer, or are said to have two: queries by hand
// and generated ones over rows, triggers fired on both.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/both_query.hpp"
#include "dialect/two_meanings.hpp"
#include "sqlite_support.hpp"
#include "support/mariadb.hpp"
#include "support/random_source.hpp"
#include "two_meanings_support.hpp"
#include "yaml/model.hpp"

namespace dbmig {
namespace {

const schema::Schema& shop() {
  static const schema::Schema schema = [] {
    schema::Schema all = yaml::parse_model({{"m.yaml", R"yaml(
tables:
  u:
    columns:
      id: integer
      t_id: integer
      n: integer
      "Full Name": varchar(20)
      at: datetime
      on_day: date
    primary_key: [id]
  log:
    columns: {id: {type: integer, autoincrement: true}, n: integer, x: double, m: varchar(80)}
    primary_key: [id]
views:
  sums: SELECT t_id, sum(n) AS total, count(*) AS c, avg(n) AS mean FROM u GROUP BY t_id
)yaml"}}).schema;
    all.tables.emplace("t", sample());
    return all;
  }();
  return schema;
}

const char* const kMore[] = {
    "CREATE TABLE u (id INTEGER PRIMARY KEY, t_id INTEGER, n INTEGER, `Full Name` VARCHAR(20),"
    " at DATETIME, on_day DATE)",
    "INSERT INTO u VALUES (1, 1, 5, 'ann', '2024-01-01 00:00:00', '2024-01-01'),"
    " (2, 1, 8, 'bob', '2024-01-01 10:00:00', '2024-01-02'),"
    " (3, 2, 0, 'cy', '2024-01-31 00:00:00', '2024-01-31'), (4, 3, NULL, NULL, NULL, NULL),"
    " (5, 3, 7, 'dan', '2023-12-31 23:59:59', '2023-12-31')",
};

/// Both databases with the same rows.
struct QueryPair {
  QueryPair() {
    sqlite.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, \"order\" INTEGER, s VARCHAR(20),"
        " r DOUBLE, d DECIMAL(10,2), b BLOB)");
    sqlite.run("CREATE TABLE log (id INTEGER PRIMARY KEY, n INTEGER, x DOUBLE, m VARCHAR(80))");
    mariadb.run(
        "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, `order` BIGINT, s VARCHAR(20),"
        " r DOUBLE, d DECIMAL(10,2), b VARBINARY(20))");
    mariadb.run(
        "CREATE TABLE log (id INTEGER PRIMARY KEY AUTO_INCREMENT, n INTEGER, x DOUBLE,"
        " m VARCHAR(80))");
    mariadb.run("SET NAMES utf8mb4 COLLATE utf8mb4_bin");
    run(kRows, kRows);
    run("DELETE FROM t WHERE id = 7", "DELETE FROM t WHERE id = 7");
    for (const char* sql : kMore) run(sql, sql);
    const dialect::ForBoth view = told(shop().views.at("sums").sql.any);
    run("CREATE VIEW sums AS " + view.sql.for_dialect(DialectKind::sqlite),
        "CREATE VIEW sums AS " + view.sql.for_dialect(DialectKind::mariadb));
  }

  static dialect::ForBoth told(const std::string& sql) {
    return dialect::query_for_both(sql, shop());
  }
  void run(const std::string& here, const std::string& there) {
    sqlite.run(here);
    mariadb.run(there);
  }
  /// Empty when both answer `sql` alike, in any order of rows.
  std::string difference(const std::string& sql, const dialect::ForBoth& both) {
    const std::string& there = both.sql.for_dialect(DialectKind::mariadb);
    auto wanted = sqlite.connection().query(sql).rows;
    auto got = mariadb.connection().query(there).rows;
    const bool ordered = sql.find("ORDER BY") != std::string::npos;
    const auto told = "\nMariaDB: " + there + "\n";
    if (wanted.size() != got.size()) return sql + told + "other rows";
    if (!ordered) {
      std::sort(wanted.begin(), wanted.end());
      std::sort(got.begin(), got.end());
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      for (std::size_t k = 0; k < wanted[i].size(); ++k) {
        if (same_answer(wanted[i][k], got[i][k])) continue;
        return sql + told + wanted[i][k].value_or("NULL") + " and " + got[i][k].value_or("NULL");
      }
    }
    return {};
  }

  test::SqliteDatabase sqlite{true};
  test::MariadbDatabase mariadb{"CHARACTER SET utf8mb4 COLLATE utf8mb4_bin"};
};

using TwoMeaningsOfQueries = test::MariadbTest;

TEST_F(TwoMeaningsOfQueries, ViewsAsPeopleWriteThem) {
  QueryPair both;
  for (const char* sql : {
           "SELECT a / 2 AS half FROM t",
           "SELECT a/2, (a + 1)/2, -a/2, a/2/2, a*3/2 FROM t",
           "SELECT t.a / u.n AS x FROM t JOIN u ON u.t_id = t.id",
           "SELECT \"t\".\"a\" / \"u\".\"n\" FROM \"t\" JOIN \"u\" ON \"u\".\"t_id\" = "
           "\"t\".\"id\"",
           "SELECT sum(n) / count(*) FROM u GROUP BY t_id",
           "SELECT sum(n)*100/(SELECT sum(n) FROM u) FROM u GROUP BY t_id",
           "SELECT avg(n), avg(DISTINCT n), avg(n) / 2 FROM u GROUP BY t_id",
           "SELECT avg(d), avg(a) FROM t",
           "SELECT x.total / 2, x.total / x.c, x.mean / 2 FROM sums AS x",
           "SELECT total / c FROM (SELECT * FROM sums) AS q",
           "WITH q AS (SELECT a, a * 2 AS twice FROM t) SELECT twice / 3 FROM q WHERE a / 2 > 1",
           "WITH q(x, y) AS (SELECT a, id FROM t) SELECT x / y FROM q",
           "WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 9) "
           "SELECT i / 2 FROM c",
           "SELECT a % id, a % 3, a % 0, a / 0, a / (id - 1) FROM t",
           "SELECT s || '-' || a FROM t",
           "SELECT \"s\" || \"-x-\" FROM \"t\" WHERE \"a\" > 1",
           "SELECT -id || s AS x FROM t",
           "SELECT CASE WHEN a > 2 THEN s || \"!\" ELSE \"none\" END AS \"What Now\" FROM t "
           "ORDER BY \"What Now\", id",
           "SELECT id AS \"Key\", \"Full Name\" AS name FROM u ORDER BY \"Key\" DESC",
           "SELECT u.[Full Name], [n] / 2 AS [Half Of It] FROM [u]",
           "SELECT substr(s, 1, 2), substr(s, 2), length(s) FROM t",
           "SELECT substr(s, 1, instr(s, 'b') - 1) FROM t",
           "SELECT length(b), hex(b) FROM t",
           "SELECT max(a, id), min(a, 3) FROM t",
           "SELECT max(a), min(a), total, c FROM t, sums GROUP BY total, c",
           "SELECT t.id, t.s, max(u.n) FROM t JOIN u ON u.t_id = t.id GROUP BY t.id",
           "SELECT t_id, max(at) FROM u GROUP BY t_id",
           "SELECT t_id AS k, max(n) FROM u GROUP BY 1",
           "SELECT t_id AS k, max(n) FROM u GROUP BY k HAVING max(n) / 2 > 1",
           "SELECT group_concat(n, '; ') FROM (SELECT n FROM u WHERE t_id = 1 AND id = 1) AS q",
           "SELECT group_concat(id, '-'), group_concat(id) FROM u WHERE id = 2",
           "SELECT round(r), round(r, 1), round(d), round(d, 1), round(a), round(a * 1.0 / 3, 2) "
           "FROM t",
           "SELECT n FROM u WHERE at >= '2024-01-01' AND at < '2024-02-01'",
           "SELECT n FROM u WHERE at = '2024-01-01 00:00:00' OR on_day = '2024-01-31'",
           "SELECT n FROM u WHERE on_day BETWEEN '2024-01-01' AND '2024-01-31'",
           "SELECT count(*) FROM u WHERE at > '2024-01-01 00:00:00'",
           "SELECT date(at), date(on_day) FROM u",
           "SELECT a FROM t WHERE a IN (SELECT n / 2 FROM u) OR EXISTS (SELECT 1 FROM u WHERE "
           "u.n / 2 = t.a)",
           "SELECT (SELECT count(*) / 2 FROM u WHERE u.t_id = t.id) FROM t",
           "SELECT id, row_number() OVER (ORDER BY id) / 2, sum(a) OVER (ORDER BY id ROWS BETWEEN "
           "1 PRECEDING AND CURRENT ROW) / 2 FROM t",
           "SELECT id, max(a) OVER (PARTITION BY id / 3), lag(a) OVER (ORDER BY id) / 2 FROM t",
           "SELECT id, sum(a) OVER w FROM t WINDOW w AS (ORDER BY id)",
           "SELECT a / 2 FROM t UNION ALL SELECT n / 2 FROM u ORDER BY 1",
           "SELECT a FROM t UNION SELECT n FROM u",
           "SELECT a FROM t INTERSECT SELECT n FROM u",
           "SELECT * FROM t NATURAL JOIN sums",
           "SELECT id, n / 2 FROM t JOIN u USING (id)",
           "SELECT count(*) FROM t LEFT OUTER JOIN u ON u.t_id = t.id AND u.n / 2 > 1",
           "SELECT a == 7, a != 7, a <> 7, NOT a = 7, a ISNULL, a NOTNULL FROM t",
           "SELECT CAST(a AS TEXT) || 'x', CAST(a AS REAL) / 2, CAST(s AS BLOB) FROM t",
           "SELECT coalesce(s, \"none\"), ifnull(a, 0) / 2, nullif(a, 7) FROM t",
           "SELECT a + 1, a * d, a - r FROM t WHERE (a > 1 OR id = 3) AND NOT id = 5",
           "SELECT upper(s) || lower('X') FROM t",
           "SELECT s || char(10) || char(65, 66) FROM t",
           "SELECT 7 / 2, 7.0 / 2, -7 / 2, 7 % 3",
           "SELECT sum(a > 1) / 2, count(DISTINCT a) / 2 FROM t",
           "SELECT * FROM (SELECT a / 2 AS h FROM t) AS q WHERE q.h > 1",
           "SELECT iif(a > 2, 'big', 'small') FROM t",
           "SELECT coalesce(json_valid(s), 0), s IS NULL OR json_valid(s) FROM t",
           "SELECT id FROM t ORDER BY a / 2, id LIMIT 3 OFFSET 1",
           "SELECT (a, id) = (7, 1) FROM t",
           "VALUES (1, 2), (3, 4)",
           "SELECT d / 2.0, r / 3, 10 / 4.0 FROM t",
           "SELECT total / 2 -- of all\n  FROM sums /* by t */",
       }) {
    const dialect::ForBoth told = QueryPair::told(sql);
    std::string all;
    for (const std::string& one : told.differences) all += one + "; ";
    EXPECT_TRUE(told.differences.empty()) << sql << "\nis said to differ: " << all;
    try {
      if (!told.differences.empty()) continue;
      EXPECT_EQ(both.difference(sql, told), "");
    } catch (const Error& error) {
      ADD_FAILURE() << sql << "\nMariaDB: " << told.sql.for_dialect(DialectKind::mariadb) << '\n'
                    << error.what();
    }
  }
}

TEST(TwoMeaningsOfQueriesText, AViewHasEachNameOnce) {
  const auto refused = [](const std::string& view) {
    schema::Schema schema = shop();
    schema.views = yaml::parse_model({{"m.yaml", "views:\n  v: " + view + "\n"}}).schema.views;
    std::vector<std::string> messages;
    for (const auto& one : dialect::two_meanings(schema)) messages.push_back(one.message);
    return text::join(messages, "; ");
  };
  for (const char* view :
       {"SELECT id, ID FROM t", "SELECT t.id, u.id FROM t JOIN u ON u.t_id = t.id",
        "SELECT *, a AS Id FROM t", "SELECT * FROM t JOIN u ON u.t_id = t.id",
        "SELECT a AS x, s AS X FROM t UNION SELECT n, m FROM log",
        "{sql: 'SELECT id, id FROM t'}"}) {
    EXPECT_NE(refused(view), "") << view;
  }
  for (const char* view :
       {"SELECT count(*), count(*) FROM t", "SELECT * FROM t NATURAL JOIN sums",
        "SELECT * FROM t JOIN (SELECT id, n FROM u) AS q USING (id)", "SELECT id, a AS b FROM t",
        "SELECT 1, 1", "{sql: 'SELECT id, id FROM t', columns: [x, y]}", "SELECT id, b FROM t"}) {
    EXPECT_EQ(refused(view), "") << view;
  }
}

TEST(TwoMeaningsOfQueriesText, WhatNoWordsMakeOneIsNamed) {
  for (const char* sql : {
           // What MariaDB does not have.
           "SELECT s GLOB 'a*' FROM t",
           "SELECT s NOT GLOB 'a*' FROM t",
           "SELECT s COLLATE NOCASE FROM t",
           "SELECT id FROM t ORDER BY s COLLATE \"Binary\"",
           "SELECT s = 'x' COLLATE RTRIM FROM t",
           "SELECT datetime(at), n FROM u",
           "SELECT date(at, '+1 day') FROM u",
           "SELECT date(), time() FROM u",
           "SELECT json(s) FROM t",
           "SELECT s IS NOT DISTINCT FROM 'x' FROM t",
           "SELECT s IS DISTINCT FROM NULL FROM t",
           "SELECT a FROM t INDEXED BY ix",
           "SELECT a FROM t NOT INDEXED",
           "SELECT rowid FROM t",
           "SELECT t.oid FROM t",
           "WITH q AS MATERIALIZED (SELECT a FROM t) SELECT a FROM q",
           "SELECT s -> '$.k' FROM t",
           "SELECT s ->> '$.k' FROM t",
           "SELECT lag(a, 1, 0) OVER (ORDER BY id) FROM t",
           "SELECT group_concat(s, '-') OVER (ORDER BY id) FROM t",
           "SELECT sum(a) OVER (ORDER BY id GROUPS 1 PRECEDING) FROM t",
           "SELECT sum(a) OVER (ORDER BY id ROWS 1 PRECEDING EXCLUDE TIES) FROM t",
           "SELECT id FROM t ORDER BY id LIMIT -1 OFFSET 2",
           "SELECT id FROM t ORDER BY id LIMIT 2 OFFSET 1 + 1",
           // NULL.
           "SELECT json_valid(s) FROM t",
           "SELECT d / 2 FROM t",
           "SELECT sum(d) / count(*) FROM t",
           "SELECT x / 2 FROM (SELECT d AS x FROM t) AS q",
           "SELECT s = x'616263' FROM t",
           "SELECT b = 'abc' FROM t",
           "SELECT substr(s, 0, 2) FROM t",
           "SELECT substr(s, 2, a) FROM t",
           "SELECT substr(s, -5) FROM t",
           "SELECT a << 62 FROM t",
           "SELECT ~a, a | 1 FROM t",
           "SELECT s + 1 FROM t",
           "SELECT sum(s) FROM t",
           "SELECT a = '7x' FROM t",
           "SELECT a FROM t WHERE s",
           "SELECT a FROM t WHERE a IN (SELECT s FROM t)",
           "SELECT r || 'x' FROM t",
           "SELECT trim(s, 'a') FROM t",
           "SELECT json_extract(s, '$.k') FROM t",
           "SELECT CAST(r AS INTEGER) FROM t",
           "SELECT CAST(s AS VARCHAR(2)), CAST(s AS DATE) FROM t",
           "SELECT s, max(a) FROM t",
           "SELECT t_id, id, max(n) FROM u GROUP BY t_id",
           "SELECT n FROM u WHERE at > '2024-01-01'",
           "SELECT n FROM u WHERE at = '2024-01-01'",
           "SELECT n FROM u WHERE at BETWEEN '2024-01-01' AND '2024-01-31'",
           "SELECT n FROM u WHERE at IN ('2024-01-01')",
           "SELECT n FROM u WHERE '2024-01-01' < at",
           "SELECT n FROM u WHERE on_day >= '2024-01-01 00:00:00'",
           "SELECT at + 1, on_day - 1 FROM u",
           "SELECT n FROM u WHERE at = on_day",
           "SELECT date('now'), time('now')",
           "SELECT date(a) FROM t",
           "SELECT format('%d', a), quote(s) FROM t",
           "SELECT concat(s, 'x') FROM t",
           "SELECT char(228)",
           "SELECT t.id FROM t FULL JOIN u ON n = a",
           "SELECT id FROM t ORDER BY a NULLS LAST",
           "SELECT count(*) FILTER (WHERE a > 1) FROM t",
           "SELECT a FROM t UNION SELECT n FROM u INTERSECT SELECT id FROM t",
           "SELECT a = 1 = 1 FROM t",
           "SELECT 'a\\b' AS x",
           "SELECT round(a, id) FROM t",
           "SELECT hex(a) FROM t",
           "SELECT a % r FROM t",
           "WITH q AS (SELECT s AS x FROM t) SELECT x + 1 FROM q",
           "SELECT total || mean FROM sums",
           "SELECT CASE WHEN a > 1 THEN d ELSE a END || 'x' FROM t",
           "SELECT CASE WHEN a > 1 THEN r ELSE a END / 2 FROM t",
           "SELECT (d + a) || 'x' FROM t",
           "SELECT nobody_knows(a) / 2 FROM t",
           "AFTER INSERT ON u BEGIN UPDATE t SET a = id, id = a; END",
           "AFTER INSERT ON u BEGIN INSERT INTO log (m) VALUES (NEW.\"Full Name\" + 1); END",
           "AFTER INSERT ON u WHEN NEW.at > '2024-01-01' BEGIN DELETE FROM log; END",
       }) {
    EXPECT_FALSE(QueryPair::told(sql).differences.empty()) << sql;
  }
}

TEST(TwoMeaningsOfQueriesText, WhatHangsOnTheCollationIsNoted) {
  for (const char* sql :
       {"SELECT DISTINCT s FROM t", "SELECT count(*) FROM t GROUP BY s",
        "SELECT s FROM t UNION SELECT \"Full Name\" FROM u", "SELECT id FROM t ORDER BY s",
        "SELECT count(DISTINCT s) FROM t", "SELECT max(s) FROM t", "SELECT id FROM t WHERE s = 'x'",
        "SELECT 1 FROM t JOIN (SELECT s FROM t) AS q USING (s)",
        "SELECT 1 FROM t JOIN u ON s = u.\"Full Name\""}) {
    EXPECT_FALSE(QueryPair::told(sql).collated.empty()) << sql;
  }
  for (const char* sql : {"SELECT DISTINCT a FROM t", "SELECT s FROM t UNION ALL SELECT s FROM t",
                          "SELECT s FROM t ORDER BY id", "SELECT id FROM t JOIN u USING (id)"}) {
    EXPECT_TRUE(QueryPair::told(sql).collated.empty()) << sql;
  }
}

TEST_F(TwoMeaningsOfQueries, TriggersDoTheSame) {
  struct Case {
    const char* table;
    const char* sql;
  };
  for (const Case& one : {
           Case{"u",
                "AFTER INSERT ON u FOR EACH ROW BEGIN INSERT INTO log (n, m) VALUES (NEW.n / 2, "
                "NEW.\"Full Name\" || '/' || NEW.id); END"},
           Case{"u",
                "AFTER INSERT ON \"u\" BEGIN INSERT INTO \"log\" (\"n\", \"m\") SELECT a / "
                "NEW.\"n\", \"told\" FROM \"t\" WHERE id = 1; END"},
           Case{"u",
                "AFTER INSERT ON u WHEN NEW.n > 3 BEGIN INSERT INTO log (n) VALUES (NEW.n); "
                "UPDATE log SET m = \"is \" || n, n = n / 2 WHERE id > 0; END"},
           Case{"u",
                "AFTER UPDATE ON u FOR EACH ROW WHEN OLD.n <> NEW.n OR OLD.n IS NULL BEGIN INSERT "
                "INTO log (n, x) VALUES (OLD.n / NEW.n, (SELECT avg(n) FROM u)); END"},
           Case{"u",
                "BEFORE DELETE ON u BEGIN DELETE FROM log WHERE n / 2 = OLD.id / 2; INSERT "
                "INTO log (n) VALUES (7 % OLD.n); END"},
       }) {
    QueryPair both;
    const dialect::ForBoth told = QueryPair::told(one.sql);
    ASSERT_TRUE(told.differences.empty()) << one.sql << told.differences.front();
    both.run(std::string("CREATE TRIGGER x ") + one.sql,
             "CREATE TRIGGER x " + told.sql.for_dialect(DialectKind::mariadb));
    for (const char* sql :
         {"INSERT INTO u (id, n, `Full Name`) VALUES (9, 5, 'eve'), (10, 0, 'flo')",
          "INSERT INTO u (id, n) VALUES (11, 3)", "UPDATE u SET n = 0 WHERE id IN (1, 4)",
          "UPDATE u SET n = 3 WHERE id IN (2, 9)", "DELETE FROM u WHERE id IN (2, 3, 10)"}) {
      both.run(sql, sql);
    }
    const std::string all = "SELECT id, n, x, m FROM log ORDER BY id";
    EXPECT_EQ(both.difference(all, QueryPair::told(all)), "") << one.sql;
    EXPECT_NE(both.sqlite.connection().query(all).rows.size(), 0U) << one.sql;
  }
}

/// Queries of many shapes around generated expressions.
std::string generated_query(test::RandomSource& random) {
  Expressions expressions(random);
  const auto any = [&] { return expressions.any(1 + static_cast<int>(random.below(2))); };
  switch (random.below(8)) {
    case 0:
      return "SELECT id, " + any() + " AS x FROM t ORDER BY id";
    case 1:
      return "SELECT t.id FROM t WHERE " + any() + " ORDER BY t.id";
    case 2:
      return "WITH q AS (SELECT id, " + any() + " AS \"x\" FROM t) SELECT id, \"x\" FROM q";
    case 3:
      return "SELECT q.id, x / 2 FROM (SELECT id, " + any() + " AS x FROM t) AS q";
    case 4:
      return "SELECT count(*), sum(" + any() + "), count(" + any() + ") FROM t";
    case 5:
      return "SELECT id, CASE WHEN EXISTS (SELECT 1 FROM u WHERE u.t_id = id AND " + any() +
             ") THEN 1 ELSE 0 END FROM t";
    case 6:
      return "SELECT id, " + any() + " FROM t UNION ALL SELECT id, " + any() + " FROM t";
    default:
      return "SELECT a, avg(" + any() + "), min(" + any() + ") FROM t GROUP BY a";
  }
}

TEST_F(TwoMeaningsOfQueries, AGeneratedQueryHasOneAnswer) {
  const char* more = std::getenv("DBMIG_PROPERTY_CASES");
  const int cases = more == nullptr ? 800 : std::atoi(more);
  QueryPair both;
  int told_alike = 0;
  for (int seed = 1; seed <= cases; ++seed) {
    test::RandomSource random(static_cast<unsigned>(seed));
    const std::string sql = generated_query(random);
    const dialect::ForBoth told = QueryPair::told(sql);
    if (!told.differences.empty()) continue;
    try {
      EXPECT_EQ(both.difference(sql, told), "") << "seed " << seed;
      ++told_alike;
    } catch (const Error& error) {
      if (std::string(error.what()).find("error in your SQL syntax") != std::string::npos) continue;
      ADD_FAILURE() << "seed " << seed << ": " << sql
                    << "\nMariaDB: " << told.sql.for_dialect(DialectKind::mariadb) << '\n'
                    << error.what();
    }
  }
  EXPECT_GT(told_alike * 10, cases);
}

}  // namespace
}  // namespace dbmig
