#include "history/graph.hpp"

#include <fmt/core.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "base/error.hpp"
#include "schema/type.hpp"
#include "support/random_source.hpp"

namespace dbmig::history {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using Ids = std::set<std::string>;
using List = std::vector<std::string>;

Revision revision(std::string id, List parents = {}, std::string label = {}) {
  Revision made;
  made.id = std::move(id);
  made.parents = std::move(parents);
  if (!label.empty()) made.labels = {std::move(label)};
  made.path = made.id + ".yaml";
  return made;
}

/// The what() of the Error that `work` throws, checked to have `code`.
template <class Work>
std::string complaint(ErrorCode code, Work work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code) << error.what();
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

std::string broken(std::vector<Revision> revisions) {
  return complaint(ErrorCode::invalid, [&] { const Graph graph(std::move(revisions)); });
}

/// a - b - c, with d beside c and m over both:  a - b - c - m - n
///                                                   \- d -/
Graph diamond() {
  return Graph({revision("a1"), revision("b1", {"a1"}), revision("c1", {"b1"}),
                revision("d1", {"b1"}), revision("m1", {"c1", "d1"}), revision("n1", {"m1"})});
}

/// Two branches from b, labelled, and a lonely base.
Graph forked() {
  return Graph({revision("a1"), revision("b1", {"a1"}), revision("c1", {"b1"}, "shop"),
                revision("c2", {"c1"}), revision("d1", {"b1"}, "blog"), revision("d2", {"d1"}),
                revision("z1", {}, "net"), revision("z2", {"z1"})});
}

TEST(Graph, AnEmptyOne) {
  const Graph graph({});
  EXPECT_TRUE(graph.empty());
  EXPECT_THAT(graph.heads(), IsEmpty());
  EXPECT_EQ(graph.fold(), schema::Schema());
  EXPECT_THAT(graph.resolve("head"), IsEmpty());
  EXPECT_THAT(graph.resolve("base"), IsEmpty());
}

TEST(Graph, HeadsBasesAndBranchPoints) {
  EXPECT_THAT(diamond().heads(), ElementsAre("n1"));
  EXPECT_THAT(diamond().branch_points(), ElementsAre("b1"));
  EXPECT_THAT(diamond().topological(), ElementsAre("a1", "b1", "c1", "d1", "m1", "n1"));
  EXPECT_THAT(forked().bases(), ElementsAre("a1", "z1"));
  EXPECT_THAT(forked().heads(), testing::UnorderedElementsAre("c2", "d2", "z2"));
  EXPECT_THAT(diamond().children("b1"), ElementsAre("c1", "d1"));
  EXPECT_TRUE(diamond().is_head("n1"));
  EXPECT_FALSE(diamond().is_head("m1"));
  EXPECT_FALSE(diamond().is_head("nowhere"));
}

TEST(Graph, WhatCouldComeNextComesByTime) {
  Revision early = revision("z1", {"a1"});
  early.created = "2026-01-01T00:00:00Z";
  Revision late = revision("b1", {"a1"});
  late.created = "2026-01-02T00:00:00Z";
  EXPECT_THAT(Graph({revision("a1"), late, early}).topological(), ElementsAre("a1", "z1", "b1"));
}

TEST(Graph, AMissingParentIsNamedWithItsFile) {
  EXPECT_THAT(broken({revision("b1", {"a1"})}),
              HasSubstr("b1.yaml: Can't locate revision identified by 'a1'"));
}

TEST(Graph, EveryMistakeIsNamedAtOnce) {
  const std::string text = broken({revision("a1", {"x"}), revision("b1", {"y"}), revision("b1")});
  EXPECT_THAT(text, HasSubstr("identified by 'x'"));
  EXPECT_THAT(text, HasSubstr("identified by 'y'"));
  EXPECT_THAT(text, HasSubstr("Revision b1 is present more than once; the other is b1.yaml"));
}

TEST(Graph, CyclesAreNamedWithoutWhatHangsOnThem) {
  EXPECT_THAT(broken({revision("a1"), revision("b1", {"a1", "d1"}), revision("c1", {"b1"}),
                      revision("d1", {"c1"}), revision("e1", {"d1"})}),
              HasSubstr("Cycle is detected in revisions (b1, c1, d1)"));
  EXPECT_THAT(broken({revision("a1", {"a1"})}),
              HasSubstr("Self-loop is detected in revisions (a1)"));
}

TEST(Graph, NamesMustBeGood) {
  EXPECT_THAT(broken({revision("a1", {}, "x"), revision("b1", {"a1"}, "x")}),
              HasSubstr("Branch name 'x' in revision b1 already used by revision a1"));
  EXPECT_THAT(broken({revision("a1"), revision("b1", {"a1"}, "a1")}),
              HasSubstr("Branch name 'a1' in revision b1 already used by revision a1"));
  EXPECT_THAT(broken({revision("head")}), HasSubstr("'head' cannot name a revision"));
  EXPECT_THAT(broken({revision("a@b")}),
              HasSubstr("Character '@' not allowed in revision identifier 'a@b'"));
  EXPECT_THAT(broken({revision("")}), HasSubstr("a revision has no id"));
  EXPECT_THAT(broken({revision("a1"), revision("b1", {"a1", "a1"})}),
              HasSubstr("names its parent 'a1' twice"));
}

TEST(Graph, HeadsOfWhatIsApplied) {
  const Graph graph = diamond();
  EXPECT_THAT(graph.heads_of({"a1", "b1", "c1", "d1"}), ElementsAre("c1", "d1"));
  EXPECT_THAT(graph.heads_of({"a1", "n1"}), ElementsAre("n1"));
  EXPECT_THAT(graph.heads_of({}), IsEmpty());
  EXPECT_THAT(complaint(ErrorCode::not_found, [&] { graph.heads_of({"gone"}); }),
              HasSubstr("Can't locate revision identified by 'gone'"));
}

TEST(Resolve, IdsPrefixesAndLabels) {
  const Graph graph({revision("abc1"), revision("abd2", {"abc1"}), revision("ff", {"abd2"}, "shop"),
                     revision("ff0", {"ff"})});
  EXPECT_EQ(graph.resolve_one("abc1"), "abc1");
  EXPECT_EQ(graph.resolve_one("abc"), "abc1");
  EXPECT_EQ(graph.resolve_one("shop"), "ff");
  // A whole id is no prefix.
  EXPECT_EQ(graph.resolve_one("ff"), "ff");
  EXPECT_THAT(complaint(ErrorCode::failed, [&] { graph.resolve("ab"); }),
              HasSubstr("Multiple revisions start with 'ab': abc1, abd2"));
  EXPECT_THAT(complaint(ErrorCode::not_found, [&] { graph.resolve("zzz"); }),
              HasSubstr("Can't locate revision identified by 'zzz'"));
  EXPECT_THAT(complaint(ErrorCode::not_found, [&] { graph.resolve(""); }),
              HasSubstr("Can't locate revision identified by ''"));
}

TEST(Resolve, AnIdMayHaveADashInIt) {
  const Graph graph({revision("v-1"), revision("v-1-2", {"v-1"})});
  EXPECT_EQ(graph.resolve_one("v-1"), "v-1");
  EXPECT_EQ(graph.resolve_one("v-1+1"), "v-1-2");
}

TEST(Resolve, HeadAndHeads) {
  EXPECT_EQ(diamond().resolve_one("head"), "n1");
  EXPECT_EQ(forked().resolve("heads"), (Ids{"c2", "d2", "z2"}));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve("head"); }),
              HasSubstr("Multiple head revisions are present for given argument 'head'; please "
                        "specify a specific target revision, '<branchname>@head' to narrow to a "
                        "specific head, or 'heads' for all heads"));
  EXPECT_EQ(forked().resolve_one("shop@head"), "c2");
  EXPECT_EQ(forked().resolve_one("d1@head"), "d2");
  EXPECT_EQ(forked().resolve("net@heads"), (Ids{"z2"}));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve("b1@head"); }),
              HasSubstr("for given argument 'b1@head'"));
}

