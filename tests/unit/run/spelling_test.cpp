// What MariaDB words in ways that nobody has to understand.
#include "run/spelling.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run/ask_spelling.hpp"
#include "run/check.hpp"
#include "run/spelling_record.hpp"
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

class Spelling : public RunTest {
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
  std::vector<std::string> drift(const history::Graph& graph, const AskSpelling& ask = {}) {
    return find_drift(*connection_, graph.fold(), {}, ask).difference.detected;
  }
  /// As a command asks: on a scratch database of the same server.
  AskSpelling server() const {
    return [this](const schema::Schema& schema, const std::set<dialect::DefinitionKey>& keys) {
      return ask_spelling({.kind = DialectKind::mariadb, .server = url_}, schema, keys);
    };
  }
  /// Everything that is told in SQL, in words that the server does not keep.
  static std::string programs() {
    return R"yaml(
  - create_sequence: {name: numbers, sql: "START WITH 5"}
  - create_function: {name: twice, sql: "(a INT) RETURNS INT DETERMINISTIC RETURN a*2"}
  - create_procedure: {name: nothing, sql: "() SELECT 1"}
  - create_table:
      p:
        columns:
          id: integer
          a: integer
          s: varchar(40)
          n: {type: integer, default: {sql: "nextval(numbers)"}}
          d: {type: varchar(40), default: {sql: "concat_ws('-',X'41',bin(3))"}}
          g: {type: varchar(80), generated: {sql: "concat(x'41',round(a/2.0))"}}
        primary_key: [id]
        checks: {ck: "x'41' != s and round(a/2.0) >= 0"}
  - create_table:
      q:
        columns: {id: integer, a: integer}
        primary_key: [id]
        mariadb: {partition: "PARTITION BY RANGE (id DIV 2) (PARTITION p0 VALUES LESS THAN (5+5), PARTITION p1 VALUES LESS THAN MAXVALUE)"}
  - create_trigger: {name: tr, table: p, sql: "BEFORE INSERT ON p FOR EACH ROW SET NEW.a = NEW.a+1"}
  - create_event: {name: ev, sql: "ON SCHEDULE EVERY 60 MINUTE STARTS '2030-01-01 00:00:00' DISABLE DO SET @x = 1"}
)yaml";
  }
};

TEST_P(Spelling, WhatTheServerMakesOfAQueryIsNoDifference) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  // Down and up again, and behind a change of a table that a view takes all columns of.
  runner(graph).downgrade("base", RunOptions::losing_data());
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
}

TEST_P(Spelling, WhatSomebodyDoesByHandIsOne) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  connection_->execute(
      "CREATE OR REPLACE VIEW v8 AS SELECT id, first_value(b) OVER w AS fv FROM t WINDOW w "
      "AS "
      "(PARTITION BY s ORDER BY id)");
  EXPECT_THAT(drift(graph), testing::ElementsAre("Detected changed view 'v8'"));
}

/// The record must not cover up a plan that sent something else.
TEST_P(Spelling, AQueryThatWasNotSentIsNotRecorded) {
  const history::Graph graph = this->graph({revision("aaa", "", views())});
  runner(graph).upgrade("head", {});
  const std::string other = "CREATE OR REPLACE VIEW v13 AS SELECT SQL_NO_CACHE id, a FROM t";
  connection_->execute(other);
  SpellingRecorder recorder(*connection_);
  const std::vector<ops::Operation> operations{ops::CreateView{graph.fold().views.at("v13")}};
  schema::Schema before = graph.fold();
  before.views.erase("v13");
  recorder.before(before, operations);
  recorder.after(before, operations, {{other, 0, 0, false}});
  EXPECT_THAT(drift(graph), testing::ElementsAre("Detected changed view 'v13'"));
}

