#include "history/branches.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <set>

#include "ops/apply.hpp"
#include "schema/type.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Steps = std::vector<ops::Operation>;
using Parents = std::vector<std::string>;

schema::Column column(std::string name, const std::string& type) {
  schema::Column made;
  made.name = std::move(name);
  made.type = schema::parse_type(type);
  return made;
}

ops::Operation retyped(const std::string& type) {
  ops::AlterColumn alter;
  alter.table = "t";
  alter.name = "a";
  alter.type = schema::parse_type(type);
  return alter;
}

Revision made_revision(std::string id, Parents parents, Steps operations) {
  Revision made;
  made.id = std::move(id);
  made.parents = std::move(parents);
  made.path = made.id + ".yaml";
  for (std::size_t i = 0; i < operations.size(); ++i) {
    made.upgrade_positions.push_back({made.path.string(), static_cast<int>(i) + 5, 3});
  }
  made.upgrade = std::move(operations);
  return made;
}

Revision base() {
  schema::Table table;
  table.name = "t";
  table.columns.push_back(column("id", "int"));
  table.columns.push_back(column("a", "varchar(100)"));
  table.columns.push_back(column("b", "int"));
  return made_revision("base0", {}, {ops::CreateTable{table}});
}

Graph forked(Steps left, Steps right) {
  return Graph({base(), made_revision("left", {"base0"}, std::move(left)),
                made_revision("right", {"base0"}, std::move(right))});
}

std::string told(const Graph& graph, const Steps& resolution = {}) {
  std::string all;
  for (const Diagnostic& one : described(contradictions(graph, graph.heads(), resolution))) {
    all += to_string(one) + "\n";
  }
  return all;
}

TEST(Contradictions, TwoTypesOfOneColumnNameBothPlaces) {
  const Graph graph = forked({retyped("varchar(80)")}, {retyped("varchar(60)")});
  const std::string text = told(graph);
  EXPECT_THAT(text, HasSubstr("left.yaml:5:3: revision left: "));
  EXPECT_THAT(text, HasSubstr("right.yaml:5:3: revision right: "));
  EXPECT_THAT(text, HasSubstr("--resolve"));
  EXPECT_THAT(told(graph, {retyped("varchar(70)")}), IsEmpty());
  const Steps decided = resolution_for(graph, graph.heads(), "left");
  EXPECT_EQ(decided, Steps{retyped("varchar(80)")});
  EXPECT_THAT(told(graph, decided), IsEmpty());
}

TEST(Contradictions, ADropAgainstAChangeIsNoMatterOfTaste) {
  const Graph graph = forked({ops::DropColumn{"t", "a"}}, {retyped("varchar(60)")});
  EXPECT_THAT(told(graph), HasSubstr("left.yaml:5:3"));
  EXPECT_THAT(told(graph), HasSubstr("right.yaml:5:3"));
  EXPECT_THAT(told(graph), Not(HasSubstr("--resolve")));
}

TEST(Contradictions, TheSameInBothIsNone) {
  EXPECT_THAT(told(forked({retyped("varchar(60)")}, {retyped("varchar(60)")})), IsEmpty());
}

TEST(Contradictions, RowsOfOneKeyInBothAreFound) {
  int common = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    test::RandomSource random(seed);
    std::set<int> keys[2];
    ops::BulkInsert inserts[2];
    for (int side : {0, 1}) {
      inserts[side] = {"keyed", {"v", "id"}, {}};
      for (int i = random.between(1, 4); i > 0; --i) {
        const int key = random.between(1, 12);
        if (keys[side].insert(key).second) inserts[side].rows.push_back({"x", std::to_string(key)});
      }
      inserts[side].rows.push_back({"made up", std::nullopt});
    }
    schema::Table table;
    table.name = "keyed";
    table.columns.push_back(column("id", "int"));
    table.columns.push_back(column("v", "varchar(9)"));
    table.primary_key = schema::PrimaryKey{{}, {"id"}, {}};
    Revision start = base();
    start.upgrade.emplace_back(ops::CreateTable{table});
    const Graph graph({start, made_revision("left", {"base0"}, {inserts[0]}),
                       made_revision("right", {"base0"}, {inserts[1]})});
    const bool meet = std::any_of(keys[0].begin(), keys[0].end(),
                                  [&](int key) { return keys[1].count(key) != 0; });
    common += meet ? 1 : 0;
    EXPECT_EQ(told(graph).find("both insert the row id = ") != std::string::npos, meet);
    EXPECT_EQ(told(graph).empty(), !meet);
  }
  EXPECT_GT(common, 20);
}