TEST(Resolve, CurrentAndBase) {
  EXPECT_EQ(diamond().resolve("current", {"a1", "b1", "c1"}), (Ids{"c1"}));
  EXPECT_EQ(diamond().resolve("base", {"a1"}), Ids());
  EXPECT_THAT(complaint(ErrorCode::failed, [] { diamond().resolve_one("base"); }),
              HasSubstr("'base' is not a revision"));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve_one("heads"); }),
              HasSubstr("'heads' names several revisions: c2, d2, z2"));
}

TEST(Resolve, StepsUp) {
  const Graph graph = diamond();
  EXPECT_EQ(graph.resolve("+1", {"a1"}), (Ids{"b1"}));
  EXPECT_EQ(graph.resolve("+2", {}), (Ids{"b1"}));
  EXPECT_EQ(graph.resolve("base+1", {"b1"}), (Ids{"a1"}));
  EXPECT_EQ(graph.resolve("c1+2"), (Ids{"n1"}));
  EXPECT_EQ(graph.resolve("a+1"), (Ids{"b1"}));
  EXPECT_THAT(complaint(ErrorCode::failed, [&] { graph.resolve("+2", {"a1"}); }),
              HasSubstr("Ambiguous walk: '+2' could go from b1 to any of c1, d1"));
  EXPECT_THAT(complaint(ErrorCode::failed, [&] { graph.resolve("+3", {"m1"}); }),
              HasSubstr("Relative revision +3 didn't produce 3 migrations"));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve("+1", {}); }),
              HasSubstr("from base to any of a1, z1"));
  EXPECT_EQ(forked().resolve("shop@+1", {"b1"}), (Ids{"c1"}));
  EXPECT_EQ(forked().resolve("net@+1", {}), (Ids{"z1"}));
}

