#include "diff/following_views.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dbmig::diff {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

schema::Schema with_views(const std::vector<std::pair<std::string, std::string>>& views) {
  schema::Schema schema;
  schema.tables["t"].name = "t";
  for (const auto& [name, sql] : views) {
    schema.views[name].name = name;
    schema.views[name].sql.any = sql;
  }
  return schema;
}

ops::AddColumn add_to(const std::string& table) {
  ops::AddColumn add;
  add.table = table;
  add.column.name = "c";
  return add;
}

TEST(FollowingViews, ThoseThatShowAllColumnsAreSaidAndThoseThatReadThem) {
  const schema::Schema schema = with_views({{"all_of_t", "SELECT * FROM T"},
                                            {"counted", "SELECT count(*) AS n FROM t"},
                                            {"named", "SELECT id FROM t"},
                                            {"through", "SELECT x.* FROM all_of_t x"},
                                            {"other", "SELECT * FROM u"}});
  const std::vector<ops::Operation> operations{add_to("t")};
  EXPECT_THAT(
      following_views(schema, operations),
      ElementsAre("View 'all_of_t' shows all columns of table 't' and changes with it",
                  "View 'through' shows all columns of view 'all_of_t' and changes with it"));
}

TEST(FollowingViews, AreNoneWhereColumnsStay) {
  const schema::Schema schema = with_views({{"all_of_t", "SELECT * FROM t"}});
  ops::AlterColumn alter;
  alter.table = "t";
  alter.name = "c";
  alter.nullable = false;
  EXPECT_THAT(following_views(schema, std::vector<ops::Operation>{alter}), IsEmpty());
  alter.rename = "d";
  EXPECT_THAT(following_views(schema, std::vector<ops::Operation>{alter}), testing::SizeIs(1));
}

TEST(FollowingViews, ThatAreMadeAnyhowAreNoSurprise) {
  const schema::Schema schema = with_views({{"all_of_t", "SELECT * FROM t"}});
  const std::vector<ops::Operation> operations{add_to("t"),
                                               ops::CreateView{schema.views.at("all_of_t")}};
  EXPECT_THAT(following_views(schema, operations), IsEmpty());
}

}  // namespace
}  // namespace dbmig::diff