TEST_P(Spelling, WhatAnotherRevisionSaysIsOne) {
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

TEST_P(Spelling, OfEverythingToldInSqlAreRecorded) {
  const history::Graph graph = this->graph({revision("aaa", "", programs())});
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  runner(graph).downgrade("base", RunOptions::losing_data());
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
}

/// Something is reported, and nothing but what is about `name`.
testing::Matcher<std::vector<std::string>> is_about(const std::string& name) {
  return testing::AllOf(testing::Not(testing::IsEmpty()), testing::Each(testing::HasSubstr(name)));
}

TEST_P(Spelling, ChangesByHandAreDifferencesWhereverTheyAre) {
  const history::Graph graph = this->graph({revision("aaa", "", programs())});
  const std::vector<std::pair<std::string, std::string>> changes = {
      {"ALTER TABLE p ALTER d SET DEFAULT (concat_ws('-', 'B', conv(3, 10, 2)))", "p.d"},
      {"ALTER TABLE p MODIFY g VARCHAR(80) AS (concat('A', round(a / 3.0)))", "p.g"},
      {"ALTER TABLE p DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK ('B' <> s)", "ck"},
      {"ALTER TABLE q PARTITION BY RANGE (id DIV 2) (PARTITION p0 VALUES LESS THAN (11), "
       "PARTITION "
       "p1 VALUES LESS THAN MAXVALUE)",
       "'q'"},
      {"CREATE OR REPLACE TRIGGER tr BEFORE INSERT ON p FOR EACH ROW SET NEW.a = NEW.a + 2",
       "'tr'"},
      {"CREATE OR REPLACE FUNCTION twice (a INT) RETURNS INT DETERMINISTIC RETURN a * 3",
       "'twice'"},
      {"ALTER EVENT ev ON SCHEDULE EVERY 61 MINUTE STARTS '2030-01-01 00:00:00'", "'ev'"},
  };
  for (const auto& [sql, name] : changes) {
    runner(graph).upgrade("head", {});
    connection_->execute(sql);
    EXPECT_THAT(drift(graph), is_about(name)) << sql;
    EXPECT_THAT(drift(graph, server()), is_about(name)) << sql;
    runner(graph).downgrade("base", RunOptions::losing_data());
  }
}

/// As of a database that was stamped, or upgraded by a script.
TEST_P(Spelling, WithoutARecordAServerIsAsked) {
  const history::Graph graph = this->graph({revision("aaa", "", views() + programs())});
  runner(graph).upgrade("head", {});
  connection_->execute("DROP TABLE dbmig_definitions");
  EXPECT_THAT(drift(graph), testing::Not(testing::IsEmpty()));
  EXPECT_THAT(drift(graph, server()), testing::IsEmpty());
}

TEST_P(Spelling, RenamesInTextsThatTheServerRewritesAreFollowed) {
  const std::string first = revision("aaa", "", programs());
  const std::string second = revision("bbb", "aaa", R"(
  - alter_column: {table: p, name: a, rename: b}
  - rename_table: {name: p, to: r}
)");
  const history::Graph graph = this->graph({first, second});
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  runner(graph).downgrade("aaa", RunOptions::losing_data());
  EXPECT_THAT(drift(this->graph({first})), testing::IsEmpty());
  // What was changed by hand before is not taken for the revision's doing.
  connection_->execute("ALTER TABLE p DROP CONSTRAINT ck, ADD CONSTRAINT ck CHECK ('B' <> s)");
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::ElementsAre(testing::HasSubstr("ck")));
}