TEST(Resolve, StepsDown) {
  const Graph graph = diamond();
  EXPECT_EQ(graph.resolve("-1", {"a1", "b1"}), (Ids{"a1"}));
  EXPECT_EQ(graph.resolve("-2", {"b1"}), Ids());
  EXPECT_EQ(graph.resolve("head-1"), (Ids{"m1"}));
  EXPECT_EQ(graph.resolve("c1-1"), (Ids{"b1"}));
  EXPECT_THAT(complaint(ErrorCode::failed,
                        [&] {
                          graph.resolve("-3", {"a1", "b1"});
                        }),
              HasSubstr("Relative revision -3 didn't produce 3 migrations"));
  EXPECT_THAT(complaint(ErrorCode::failed, [&] { graph.resolve("-1", {}); }),
              HasSubstr("Relative revision -1 didn't produce 1 migrations"));
  EXPECT_THAT(complaint(ErrorCode::failed,
                        [&] {
                          graph.resolve("-1", {"c1", "d1"});
                        }),
              HasSubstr("Ambiguous downgrade from multiple current revisions (c1, d1)"));
  EXPECT_EQ(forked().resolve("shop@-1", {"c2", "d2"}), (Ids{"c1"}));
}

TEST(Resolve, AStepDownFromAMergeLeavesAllItsParents) {
  EXPECT_EQ(diamond().resolve("-1", {"m1"}), (Ids{"c1", "d1"}));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { diamond().resolve("-2", {"m1"}); }),
              HasSubstr("Ambiguous walk: '-2'"));
}

TEST(Resolve, ABranchAndARevisionThatIsNotInIt) {
  EXPECT_EQ(forked().resolve("shop@c2"), (Ids{"c2"}));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve("shop@d2"); }),
              HasSubstr("Revision d2 is not a member of branch 'shop'"));
  EXPECT_THAT(complaint(ErrorCode::failed, [] { forked().resolve("shop@base"); }),
              HasSubstr("'shop@base' says where a downgrade ends"));
}

TEST(Resolve, TooManySteps) {
  EXPECT_THAT(complaint(ErrorCode::failed, [] { diamond().resolve("+99999999999999999999"); }),
              HasSubstr("too many steps"));
}