TEST(FreeOrder, ColumnsOfTwoBranchesMayComeEitherWay) {
  const Graph graph = forked({ops::AddColumn{"t", column("x", "int"), {}}},
                             {ops::AddColumn{"t", column("y", "int"), {}}});
  EXPECT_THAT(told(graph), IsEmpty());
  const schema::Schema one = graph.fold_in_order({"base0", "left", "right"});
  const schema::Schema other = graph.fold_in_order({"base0", "right", "left"});
  EXPECT_FALSE(one == other);
  EXPECT_EQ(with_free_order(graph, one, other), other);
  // One history fixes the order of these.
  schema::Schema swapped = one;
  std::swap(swapped.table("t").columns[1], swapped.table("t").columns[2]);
  EXPECT_EQ(with_free_order(graph, one, swapped), one);
}

TEST(FreeOrder, AColumnBehindAnotherStandsWhereThatOneDoes) {
  std::vector<Revision> all = {
      base(), made_revision("left", {"base0"}, {ops::AddColumn{"t", column("x", "int"), {}}}),
      made_revision("right", {"base0"}, {ops::AddColumn{"t", column("y", "int"), {}}})};
  all.push_back(made_revision("merge", {"left", "right"}, {}));
  ops::Position behind;
  behind.after = "x";
  all.push_back(made_revision("late", {"merge"},
                              {ops::AddColumn{"t", column("z", "int"), behind},
                               ops::AddColumn{"t", column("end", "int"), {}}}));
  const Graph graph(all);
  const schema::Schema one = graph.fold_in_order({"base0", "left", "right", "merge", "late"});
  const schema::Schema other = graph.fold_in_order({"base0", "right", "left", "merge", "late"});
  EXPECT_FALSE(one == other);
  EXPECT_EQ(with_free_order(graph, one, other), other);
  EXPECT_EQ(with_free_order(graph, other, one), one);
  // `end` was put behind all that were there.
  schema::Schema swapped = one;
  auto& columns = swapped.table("t").columns;
  std::swap(columns[columns.size() - 2], columns.back());
  EXPECT_EQ(with_free_order(graph, one, swapped), one);
}

TEST(FoldInOrder, AWorkableOrderIsFound) {
  const Graph graph = forked({ops::DropColumn{"t", "a"}}, {retyped("varchar(60)")});
  EXPECT_EQ(graph.fold_in_order({"base0", "left", "right"}),
            graph.fold_in_order({"base0", "right", "left"}));
}

/// An operation on `schema` that fits it.
ops::Operation pick_operation(test::RandomSource& random) {
  ops::AlterColumn alter;
  alter.table = "t";
  alter.name = random.chance(70) ? "a" : "b";
  switch (random.below(9)) {
    case 0:
      return retyped(random.chance(50) ? "varchar(80)" : "varchar(60)");
    case 1:
      alter.nullable = random.chance(50);
      return alter;
    case 2:
      alter.comment = random.chance(50) ? "one" : "two";
      return alter;
    case 3:
      alter.rename = random.chance(50) ? "c" : "d";
      return alter;
    case 4:
      return ops::DropColumn{"t", alter.name};
    case 5:
      return ops::RenameTable{"t", random.chance(50) ? "u" : "v"};
    case 6: {
      schema::Index index;
      index.name = random.chance(50) ? "i1" : "i2";
      index.parts.emplace_back().column = alter.name;
      return ops::CreateIndex{"t", index};
    }
    case 7: {
      schema::Table table;
      table.name = random.chance(50) ? "u" : "w";
      table.columns.push_back(column("id", "int"));
      return ops::CreateTable{table};
    }
    default: {
      const std::size_t which = random.below(4);
      return ops::AddColumn{"t", column(std::string(1, "cdef"[which]), "int"), {}};
    }
  }
}

