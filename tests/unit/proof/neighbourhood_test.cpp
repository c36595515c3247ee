#include "proof/neighbourhood.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "history/graph.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::proof {
namespace {

using testing::UnorderedElementsAre;

schema::Table table(const std::string& name, const std::vector<std::string>& parents,
                    const std::string& index = "") {
  schema::Table made;
  made.name = name;
  for (const char* column : {"id", "a"}) {
    schema::Column one;
    one.name = column;
    made.columns.push_back(one);
  }
  made.primary_key.emplace();
  made.primary_key->columns = {"id"};
  for (const std::string& parent : parents) {
    schema::ForeignKey key;
    key.name = fmt::format("fk_{}_{}", name, parent);
    key.columns = {"a"};
    key.referenced_table = parent;
    key.referenced_columns = {"id"};
    made.foreign_keys.push_back(key);
  }
  if (!index.empty()) {
    schema::Index one;
    one.name = index;
    one.parts.emplace_back();
    one.parts.back().column = "a";
    made.indexes.push_back(one);
  }
  return made;
}

schema::Schema schema_of(const std::vector<schema::Table>& tables) {
  schema::Schema schema;
  for (const schema::Table& one : tables) schema.tables.emplace(one.name, one);
  return schema;
}

history::Revision adding_to(const std::string& name, const std::string& index = "") {
  history::Revision revision;
  revision.id = "r";
  if (index.empty()) {
    schema::Column column;
    column.name = "added";
    revision.upgrade = {ops::AddColumn{name, column, std::nullopt}};
  } else {
    schema::Index one;
    one.name = index;
    one.parts.emplace_back();
    one.parts.back().column = "a";
    revision.upgrade = {ops::CreateIndex{name, one}};
  }
  return revision;
}

std::set<std::string> names(const schema::Schema& schema) {
  std::set<std::string> list;
  for (const auto& [name, ignored] : schema.tables) list.insert(name);
  return list;
}

TEST(Neighbourhood, IsWhatForeignKeysNamesAndProgramsTie) {
  const schema::Schema plain =
      schema_of({table("top", {}), table("mid", {"top"}), table("leaf", {"mid", "other"}),
                 table("other", {}), table("far", {}, "ix_far"), table("alone", {})});
  EXPECT_THAT(names(neighbourhood(plain, adding_to("top"))), UnorderedElementsAre("top", "mid"));
  EXPECT_THAT(names(neighbourhood(plain, adding_to("mid"))),
              UnorderedElementsAre("top", "mid", "leaf", "other"));
  EXPECT_THAT(names(neighbourhood(plain, adding_to("alone"))), UnorderedElementsAre("alone"));
  // SQLite knows an index of that name already.
  EXPECT_THAT(names(neighbourhood(plain, adding_to("alone", "IX_FAR"))),
              UnorderedElementsAre("alone", "far"));

  schema::Schema with_view = plain;
  schema::View view;
  view.name = "v";
  view.sql.any = "SELECT id FROM far";
  with_view.views.emplace("v", view);
  EXPECT_THAT(names(neighbourhood(with_view, adding_to("alone"))),
              UnorderedElementsAre("alone", "far"));

  history::Revision plain_sql;
  ops::Execute execute;
  execute.sql.any = "UPDATE far SET a = 1";
  plain_sql.upgrade = {execute};
  EXPECT_EQ(neighbourhood(plain, plain_sql), plain);
}

// Whatever refers to what: the part stands by itself, and the revision does to it what it does to
// all.
TEST(Neighbourhood, StandsByItself) {
  for (std::uint64_t seed = 1; seed <= test::property_seeds(60); ++seed) {
    SCOPED_TRACE(seed);
    test::RandomSource random(seed);
    std::vector<schema::Table> tables;
    const int count = random.between(2, 30);
    for (int i = 0; i < count; ++i) {
      std::set<std::string> parents;
      for (int n = random.between(0, 2); n > 0; --n) {
        parents.insert(fmt::format("t{}", random.between(0, i)));
      }
      tables.push_back(table(fmt::format("t{}", i), {parents.begin(), parents.end()}));
    }
    const schema::Schema whole = schema_of(tables);
    const std::string changed = fmt::format("t{}", random.between(0, count - 1));
    const history::Revision revision = adding_to(changed);
    const schema::Schema part = neighbourhood(whole, revision);
    for (const auto& [name, one] : part.tables) {
      EXPECT_EQ(one, whole.table(name));
      for (const auto& key : one.foreign_keys) {
        EXPECT_TRUE(part.find_table(key.referenced_table)) << name;
      }
    }
    for (const auto& [name, one] : whole.tables) {
      for (const auto& key : one.foreign_keys) {
        if (key.referenced_table != changed) continue;
        EXPECT_TRUE(part.find_table(name)) << name;
      }
    }
    EXPECT_EQ(history::apply(part, revision).table(changed),
              history::apply(whole, revision).table(changed));
  }
}

}  // namespace
}  // namespace dbmig::proof