TEST(Paths, UpgradeRunsParentsFirst) {
  EXPECT_THAT(diamond().upgrade_path({"a1"}, {"n1"}), ElementsAre("b1", "c1", "d1", "m1", "n1"));
  EXPECT_THAT(diamond().upgrade_path({"a1", "b1", "c1", "d1"}, {"c1"}), IsEmpty());
  EXPECT_THAT(diamond().upgrade_path({}, {}), IsEmpty());
  EXPECT_THAT(complaint(ErrorCode::not_found, [] { diamond().upgrade_path({}, {"x"}); }),
              HasSubstr("Can't locate revision identified by 'x'"));
}

TEST(Paths, DowngradeRunsChildrenFirst) {
  const Ids all = {"a1", "b1", "c1", "d1", "m1", "n1"};
  EXPECT_THAT(diamond().downgrade_path(all, Ids{}),
              ElementsAre("n1", "m1", "d1", "c1", "b1", "a1"));
  EXPECT_THAT(diamond().downgrade_path(all, Ids{"b1"}), ElementsAre("n1", "m1", "d1", "c1"));
  EXPECT_THAT(diamond().downgrade_path(all, Ids{"n1"}), IsEmpty());
}

TEST(Paths, DowngradeToAParentOfAMergeTakesBackTheMergeAlone) {
  EXPECT_THAT(diamond().downgrade_path({"a1", "b1", "c1", "d1", "m1"}, Ids{"c1"}),
              ElementsAre("m1"));
}

TEST(Paths, DowngradeLeavesOtherBranchesAlone) {
  const Ids all = {"a1", "b1", "c1", "c2", "d1", "d2", "z1", "z2"};
  EXPECT_THAT(forked().downgrade_path(all, Ids{"c1"}), ElementsAre("c2"));
  EXPECT_THAT(forked().downgrade_path(all, Ids{"c1", "z1"}),
              testing::UnorderedElementsAre("c2", "z2"));
}

TEST(Paths, DowngradeOfABranchToItsBase) {
  const Ids all = {"a1", "b1", "c1", "c2", "d1", "d2", "z1", "z2"};
  EXPECT_THAT(forked().downgrade_path(all, "net@base"), ElementsAre("z2", "z1"));
  EXPECT_THAT(forked().downgrade_path(all, "shop@base"), ElementsAre("c2", "c1"));
  // What both branches stand on goes when the other one is not there.
  EXPECT_THAT(forked().downgrade_path({"a1", "b1", "c1"}, "shop@base"),
              ElementsAre("c1", "b1", "a1"));
  EXPECT_THAT(forked().downgrade_path({"z1", "z2"}, "-1"), ElementsAre("z2"));
  EXPECT_EQ(forked().downgrade_path(all, "base").size(), 8U);
}

TEST(Paths, DowngradeNeedsATargetThatIsThere) {
  EXPECT_THAT(complaint(ErrorCode::failed, [] { diamond().downgrade_path({"a1"}, Ids{"c1"}); }),
              HasSubstr("Destination c1 is not a valid downgrade target from current head(s)"));
}

ops::AddColumn add_column(const std::string& table, const std::string& name) {
  schema::Column column;
  column.name = name;
  return {table, column, std::nullopt};
}

ops::CreateTable create_table(const std::string& name) {
  ops::CreateTable create;
  create.table.name = name;
  create.table.columns.emplace_back();
  create.table.columns.back().name = "id";
  return create;
}

TEST(Fold, AddsUpOverAMerge) {
  Revision a = revision("a1");
  a.upgrade = {create_table("t")};
  Revision b = revision("b1", {"a1"});
  b.upgrade = {add_column("t", "b")};
  Revision c = revision("c1", {"a1"});
  c.upgrade = {add_column("t", "c")};
  const Graph graph({a, b, c, revision("m1", {"b1", "c1"})});
  EXPECT_EQ(graph.fold().table("t").column_names(), (List{"id", "b", "c"}));
  EXPECT_EQ(graph.fold({"c1"}).table("t").column_names(), (List{"id", "c"}));
  EXPECT_EQ(graph.fold({}), schema::Schema());
}

