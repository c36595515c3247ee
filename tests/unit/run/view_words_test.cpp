// Views that MariaDB words in ways that nobody has to understand.
#include "run/view_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/check.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

constexpr const char* kQueries[] = {
    "SELECT * FROM base",
    "SELECT base.*, t.b FROM base JOIN t ON t.id = base.id",
    "SELECT * FROM t NATURAL JOIN k",
    "SELECT * FROM t JOIN k USING (id)",
    "WITH c(x, y) AS (SELECT id, a FROM t) SELECT x, y FROM c",
    "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 5) SELECT * FROM r",
    "SELECT id, sum(b) OVER (ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS r FROM t",
    "SELECT id, first_value(a) OVER w AS fv FROM t WINDOW w AS (PARTITION BY s ORDER BY id)",
    "SELECT id FROM t WHERE a = ANY (SELECT t_id FROM k) OR a > ALL (SELECT id FROM k)",
    "SELECT jt.n FROM t, JSON_TABLE(t.s, '$[*]' COLUMNS (n INT PATH '$.n')) AS jt",
    "SELECT t.id FROM t STRAIGHT_JOIN k ON k.id = t.id",
    "SELECT k.id FROM k FORCE INDEX (ix) WHERE t_id > 1",
    "SELECT SQL_NO_CACHE id FROM t",
    "SELECT id FROM t ORDER BY id OFFSET 2 ROWS FETCH FIRST 3 ROWS ONLY",
    "SELECT substring_index(s, ',', 1), find_in_set('a', s), elt(1, 'a', 'b') FROM t",
    "SELECT std(b), bit_and(a), json_arrayagg(s), json_objectagg(s, a) FROM t",
};

class ViewWords : public RunTest {
 protected:
  static std::string tables() {
    return R"(
  - create_table: {t: {columns: {id: integer, a: integer, b: integer, s: varchar(40)}, primary_key: [id]}}
  - create_table: {k: {columns: {id: integer, t_id: integer}, primary_key: [id], indexes: {ix: [t_id]}}}
  - create_view: {name: base, sql: "SELECT id, a, s FROM t"}
)";
  }
  static std::string revision(const std::string& id, const std::string& parents,
                              const std::string& upgrade) {
    return "revision: " + id + "\nparents: [" + parents +
           "]\nmessage: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:" + upgrade;
  }
  static std::string views() {
    std::string upgrade = tables();
    int number = 0;
    for (const char* query : kQueries) {
      upgrade +=
          "  - create_view: {name: v" + std::to_string(++number) + ", sql: \"" + query + "\"}\n";
    }
    return upgrade;
  }
  std::vector<std::string> drift(const history::Graph& graph) {
    return find_drift(*connection_, graph.fold()).difference.detected;
  }
};

TEST_P(ViewWords, WhatTheServerMakesOfAQueryIsNoDifference) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  // Down and up again, and behind a change of a table that a view takes all columns of.
  runner(graph).downgrade("base", RunOptions::losing_data());
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
}

TEST_P(ViewWords, WhatSomebodyDoesByHandIsOne) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  connection_->execute(
      "CREATE OR REPLACE VIEW v8 AS SELECT id, first_value(b) OVER w AS fv FROM t WINDOW w AS "
      "(PARTITION BY s ORDER BY id)");
  EXPECT_THAT(drift(graph), testing::ElementsAre("Detected changed view 'v8'"));
}

/// The record must not cover up a plan that sent something else.
TEST_P(ViewWords, AQueryThatWasNotSentIsNotRecorded) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  const std::string other = "CREATE OR REPLACE VIEW v13 AS SELECT SQL_NO_CACHE id, a FROM t";
  connection_->execute(other);
  record_view_words(*connection_, graph.fold(), {{"v13", other}});
  EXPECT_THAT(drift(graph), testing::ElementsAre("Detected changed view 'v13'"));
}

TEST_P(ViewWords, WhatAnotherRevisionSaysIsOne) {
  const std::string first = revision("aaa", "", views());
  runner(graph({first})).upgrade("head", {});
  const history::Graph both = this->graph(
      {first,
       revision("bbb", "aaa",
                "\n  - drop_view: v13\n"
                "  - create_view: {name: v13, sql: \"SELECT SQL_NO_CACHE id, a FROM t\"}\n")});
  EXPECT_THAT(drift(both), testing::ElementsAre("Detected changed view 'v13'"));
  runner(both).upgrade("head", {});
  EXPECT_THAT(drift(both), testing::IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Databases, ViewWords, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

TEST(ViewsMade, OfSqliteAreNotLookedFor) {
  // A backslash is a letter there.
  EXPECT_TRUE(
      views_made(DialectKind::sqlite, {{"CREATE TABLE t (a TEXT DEFAULT 'back\\')", 0, 0, false}})
          .empty());
}

TEST(ViewsMade, AreFoundInStatements) {
  const std::vector<dialect::Statement> statements = {
      {"CREATE OR REPLACE ALGORITHM=MERGE SQL SECURITY INVOKER VIEW `a b` AS SELECT 1", 0, 0,
       false},
      {"CREATE VIEW v (x) AS SELECT 1", 0, 0, false},
      {"CREATE TABLE t (id int)", 0, 0, false},
      {"DROP VIEW gone", 0, 0, false}};
  const std::map<std::string, std::string> made = {{"a b", statements[0].sql},
                                                   {"v", statements[1].sql}};
  EXPECT_EQ(views_made(DialectKind::mariadb, statements), made);
}

}  // namespace
}  // namespace dbmig::run
