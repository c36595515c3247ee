// Views while the columns of their tables change, on the databases: what reads them goes on
// reading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.hpp"
#include "diff/diff.hpp"
#include "ops/apply.hpp"
#include "sqlite_support.hpp"
#include "support/mariadb.hpp"
#include "support/property.hpp"
#include "support/random_views.hpp"

namespace dbmig {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The operations that make a schema from nothing.
std::vector<ops::Operation> build(const schema::Schema& schema) {
  return diff::diff({}, schema).operations;
}

schema::View view(const std::string& name, const std::string& sql) {
  schema::View view;
  view.name = name;
  view.sql.any = sql;
  return view;
}

ops::AddColumn add(const std::string& table, const std::string& name) {
  ops::AddColumn add;
  add.table = table;
  add.column.name = name;
  add.column.type.kind = schema::TypeKind::integer;
  return add;
}

class MariadbViews : public test::MariadbTest {
 protected:
  /// Sends the plan statement by statement; after each of them `reader` reads the views.
  void migrate_under_readers(test::MariadbDatabase& database, backend::Connection& reader,
                             const schema::Schema& before,
                             const std::vector<ops::Operation>& operations,
                             const std::set<std::string>& watched, const std::string& context) {
    std::string sent;
    const auto plan = database.connection().dialect().plan(before, operations, {});
    const auto is_about_view = [&](std::size_t i) {
      return plan[i].sql.starts_with("CREATE OR REPLACE VIEW") ||
             plan[i].sql.starts_with("CREATE VIEW") || plan[i].sql.starts_with("DROP VIEW");
    };
    for (std::size_t i = 0; i < plan.size(); ++i) {
      sent += plan[i].sql + "\n";
      ASSERT_NO_THROW(database.connection().execute(plan[i].sql)) << context << sent;
      // Views that change together are replaced one after the other, with nothing in between.
      if (i + 1 < plan.size() && is_about_view(i) && is_about_view(i + 1)) continue;
      for (const std::string& name : watched) {
        ASSERT_NO_THROW(reader.query("SELECT * FROM `" + name + "`")) << context << sent;
      }
    }
  }
};

void expect_views(test::MariadbDatabase& database, const schema::Schema& schema,
                  const std::set<std::string>& names, const std::string& context) {
  const auto found = database.inspect_beside(schema).views;
  const auto expected = database.connection().canonical(schema).views;
  for (const std::string& name : names) EXPECT_EQ(found.at(name), expected.at(name)) << context;
  EXPECT_EQ(found.size(), expected.size()) << context;
}

TEST_F(MariadbViews, CanBeReadAtEveryMomentThatLasts) {
  test::MariadbDatabase database;
  const auto reader = database.open();
  for (std::uint64_t seed = 0; seed < test::property_seeds(40); ++seed) {
    for (const bool renames : {false, true}) {
      const test::ViewPair pair = test::random_views(seed, renames);
      const auto& [from, to] = pair.schemas;
      std::string context = "seed " + std::to_string(seed) + "\n";
      for (const auto& [name, view] : from.views) context += name + ": " + view.sql.any + "\n";
      for (const auto& [name, view] : to.views)
        context += "to " + name + ": " + view.sql.any + "\n";
      database.migrate({}, build(from));
      const auto operations = diff::diff(from, to, pair.hints).operations;
      // A renamed column is gone for its views until the next statement.
      migrate_under_readers(database, *reader, from, operations,
                            renames ? std::set<std::string>{} : pair.watched, context);
      if (HasFatalFailure()) return;
      expect_views(database, to, pair.watched, context);
      // And all the way back.
      migrate_under_readers(database, *reader, to, ops::inverse(operations, from), {}, context);
      if (HasFatalFailure()) return;
      expect_views(database, from, pair.watched, context);
      database.migrate(from, diff::diff(from, {}).operations);
    }
  }
}

TEST_F(MariadbViews, WrittenToGoAndComeBackStayUntilTheyAreReplaced) {
  test::MariadbDatabase database;
  database.run(
      "CREATE TABLE t (a INT); CREATE VIEW v AS SELECT a FROM t;"
      "CREATE VIEW w AS SELECT a FROM v;");
  const schema::Schema before = database.inspect();
  const std::vector<ops::Operation> operations = {
      ops::DropView{"w"}, ops::DropView{"v"}, add("t", "b"),
      ops::CreateView{view("v", "SELECT a, b FROM t")}, ops::CreateView{view("w", "TABLE v")}};
  EXPECT_THAT(database.connection().dialect().plan(before, {operations.data(), 4}, {}).size(), 3);
  const std::vector<ops::Operation> again = {ops::DropView{"v"}, add("t", "b"),
                                             ops::CreateView{view("v", "SELECT a, b FROM t")}};
  EXPECT_THAT(database.migrate(before, again),
              ElementsAre(HasSubstr("ALTER TABLE"), HasSubstr("CREATE OR REPLACE VIEW")));
}

TEST_F(MariadbViews, OverAllColumnsFollowTheTable) {
  test::MariadbDatabase database;
  database.run("CREATE TABLE t (a INT, c INT)");
  schema::Schema before = database.inspect();
  const std::vector<ops::Operation> views = {ops::CreateView{view("v", "SELECT * FROM t")},
                                             ops::CreateView{view("w", "SELECT v.* FROM v")}};
  database.migrate(before, views);
  before = ops::apply(before, views);
  const std::vector<ops::Operation> operations = {add("t", "b"), ops::DropColumn{"t", "a"}};
  database.migrate(before, operations);
  EXPECT_EQ(database.rows("SHOW COLUMNS FROM w"), "c|int(11)|YES||NULL|\nb|int(11)|YES||NULL|\n");
}

TEST(SqliteViews, FollowTheirTables) {
  for (std::uint64_t seed = 0; seed < test::property_seeds(20); ++seed) {
    for (const bool renames : {false, true}) {
      const test::ViewPair pair = test::random_views(seed, renames);
      const auto& [from, to] = pair.schemas;
      test::SqliteDatabase database;
      database.migrate({}, build(from));
      const auto operations = diff::diff(from, to, pair.hints).operations;
      ASSERT_NO_THROW(database.migrate(from, operations)) << "seed " << seed << renames;
      for (const auto& [name, unused] : to.views) {
        ASSERT_NO_THROW(database.rows("SELECT * FROM " + name)) << "seed " << seed << name;
      }
      ASSERT_NO_THROW(database.migrate(to, ops::inverse(operations, from))) << "seed " << seed;
      for (const auto& [name, unused] : from.views) {
        ASSERT_NO_THROW(database.rows("SELECT * FROM " + name)) << "seed " << seed << name;
      }
    }
  }
}

}  // namespace
}  // namespace dbmig