TEST(Fold, AnOperationThatDoesNotFitIsNamedWithItsPlace) {
  Revision a = revision("a1");
  a.upgrade = {create_table("t"), add_column("u", "b")};
  a.upgrade_positions = {{"a1.yaml", 5, 3}, {"a1.yaml", 9, 5}};
  EXPECT_THAT(complaint(ErrorCode::invalid, [&] { Graph({a}).fold(); }),
              HasSubstr("a1.yaml:9:5: revision a1: add column 'u.b': there is no table 'u' at this "
                        "point; did you mean 't'?"));
}

TEST(Downgrade, IsTheInverseOrWhatWasWritten) {
  Revision a = revision("a1");
  a.upgrade = {create_table("t"), add_column("t", "b")};
  const std::vector<ops::Operation> back = downgrade_operations(a, {});
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(ops::describe(back[0]), "drop column 't.b'");
  EXPECT_EQ(ops::describe(back[1]), "drop table 't'");
  a.downgrade.emplace();
  EXPECT_THAT(downgrade_operations(a, {}), IsEmpty());
}

TEST(Downgrade, OfPlainSqlSaysWhatToDo) {
  Revision a = revision("a1");
  a.upgrade = {ops::Execute{{"DELETE FROM t", {}, {}}, {}}};
  a.upgrade_positions = {{"a1.yaml", 5, 3}};
  EXPECT_THAT(complaint(ErrorCode::failed, [&] { downgrade_operations(a, {}); }),
              HasSubstr("a1.yaml:5:3: revision a1: execute \"DELETE FROM t\": plain SQL has no "
                        "inverse; say how to reverse it with `execute: {sql: …, undo: …}`"));
}

/// A random graph of `size` revisions with merges, branches and several bases.
std::vector<Revision> random_revisions(test::RandomSource& random, int size) {
  std::vector<Revision> revisions;
  for (int i = 0; i < size; ++i) {
    Ids parents;
    const int count = i == 0 || random.chance(5) ? 0 : random.chance(20) ? 2 : 1;
    for (int j = 0; j < count; ++j) {
      const auto back = random.below(std::min<std::size_t>(static_cast<std::size_t>(i), 6));
      parents.insert(revisions[static_cast<std::size_t>(i) - 1 - back].id);
    }
    revisions.push_back(
        revision(fmt::format("{:04x}", (i * 7919) % 65536), {parents.begin(), parents.end()}));
    revisions.back().created = fmt::format("{:04}", random.below(100));
  }
  random.shuffle(revisions);
  return revisions;
}

Ids pick(const Graph& graph, test::RandomSource& random, int most) {
  Ids ids;
  const int count = random.between(0, most);
  for (int i = 0; i < count; ++i) ids.insert(random.pick(graph.topological()));
  return ids;
}

void expect_parents_first(const Graph& graph, const List& path, Ids have) {
  for (const std::string& id : path) {
    for (const std::string& parent : graph.get(id).parents) EXPECT_EQ(have.count(parent), 1U);
    EXPECT_TRUE(have.insert(id).second);
  }
}

TEST(GraphProperties, PathsOverRandomGraphs) {
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    SCOPED_TRACE(seed);
    test::RandomSource random(seed);
    const Graph graph(random_revisions(random, random.between(1, 25)));
    expect_parents_first(graph, graph.topological(), {});
    ASSERT_EQ(graph.topological().size(), graph.size());

    const Ids start = graph.ancestors(pick(graph, random, 2));
    const Ids targets = pick(graph, random, 2);
    const List up = graph.upgrade_path(start, targets);
    expect_parents_first(graph, up, start);
    Ids reached = start;
    reached.insert(up.begin(), up.end());
    const Ids wanted = graph.ancestors(targets);
    EXPECT_TRUE(std::includes(reached.begin(), reached.end(), wanted.begin(), wanted.end()));
    EXPECT_THAT(graph.upgrade_path(reached, targets), IsEmpty());

    // Back down: the same way, unless other branches are to stay.
    List down = graph.downgrade_path(reached, Ids{});
    EXPECT_EQ(down.size(), reached.size());
    std::reverse(down.begin(), down.end());
    expect_parents_first(graph, down, {});

    const List heads = graph.heads_of(start);
    const Ids stay(heads.begin(), heads.end());
    EXPECT_EQ(graph.ancestors(stay), start);
    List back = graph.downgrade_path(reached, stay);
    for (const std::string& id : back) reached.erase(id);
    std::reverse(back.begin(), back.end());
    expect_parents_first(graph, back, reached);
    EXPECT_TRUE(std::includes(reached.begin(), reached.end(), start.begin(), start.end()) ||
                stay.empty());
    const bool all_descend = std::all_of(up.begin(), up.end(), [&](const std::string& id) {
      return std::any_of(stay.begin(), stay.end(), [&](const std::string& head) {
        return graph.descendants(head).count(id) != 0;
      });
    });
    if (all_descend || stay.empty()) {
      EXPECT_EQ(reached, stay.empty() ? Ids() : start);
    }
  }
}