/// A run that is killed in between leaves what it knew to the one that goes on.
TEST_P(Spelling, RenamesAreFollowedByARunThatGoesOn) {
  const std::string first = revision("aaa", "", programs());
  const std::string renames = R"(
  - alter_column: {table: p, name: a, rename: b}
  - rename_table: {name: p, to: r}
)";
  const history::Graph graph = this->graph({first, revision("bbb", "aaa", renames)});
  runner(graph).upgrade("aaa", {});
  const history::Revision& second = graph.get("bbb");
  const schema::Schema before = this->graph({first}).fold();
  SpellingRecorder(*connection_).before(before, second.upgrade);
  for (const auto& statement : connection_->dialect().plan(before, second.upgrade, {})) {
    connection_->execute(statement.sql);
  }
  SpellingRecorder(*connection_).after(before, second.upgrade, {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  const auto kept = [&] {
    return connection_->query("SELECT count(*) FROM dbmig_definitions WHERE kind LIKE '~%'")
        .rows[0][0];
  };
  EXPECT_EQ(kept(), "0");
  // What was known is forgotten when the operations are taken back.
  SpellingRecorder(*connection_)
      .before(graph.fold(),
              this->graph({first, revision("bbb", "aaa", "\n  - rename_table: {name: r, to: p}\n")})
                  .get("bbb")
                  .upgrade);
  EXPECT_NE(kept(), "0");
  SpellingRecorder recorder(*connection_);
  recorder.forget();
  EXPECT_EQ(kept(), "0");
}

/// Such a view is made again, by the text that it had.
TEST_P(Spelling, OfAViewOverAllColumnsFollowTheTable) {
  const std::string first = revision("aaa", "", views());
  const history::Graph graph =
      this->graph({first, revision("bbb", "aaa",
                                   "\n  - add_column: {table: t, name: z, type: integer}\n"
                                   "  - add_column: {table: k, name: y, type: integer}\n")});
  runner(graph).upgrade("head", {});
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  runner(graph).downgrade("aaa", RunOptions::losing_data());
  EXPECT_THAT(drift(this->graph({first})), testing::IsEmpty());
}

/// Versions that recorded views alone had a table of another name.
TEST_P(Spelling, ARecordOfAnOlderVersionIsTakenOver) {
  const std::string first = revision("aaa", "", views());
  const history::Graph graph = this->graph({first});
  runner(graph).upgrade("head", {});
  connection_->execute(
      "CREATE TABLE dbmig_views (name VARCHAR(64) NOT NULL PRIMARY KEY, model VARCHAR(64) "
      "NOT "
      "NULL, words LONGTEXT NOT NULL) ENGINE=InnoDB CHARACTER SET utf8mb4 COLLATE "
      "utf8mb4_bin");
  connection_->execute(
      "INSERT INTO dbmig_views SELECT w.object, w.declared_hash, REPLACE(v.view_definition, "
      "CONCAT('`', "
      "DATABASE(), '`.'), '') FROM dbmig_definitions w JOIN information_schema.views v ON "
      "v.table_name = "
      "w.object AND v.table_schema = DATABASE()");
  connection_->execute("DROP TABLE dbmig_definitions");
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  const history::Graph both = this->graph(
      {first,
       revision("bbb", "aaa",
                "\n  - create_view: {name: w, sql: \"SELECT SQL_NO_CACHE id, a FROM t\"}\n")});
  runner(both).upgrade("head", {});
  EXPECT_THAT(drift(both), testing::IsEmpty());
  EXPECT_EQ(scalar("SELECT COUNT(*) FROM information_schema.tables WHERE table_schema = DATABASE() "
                   "AND table_name = 'dbmig_views'"),
            "0");
}

/// So had versions that recorded all texts: it is read as it is, and renamed by the next run that
/// writes to it.
TEST_P(Spelling, ARecordUnderItsOlderNameIsRenamed) {
  const std::string first = revision("aaa", "", views() + programs());
  const history::Graph graph = this->graph({first});
  runner(graph).upgrade("head", {});
  connection_->execute(
      "ALTER TABLE dbmig_definitions RENAME TO dbmig_words, CHANGE COLUMN declared_hash told "
      "VARCHAR(64) NOT NULL, CHANGE COLUMN definition words LONGTEXT NOT NULL");
  const auto tables = [&] {
    return scalar(
        "SELECT group_concat(table_name) FROM information_schema.tables WHERE table_schema = "
        "DATABASE() AND table_name IN ('dbmig_definitions', 'dbmig_words')");
  };
  EXPECT_THAT(drift(graph), testing::IsEmpty());
  EXPECT_EQ(tables(), "dbmig_words");
  const history::Graph both =
      this->graph({first, revision("bbb", "aaa",
                                   "\n  - alter_column: {table: p, name: a, rename: b}\n"
                                   "  - rename_table: {name: p, to: r}\n")});
  runner(both).upgrade("head", {});
  EXPECT_THAT(drift(both), testing::IsEmpty());
  EXPECT_EQ(tables(), "dbmig_definitions");
}

INSTANTIATE_TEST_SUITE_P(Databases, Spelling, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