/// Revisions of one branch, which fit one after the other.
std::vector<Revision> branch(test::RandomSource& random, const std::string& name) {
  std::vector<Revision> made;
  schema::Schema schema = history::apply({}, base());
  const int count = random.between(1, 3);
  std::string parent = "base0";
  for (int i = 0; i < count; ++i) {
    Steps operations;
    for (int tries = 0; tries < 3; ++tries) {
      const ops::Operation one = pick_operation(random);
      try {
        schema = ops::apply(schema, one);
        operations.push_back(one);
      } catch (const Error&) {
        continue;
      }
      if (random.chance(70)) break;
    }
    made.push_back(made_revision(fmt::format("{}{}", name, i), {parent}, operations));
    parent = made.back().id;
  }
  return made;
}

schema::Schema without_order(schema::Schema schema) {
  schema = schema::sorted(std::move(schema));
  for (auto& [name, table] : schema.tables) {
    std::sort(table.columns.begin(), table.columns.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
  }
  return schema;
}

/// Whether every order in which a database can take both branches leads to one schema.
bool agree_in_every_order(const std::vector<Revision>& left, const std::vector<Revision>& right) {
  std::optional<schema::Schema> result;
  std::function<bool(schema::Schema, std::size_t, std::size_t)> walk =
      [&](const schema::Schema& at, std::size_t i, std::size_t j) {
        if (i == left.size() && j == right.size()) {
          const schema::Schema end = without_order(at);
          if (!result) result = end;
          return *result == end;
        }
        try {
          if (i < left.size() && !walk(history::apply(at, left[i]), i + 1, j)) return false;
          if (j < right.size() && !walk(history::apply(at, right[j]), i, j + 1)) return false;
        } catch (const Error&) {
          return false;
        }
        return true;
      };
  return walk(history::apply({}, base()), 0, 0);
}

TEST(ContradictionProperties, FoundExactlyWhereTwoOrdersDisagree) {
  const std::uint64_t seeds = test::property_seeds(1000);
  std::uint64_t agreed = 0;
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE(seed);
    test::RandomSource random(seed);
    const std::vector<Revision> left = branch(random, "l");
    const std::vector<Revision> right = branch(random, "r");
    std::vector<Revision> all = {base()};
    all.insert(all.end(), left.begin(), left.end());
    all.insert(all.end(), right.begin(), right.end());
    const Graph graph(all);
    const auto found = contradictions(graph, {left.back().id, right.back().id});
    const bool agree = agree_in_every_order(left, right);
    agreed += agree ? 1 : 0;
    std::string operations;
    for (const Revision& one : all) {
      for (const ops::Operation& op : one.upgrade)
        operations += one.id + ": " + ops::describe(op) + "\n";
    }
    ASSERT_EQ(found.empty(), agree) << operations;
    for (const Contradiction& one : found) {
      const char first = one.first.where.file[0];
      const char second = one.second.where.file[0];
      EXPECT_TRUE((first == 'l' && second == 'r') || (first == 'r' && second == 'l')) << operations;
      EXPECT_GT(one.first.where.line, 0);
      EXPECT_GT(one.second.where.line, 0);
    }
  }
  EXPECT_GT(agreed, seeds / 20);
}

}  // namespace
}  // namespace dbmig::history