TEST(GraphProperties, EveryRevisionIsFoundByItsIdAndByEnoughOfIt) {
  test::RandomSource random(7);
  const Graph graph(random_revisions(random, 200));
  for (const std::string& id : graph.topological()) {
    EXPECT_EQ(graph.resolve_one(id), id);
    for (std::size_t length = 1; length < id.size(); ++length) {
      const auto same = std::count_if(
          graph.topological().begin(), graph.topological().end(),
          [&](const std::string& other) { return other.starts_with(id.substr(0, length)); });
      if (same == 1) {
        EXPECT_EQ(graph.resolve_one(id.substr(0, length)), id);
      } else {
        EXPECT_THROW(graph.resolve(id.substr(0, length)), Error);
      }
    }
  }
}

TEST(GraphProperties, UpAndDownAreOpposites) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    test::RandomSource random(seed);
    const Graph graph(random_revisions(random, 15));
    for (const std::string& id : graph.topological()) {
      if (graph.children(id).size() != 1) continue;
      const std::string next = graph.resolve_one(id + "+1");
      EXPECT_EQ(graph.resolve(next + "-1").count(id), 1U);
    }
  }
}

// Whatever a database has of the files, also with holes: a step back takes its head, and no step
// leads over what it does not have.
TEST(GraphProperties, AStepDownTakesBackTheHeadOfWhatIsThere) {
  int tried = 0;
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    SCOPED_TRACE(seed);
    test::RandomSource random(seed);
    const Graph graph(random_revisions(random, 12));
    Ids have;
    const std::string head = random.pick(graph.topological());
    for (const std::string& id : graph.ancestors({head})) {
      if (id == head || random.chance(60)) have.insert(id);
    }
    while (!have.empty()) {
      const List heads = graph.heads_of(have);
      if (heads.size() != 1) break;
      ++tried;
      EXPECT_THAT(graph.downgrade_path(have, "-1"), ElementsAre(heads.front()));
      have.erase(heads.front());
    }
  }
  EXPECT_GT(tried, 200);
}

TEST(Graph, ALongHistoryIsFastAndDoesNotRecurse) {
  constexpr int kRevisions = 20000;
  std::vector<Revision> revisions;
  for (int i = 0; i < kRevisions; ++i) {
    revisions.push_back(
        revision(fmt::format("{:06x}", i), i == 0 ? List{} : List{fmt::format("{:06x}", i - 1)}));
    const std::string table = fmt::format("t{}", i / 20);
    if (i % 20 == 0) {
      revisions.back().upgrade = {create_table(table)};
    } else {
      revisions.back().upgrade = {add_column(table, fmt::format("c{}", i))};
    }
  }
  const auto start = std::chrono::steady_clock::now();
  const Graph graph(std::move(revisions));
  const schema::Schema schema = graph.fold();
  EXPECT_EQ(graph.resolve("-20000", {graph.heads().front()}), Ids());
  EXPECT_EQ(graph.downgrade_path(graph.ancestors({graph.heads().front()}), "base").size(),
            static_cast<std::size_t>(kRevisions));
  const auto seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
  EXPECT_EQ(schema.tables.size(), 1000U);
  // Copying the schema for every operation would take minutes.
  EXPECT_LT(seconds.count(), 20);
}

}  // namespace
}  // namespace dbmig::history
