// Views that show all columns of a table: on both databases those that the table has.
#include <gtest/gtest.h>

#include "unit/run/support.hpp"

namespace dbmig::run {
namespace {

class StarViews : public RunTest {
 protected:
  std::vector<std::string> columns_of(const std::string& view) {
    return connection_->query("SELECT * FROM " + view + " LIMIT 1").columns;
  }
};

TEST_P(StarViews, ShowTheColumnsThatTheTableHas) {
  const std::string head = "message: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n";
  const history::Graph graph = this->graph(
      {"revision: aaa\nparents: []\n" + head +
           "  - create_table: {t: {columns: {id: integer, a: integer}, primary_key: [id]}}\n"
           "  - create_table: {u: {columns: {uid: integer}, primary_key: [uid]}}\n"
           "  - create_view: {name: v, sql: \"SELECT * FROM t\"}\n"
           "  - create_view: {name: w, sql: \"SELECT v.*, u.uid FROM v JOIN u ON u.uid = v.id\"}\n",
       "revision: bbb\nparents: [aaa]\n" + head +
           "  - add_column: {table: t, name: b, type: integer}\n"
           "  - alter_column: {table: t, name: a, rename: c}\n"});
  using Names = std::vector<std::string>;
  runner(graph).upgrade("aaa", {});
  connection_->execute("INSERT INTO t VALUES (1, 2)");
  connection_->execute("INSERT INTO u VALUES (1)");
  EXPECT_EQ(columns_of("v"), (Names{"id", "a"}));
  EXPECT_EQ(columns_of("w"), (Names{"id", "a", "uid"}));
  runner(graph).upgrade("bbb", {});
  EXPECT_EQ(columns_of("v"), (Names{"id", "c", "b"}));
  EXPECT_EQ(columns_of("w"), (Names{"id", "c", "b", "uid"}));
  runner(graph).downgrade("aaa", RunOptions::losing_data());
  EXPECT_EQ(columns_of("v"), (Names{"id", "a"}));
  EXPECT_EQ(columns_of("w"), (Names{"id", "a", "uid"}));
}

/// SQLite names a view's column as the table does, MariaDB as the query.
TEST_P(StarViews, KeepTheLettersOfTheNamesOfTheirColumns) {
  const std::string head = "message: m\ncreated: 2026-01-01T00:00:00Z\nupgrade:\n";
  const history::Graph graph = this->graph(
      {"revision: aaa\nparents: []\n" + head +
           "  - create_table: {t: {columns: {id: integer, name: text, n: integer}, primary_key: "
           "[id]}}\n"
           "  - create_view: {name: v, sql: \"SELECT Name, ID, n AS Xs FROM t\"}\n"
           "  - create_view: {name: w, sql: \"SELECT NAME, q.iD FROM v AS q\"}\n"
           "  - create_view: {name: s, sql: \"SELECT * FROM v\"}\n",
       "revision: bbb\nparents: [aaa]\n" + head +
           "  - alter_column: {table: t, name: name, nullable: false, default: q}\n"
           "  - alter_column: {table: t, name: n, rename: m, type: text}\n"});
  runner(graph).upgrade("aaa", {});
  const auto v = columns_of("v");
  const auto w = columns_of("w");
  const auto s = columns_of("s");
  EXPECT_EQ(v.at(0), is_sqlite() ? "name" : "Name");
  const auto expect_the_same = [&] {
    EXPECT_EQ(columns_of("v"), v);
    EXPECT_EQ(columns_of("w"), w);
    EXPECT_EQ(columns_of("s"), s);
  };
  runner(graph).upgrade("bbb", {});
  expect_the_same();
  runner(graph).downgrade("aaa", RunOptions::losing_data());
  expect_the_same();
}

INSTANTIATE_TEST_SUITE_P(Databases, StarViews,
                         ::testing::Values(DialectKind::sqlite, DialectKind::mariadb),
                         name_of_kind);

}  // namespace
}  // namespace dbmig::run
