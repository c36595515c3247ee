#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "history/graph.hpp"

namespace dbmig::history {
namespace {

using Ids = std::set<std::string>;

/// "a b" as a list; "-" and "" are none.
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> list;
  for (const std::string& word : text::split(text, ' ')) {
    if (!word.empty() && word != "-") list.push_back(word);
  }
  return list;
}

struct Line {
  std::string_view id;
  std::string_view parents;
  std::string_view depends_on;
};

Graph graph_of(const std::vector<Line>& lines) {
  std::vector<Revision> revisions;
  for (const Line& line : lines) {
    Revision made;
    made.id = line.id;
    made.parents = words(line.parents);
    made.depends_on = words(line.depends_on);
    revisions.push_back(std::move(made));
  }
  return Graph(std::move(revisions));
}

/// Branches that depend on each other: on the middle of one, on one that is merged later, on a
/// merge, across bases, and in a row.
const std::map<std::string_view, std::vector<Line>> kGraphs = {
    {"two",
     {{"a1", "", ""},
      {"a2", "a1", ""},
      {"a3", "a2", ""},
      {"b1", "", ""},
      {"b2", "b1", "a2"},
      {"b3", "b2", "a3"}}},
    {"three",
     {{"a1", "", ""},
      {"b1", "a1", ""},
      {"b2", "b1", ""},
      {"c1", "a1", "b1"},
      {"c2", "c1", ""},
      {"d1", "a1", "c2"},
      {"d2", "d1", ""}}},
    {"merged",
     {{"a1", "", ""},
      {"b1", "a1", ""},
      {"c1", "a1", ""},
      {"m1", "b1 c1", ""},
      {"x1", "", "c1"},
      {"x2", "x1", "m1"},
      {"y1", "", "x1"}}},
    {"root",
     {{"a1", "", ""}, {"a2", "a1", ""}, {"b1", "", "a2"}, {"b2", "b1", ""}, {"c1", "", "b1"}}},
};

struct Case {
  std::string_view graph;
  std::string_view what;
  std::string_view argument;
  std::string_view alembic;  ///< its answer, sorted (1.8.1)
};

/// What Alembic's RevisionMap answers. An upgrade starts from the base, a downgrade from the
/// heads; `current` is after an upgrade to the revision.
constexpr Case kCases[] = {
    {"two", "heads", "", "a3 b3"},
    {"two", "effective heads", "", "b3"},
    {"two", "upgrade", "a1", "a1"},
    {"two", "upgrade", "a2", "a1 a2"},
    {"two", "upgrade", "a3", "a1 a2 a3"},
    {"two", "upgrade", "b1", "b1"},
    {"two", "upgrade", "b2", "a1 a2 b1 b2"},
    {"two", "upgrade", "b3", "a1 a2 a3 b1 b2 b3"},
    {"two", "upgrade", "heads", "a1 a2 a3 b1 b2 b3"},
    {"two", "downgrade", "a1", "a2 a3 b2 b3"},
    {"two", "current", "a1", "a1"},
    {"two", "downgrade", "a2", "a3 b3"},
    {"two", "current", "a2", "a2"},
    {"two", "downgrade", "a3", "-"},
    {"two", "current", "a3", "a3"},
    {"two", "downgrade", "b1", "b2 b3"},
    {"two", "current", "b1", "b1"},
    {"two", "downgrade", "b2", "b3"},
    {"two", "current", "b2", "a2 b2"},
    {"two", "downgrade", "b3", "-"},
    {"two", "current", "b3", "a3 b3"},
    {"three", "heads", "", "b2 c2 d2"},
    {"three", "effective heads", "", "b2 d2"},
    {"three", "upgrade", "a1", "a1"},
    {"three", "upgrade", "b1", "a1 b1"},
    {"three", "upgrade", "b2", "a1 b1 b2"},
    {"three", "upgrade", "c1", "a1 b1 c1"},
    {"three", "upgrade", "c2", "a1 b1 c1 c2"},
    {"three", "upgrade", "d1", "a1 b1 c1 c2 d1"},
    {"three", "upgrade", "d2", "a1 b1 c1 c2 d1 d2"},
    {"three", "upgrade", "heads", "a1 b1 b2 c1 c2 d1 d2"},
    {"three", "downgrade", "a1", "b1 b2 c1 c2 d1 d2"},
    {"three", "current", "a1", "a1"},
    {"three", "downgrade", "b1", "b2"},
    {"three", "current", "b1", "b1"},
    {"three", "downgrade", "b2", "-"},
    {"three", "current", "b2", "b2"},
    {"three", "downgrade", "c1", "c2 d1 d2"},
    {"three", "current", "c1", "b1 c1"},
    {"three", "downgrade", "c2", "-"},
    {"three", "current", "c2", "b1 c2"},
    {"three", "downgrade", "d1", "d2"},
    {"three", "current", "d1", "b1 c2 d1"},
    {"three", "downgrade", "d2", "-"},
    {"three", "current", "d2", "b1 c2 d2"},
    {"merged", "heads", "", "m1 x2 y1"},
    {"merged", "effective heads", "", "x2 y1"},
    {"merged", "upgrade", "a1", "a1"},
    {"merged", "upgrade", "b1", "a1 b1"},
    {"merged", "upgrade", "c1", "a1 c1"},
    {"merged", "upgrade", "m1", "a1 b1 c1 m1"},
    {"merged", "upgrade", "x1", "a1 c1 x1"},
    {"merged", "upgrade", "x2", "a1 b1 c1 m1 x1 x2"},
    {"merged", "upgrade", "y1", "a1 c1 x1 y1"},
    {"merged", "upgrade", "heads", "a1 b1 c1 m1 x1 x2 y1"},
    {"merged", "downgrade", "a1", "b1 c1 m1 x1 x2 y1"},
    {"merged", "current", "a1", "a1"},
    {"merged", "downgrade", "b1", "m1 x2"},
    {"merged", "current", "b1", "b1"},
    {"merged", "downgrade", "c1", "m1 x2"},
    {"merged", "current", "c1", "c1"},
    {"merged", "downgrade", "m1", "-"},
    {"merged", "current", "m1", "m1"},
    {"merged", "downgrade", "x1", "x2"},
    {"merged", "current", "x1", "c1 x1"},
    {"merged", "downgrade", "x2", "-"},
    {"merged", "current", "x2", "m1 x2"},
    {"merged", "downgrade", "y1", "-"},
    {"merged", "current", "y1", "c1 x1 y1"},
    {"root", "heads", "", "a2 b2 c1"},
    {"root", "effective heads", "", "b2 c1"},
    {"root", "upgrade", "a1", "a1"},
    {"root", "upgrade", "a2", "a1 a2"},
    {"root", "upgrade", "b1", "a1 a2 b1"},
    {"root", "upgrade", "b2", "a1 a2 b1 b2"},
    {"root", "upgrade", "c1", "a1 a2 b1 c1"},
    {"root", "upgrade", "heads", "a1 a2 b1 b2 c1"},
    {"root", "downgrade", "a1", "a2 b1 b2 c1"},
    {"root", "current", "a1", "a1"},
    {"root", "downgrade", "a2", "-"},
    {"root", "current", "a2", "a2"},
    {"root", "downgrade", "b1", "b2"},
    {"root", "current", "b1", "a2 b1"},
    {"root", "downgrade", "b2", "-"},
    {"root", "current", "b2", "a2 b2"},
    {"root", "downgrade", "c1", "-"},
    {"root", "current", "c1", "a2 b1 c1"},
};

std::string answer(const Graph& graph, const Case& one) {
  const auto sorted = [](const std::vector<std::string>& ids) {
    const Ids set(ids.begin(), ids.end());
    return set.empty() ? "-" : text::join({set.begin(), set.end()}, " ");
  };
  const std::string argument(one.argument);
  if (one.what == "heads") return sorted(graph.heads());
  if (one.what == "effective heads") return sorted(graph.effective_heads());
  if (one.what == "upgrade") return sorted(graph.upgrade_path({}, graph.resolve(argument)));
  if (one.what == "current") return sorted(graph.heads_of(graph.ancestors({argument})));
  const std::vector<std::string> heads = graph.heads();
  return sorted(graph.downgrade_path(graph.ancestors({heads.begin(), heads.end()}), argument));
}

TEST(Dependencies, GraphsAnswerAsAlembics) {
  for (const Case& one : kCases) {
    SCOPED_TRACE(fmt::format("{}: {} {}", one.graph, one.what, one.argument));
    EXPECT_EQ(answer(graph_of(kGraphs.at(one.graph)), one), one.alembic);
  }
}

TEST(Dependencies, WhatARevisionDependsOnComesBeforeIt) {
  for (const auto& [name, lines] : kGraphs) {
    const Graph graph = graph_of(lines);
    std::map<std::string, std::size_t> place;
    for (const std::string& id : graph.topological()) place.emplace(id, place.size());
    for (const std::string& id : graph.topological()) {
      for (const std::string& needed : graph.needs(id)) EXPECT_LT(place[needed], place[id]) << id;
    }
  }
}

TEST(Dependencies, MistakesAreNamed) {
  const auto complaint = [](const std::vector<Line>& lines) {
    try {
      graph_of(lines);
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_NE(complaint({{"a1", "", "zz"}})
                .find("Can't locate revision identified by 'zz', which "
                      "'a1' depends on"),
            std::string::npos);
  EXPECT_NE(
      complaint({{"a1", "", "a1"}}).find("Dependency self-loop is detected in revisions (a1)"),
      std::string::npos);
  EXPECT_NE(complaint({{"a1", "", "b1"}, {"b1", "", "a1"}})
                .find("Dependency cycle is detected in revisions (a1, b1)"),
            std::string::npos);
  EXPECT_NE(complaint({{"a1", "b1", ""}, {"b1", "a1", ""}}).find("Cycle is detected"),
            std::string::npos);
}

TEST(Dependencies, ALabelNamesTheRevisionItBeginsWith) {
  std::vector<Revision> revisions(3);
  revisions[0].id = "a1";
  revisions[0].labels = {"shop", "store"};
  revisions[1].id = "a2";
  revisions[1].parents = {"a1"};
  revisions[2].id = "b1";
  revisions[2].depends_on = {"store"};
  const Graph graph(std::move(revisions));
  EXPECT_EQ(graph.needs("b1"), Ids{"a1"});
  EXPECT_EQ(graph.labels("a2"), (Ids{"shop", "store"}));
  EXPECT_EQ(graph.labels("b1"), Ids());
  EXPECT_EQ(graph.resolve("store@head"), Ids{"a2"});
}

}  // namespace
}  // namespace dbmig::history
