// Which rows can be written together, and in which order, against an obvious search.
#include "import/row_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "support/property.hpp"

namespace dbmig::test {
namespace {

using import::RowGraph;

struct Case {
  std::size_t rows = 0;
  std::vector<std::pair<std::size_t, std::vector<std::size_t>>> needs;
  std::vector<bool> refused;
};

Case random_case(std::mt19937& random) {
  Case made;
  made.rows = 1 + random() % 12;
  for (std::size_t row = 0; row < made.rows; ++row) {
    for (std::size_t n = random() % 3; n > 0; --n) {
      std::vector<std::size_t> parents;
      const std::size_t count = random() % 8 == 0 ? 0 : 1 + random() % 2;
      for (std::size_t i = 0; i < count; ++i) parents.push_back(random() % made.rows);
      std::sort(parents.begin(), parents.end());
      parents.erase(std::unique(parents.begin(), parents.end()), parents.end());
      made.needs.emplace_back(row, parents);
    }
    made.refused.push_back(random() % 10 == 0);
  }
  return made;
}

std::vector<bool> searched(const Case& one) {
  std::vector<bool> chosen(one.rows);
  for (std::size_t row = 0; row < one.rows; ++row) chosen[row] = !one.refused[row];
  for (bool is_changed = true; is_changed;) {
    is_changed = false;
    for (const auto& [child, parents] : one.needs) {
      const bool has_one = std::any_of(parents.begin(), parents.end(),
                                       [&](std::size_t parent) { return chosen[parent]; });
      if (has_one || !chosen[child]) continue;
      chosen[child] = false;
      is_changed = true;
    }
  }
  return chosen;
}

/// The number of rows that stand before a parent that they need.
std::size_t early_rows(const Case& one, const std::vector<std::size_t>& order) {
  std::vector<std::size_t> place(one.rows, order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  std::vector<bool> is_early(one.rows);
  for (const auto& [child, parents] : one.needs) {
    if (place[child] == order.size()) continue;
    const bool has_one = std::any_of(parents.begin(), parents.end(), [&](std::size_t parent) {
      return place[parent] < place[child];
    });
    if (!has_one) is_early[child] = true;
  }
  return static_cast<std::size_t>(std::count(is_early.begin(), is_early.end(), true));
}

TEST(RowGraph, ChoosesTheLargestSetAndPutsParentsFirst) {
  std::mt19937 random(3);
  std::size_t with_circles = 0;
  for (std::uint64_t seed = 0; seed < property_seeds(3000); ++seed) {
    const Case one = random_case(random);
    RowGraph graph(one.rows);
    for (const auto& [child, parents] : one.needs) graph.need(child, parents);
    const std::vector<bool> chosen = graph.complete(one.refused);
    ASSERT_EQ(chosen, searched(one)) << "seed " << seed;
    std::vector<std::size_t> groups(one.rows);
    for (std::size_t& group : groups) group = random() % 2;
    std::vector<std::size_t> order = graph.parents_first(chosen, groups);
    const std::size_t early = early_rows(one, order);
    // Without a circle an order exists: repeatedly one whose parents are there.
    std::vector<bool> placed(one.rows);
    for (bool is_changed = true; is_changed;) {
      is_changed = false;
      for (std::size_t row = 0; row < one.rows; ++row) {
        if (placed[row] || !chosen[row]) continue;
        const bool is_ready =
            std::all_of(one.needs.begin(), one.needs.end(), [&](const auto& need) {
              return need.first != row ||
                     std::any_of(need.second.begin(), need.second.end(),
                                 [&](std::size_t parent) { return placed[parent]; });
            });
        if (!is_ready) continue;
        placed[row] = true;
        is_changed = true;
      }
    }
    const bool has_circle = placed != chosen;
    with_circles += has_circle ? 1 : 0;
    EXPECT_EQ(early > 0, has_circle) << "seed " << seed;
    std::sort(order.begin(), order.end());
    std::vector<std::size_t> all;
    for (std::size_t row = 0; row < one.rows; ++row) {
      if (chosen[row]) all.push_back(row);
    }
    ASSERT_EQ(order, all) << "seed " << seed;
  }
  EXPECT_GT(with_circles, 50U);
}

TEST(RowGraph, AForestIsWrittenInTheOrderOfItsRows) {
  RowGraph graph(5);
  graph.need(0, {3});
  graph.need(1, {0});
  graph.need(4, {2});
  const std::vector<bool> none(5);
  const std::vector<std::size_t> groups(5);
  EXPECT_EQ(graph.parents_first(graph.complete(none), groups),
            (std::vector<std::size_t>{2, 3, 0, 1, 4}));
}

TEST(RowGraph, OfRowsWithTheSameKeyTheFirstThatCanBeWrittenIsChosen) {
  using Flags = std::vector<bool>;
  RowGraph graph(4);
  graph.need(0, {3});
  graph.need(2, {1});
  graph.share_key({0, 1});
  EXPECT_EQ(graph.choose(Flags(4), false), (Flags{true, false, false, true}));
  const Flags without_parent{false, false, false, true};
  EXPECT_EQ(graph.choose(without_parent, false), (Flags{false, true, true, false}));
  // Its parent may still come.
  EXPECT_EQ(graph.choose(without_parent, true), (Flags(4)));
  const Flags without_first{true, false, false, false};
  EXPECT_EQ(graph.choose(without_first, true), (Flags{false, true, true, true}));
}

TEST(RowGraph, ARowWhoseParentIsLeftOutGivesItsKeyUp) {
  RowGraph graph(4);
  graph.need(0, {1});  // which has the same key
  graph.need(2, {0});
  graph.share_key({0, 1});
  graph.share_key({2, 3});
  EXPECT_EQ(graph.choose(std::vector<bool>(4), false),
            (std::vector<bool>{false, true, false, true}));
}

}  // namespace
}  // namespace dbmig::test
