// Views that cannot be read any more: an upgrade that makes them anew is refused before its first
// statement, and one that need not touch them is not stopped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr const char* kTables = R"(revision: aaa
parents: []
message: first
created: 2026-01-01T00:00:00Z
upgrade:
  - create_table: {t: {columns: {id: integer, a: integer}, primary_key: [id]}}
  - create_table: {u: {columns: {id: integer, b: integer, c: integer}, primary_key: [id]}}
  - create_view: {name: v, sql: "SELECT t.id, t.a AS a, u.b FROM t JOIN u ON u.id = t.id"}
  - create_view: {name: w, sql: "SELECT v.a FROM v JOIN t ON t.id = v.id WHERE t.a > 0"}
  - create_view: {name: s, sql: "SELECT t.*, u.c FROM t JOIN u ON u.id = t.id"}
)";

std::string change(const std::string& operations) {
  return "revision: bbb\nparents: [aaa]\nmessage: second\ncreated: 2026-01-02T00:00:00Z\n"
         "upgrade:\n  - drop_column: {table: t, name: gone}\n" +
         operations;
}

class UnreadableViews : public RunTest {
 protected:
  /// The database of kTables, in which somebody has run `by_hand`, before the revision `operations`
  /// runs: what is wrong, or nothing.
  std::string upgrade(const std::string& operations, const std::string& by_hand) {
    std::string first = kTables;
    first.replace(first.find("a: integer}"), 1, "gone: integer, a");
    const history::Graph graph = this->graph({first, change(operations)});
    runner(graph).upgrade("aaa", {});
    connection_->execute(by_hand);
    before_ = facts();
    try {
      runner(graph).upgrade("head", {});
      return {};
    } catch (const Error& error) {
      return error.what();
    }
  }

  std::string facts() {
    std::string all;
    for (const char* name : {"t", "u", "v", "w", "s"}) {
      all += connection_->query(std::string("SHOW CREATE TABLE ") + name).rows[0][1].value_or("");
    }
    return all;
  }

  std::string before_;
};

constexpr const char* kDropsB = "ALTER TABLE u DROP COLUMN b";

TEST_P(UnreadableViews, AreFoundBeforeTheFirstStatement) {
  const std::string said = upgrade("  - alter_column: {table: t, name: a, rename: z}\n", kDropsB);
  EXPECT_THAT(said, AllOf(HasSubstr("view 'v'"), HasSubstr("view 'w'"), HasSubstr("u.b"),
                          HasSubstr("r2.yaml:6:"), HasSubstr("run the command again")));
  EXPECT_EQ(facts(), before_);
}

TEST_P(UnreadableViews, OverAllColumnsAreFound) {
  const std::string said = upgrade("  - add_column: {table: t, name: z, type: integer}\n",
                                   "ALTER TABLE u DROP COLUMN c");
  EXPECT_THAT(said, AllOf(HasSubstr("view 's'"), HasSubstr("u.c")));
  EXPECT_EQ(facts(), before_);
}

TEST_P(UnreadableViews, ThatStayAsTheyAreStopNothing) {
  EXPECT_EQ(upgrade("  - alter_column: {table: t, name: a, type: bigint}\n", kDropsB), "");
}

TEST_P(UnreadableViews, ThatNobodyKnowsStopNothing) {
  EXPECT_EQ(upgrade("  - alter_column: {table: t, name: a, rename: z}\n",
                    "CREATE VIEW hers AS SELECT gone, a FROM t"),
            "");
}

TEST_P(UnreadableViews, ThatTheRevisionMendsStopNothing) {
  EXPECT_EQ(upgrade("  - execute: ALTER TABLE u ADD COLUMN b INT\n"
                    "  - alter_column: {table: t, name: a, rename: z}\n",
                    kDropsB),
            "");
}

TEST_P(UnreadableViews, ThatAreReplacedStopNothing) {
  EXPECT_EQ(upgrade("  - drop_view: w\n  - drop_view: v\n"
                    "  - create_view: {name: v, sql: \"SELECT t.id, t.a FROM t\"}\n"
                    "  - create_view: {name: w, sql: \"SELECT a FROM v\"}\n",
                    kDropsB),
            "");
}

INSTANTIATE_TEST_SUITE_P(Databases, UnreadableViews, ::testing::Values(DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
