// Where boxes and lines of a diagram stand: properties over random graphs.

#include "diagram/layout.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <numeric>
#include <set>

#include "diagram/clusters.hpp"
#include "diagram/crossings.hpp"
#include "diagram/packing.hpp"
#include "diagram/ranks.hpp"
#include "diagram/stacking.hpp"
#include "support/property.hpp"
#include "support/random_source.hpp"

namespace dbmig::diagram {
namespace {

struct Graph {
  std::vector<Box> boxes;
  std::vector<Link> links;
  LayoutOptions options;
};

/// From nothing to 120 boxes; chains, stars, circles, links to oneself, several between two.
Graph random_graph(std::uint64_t seed) {
  test::RandomSource random(seed);
  Graph graph;
  const int boxes = random.chance(80) ? random.between(0, 24) : random.between(25, 120);
  for (int i = 0; i < boxes; ++i) {
    Box box{fmt::format("t{:03}", i),
            static_cast<double>(random.between(90, 380)),
            static_cast<double>(random.between(30, 600)),
            {}};
    if (random.chance(10)) box.group = fmt::format("group {}", random.between(1, 3));
    graph.boxes.push_back(box);
  }
  const std::size_t links = boxes == 0 ? 0 : random.below(static_cast<std::size_t>(boxes) * 2);
  const bool has_hub = random.chance(40);
  for (std::size_t i = 0; i < links; ++i) {
    Link link;
    link.from = random.below(graph.boxes.size());
    link.to = has_hub && random.chance(50) ? 0 : random.below(graph.boxes.size());
    link.from_y = random.between(0, static_cast<int>(graph.boxes[link.from].height));
    link.to_y = random.between(0, static_cast<int>(graph.boxes[link.to].height));
    graph.links.push_back(link);
  }
  if (random.chance(30)) {
    for (const Box& box : graph.boxes) {
      if (random.chance(15)) {
        graph.options.pinned[box.name] = {static_cast<double>(random.between(-200, 2000)),
                                          static_cast<double>(random.between(-200, 2000))};
      }
    }
  }
  return graph;
}

Layout lay_out(const Graph& graph) {
  return lay_out(graph.boxes, graph.links, graph.options);
}

/// All of a layout as text, boxes by name and links in one order.
std::string bytes_of(const Graph& graph, const Layout& layout) {
  std::set<std::string> lines;
  for (std::size_t i = 0; i < graph.boxes.size(); ++i) {
    const Rectangle& box = layout.boxes[i];
    lines.insert(
        fmt::format("{} {} {} {} {}", graph.boxes[i].name, box.x, box.y, box.width, box.height));
  }
  std::multiset<std::string> paths;
  for (const Curve& curve : layout.links) paths.insert(to_path(curve));
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  for (const std::string& path : paths) text += path + "\n";
  for (const Area& area : layout.areas) {
    text += fmt::format("{} {} {} {} {}\n", area.name, area.place.x, area.place.y, area.place.width,
                        area.place.height);
  }
  return text + fmt::format("{} {}", layout.width, layout.height);
}

/// Points of a curve, close together.
std::vector<Point> samples_of(const Curve& curve) {
  std::vector<Point> points;
  for (std::size_t i = 0; i + 3 < curve.size(); i += 3) {
    for (int step = 0; step <= 24; ++step) {
      const double t = step / 24.0;
      const double u = 1 - t;
      const auto mix = [&](double a, double b, double c, double d) {
        return u * u * u * a + 3 * u * u * t * b + 3 * u * t * t * c + t * t * t * d;
      };
      points.push_back({mix(curve[i].x, curve[i + 1].x, curve[i + 2].x, curve[i + 3].x),
                        mix(curve[i].y, curve[i + 1].y, curve[i + 2].y, curve[i + 3].y)});
    }
  }
  return points;
}

bool is_at_side(const Point& point, const Rectangle& box) {
  const bool is_beside = point.x == box.x || point.x == box.right();
  return is_beside && point.y >= box.y - 6 && point.y <= box.bottom() + 6;
}

class LayoutProperty : public testing::Test {
 protected:
  template <class Property>
  void over_graphs(std::uint64_t usual, Property property) {
    const std::uint64_t seeds = test::property_seeds(usual);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      const Graph graph = random_graph(seed);
      property(graph, lay_out(graph));
      if (HasFailure()) {
        ADD_FAILURE() << "with seed " << seed << ": " << graph.boxes.size() << " boxes";
        return;
      }
    }
  }
};

TEST_F(LayoutProperty, NoTwoBoxesOverlapUnlessBothArePinned) {
  over_graphs(150, [](const Graph& graph, const Layout& layout) {
    ASSERT_EQ(layout.boxes.size(), graph.boxes.size());
    const auto is_pinned = [&](std::size_t i) {
      return graph.options.pinned.count(graph.boxes[i].name) != 0;
    };
    for (std::size_t i = 0; i < layout.boxes.size(); ++i) {
      EXPECT_EQ(layout.boxes[i].width, graph.boxes[i].width);
      EXPECT_EQ(layout.boxes[i].height, graph.boxes[i].height);
      for (std::size_t j = 0; j < i; ++j) {
        if (is_pinned(i) && is_pinned(j)) continue;
        EXPECT_FALSE(layout.boxes[i].overlaps(layout.boxes[j]))
            << graph.boxes[i].name << " and " << graph.boxes[j].name;
      }
    }
  });
}

TEST_F(LayoutProperty, EveryLinkBeginsAndEndsAtItsBoxes) {
  over_graphs(150, [](const Graph& graph, const Layout& layout) {
    ASSERT_EQ(layout.links.size(), graph.links.size());
    for (std::size_t i = 0; i < graph.links.size(); ++i) {
      const Curve& curve = layout.links[i];
      ASSERT_GE(curve.size(), 4U);
      ASSERT_EQ(curve.size() % 3, 1U);
      const Link& link = graph.links[i];
      EXPECT_TRUE(is_at_side(curve.front(), layout.boxes[link.from])) << to_path(curve);
      EXPECT_TRUE(is_at_side(curve.back(), layout.boxes[link.to])) << to_path(curve);
      if (link.from == link.to) continue;
      EXPECT_EQ(curve.front().y, layout.boxes[link.from].y + link.from_y);
      EXPECT_EQ(curve.back().y, layout.boxes[link.to].y + link.to_y);
    }
  });
}

TEST_F(LayoutProperty, InsideOfAnAreaLinksGoRoundTheOtherBoxes) {
  over_graphs(100, [](const Graph& graph, const Layout& layout) {
    if (!graph.options.pinned.empty()) return;
    for (const Area& area : layout.areas) {
      const std::set<std::size_t> members(area.boxes.begin(), area.boxes.end());
      for (std::size_t i = 0; i < graph.links.size(); ++i) {
        const Link& link = graph.links[i];
        if (members.count(link.from) == 0 || members.count(link.to) == 0) continue;
        for (const Point& point : samples_of(layout.links[i])) {
          for (const std::size_t box : members) {
            if (box == link.from || box == link.to) continue;
            const Rectangle& place = layout.boxes[box];
            const bool is_inside = point.x > place.x + 1 && point.x < place.right() - 1 &&
                                   point.y > place.y + 1 && point.y < place.bottom() - 1;
            EXPECT_FALSE(is_inside)
                << to_path(layout.links[i]) << " through " << graph.boxes[box].name;
            if (is_inside) return;
          }
        }
      }
    }
  });
}

TEST_F(LayoutProperty, TheOrderOfWhatIsGivenChangesNothing) {
  over_graphs(100, [](const Graph& graph, const Layout& layout) {
    test::RandomSource random(graph.boxes.size());
    std::vector<std::size_t> order(graph.boxes.size());
    std::iota(order.begin(), order.end(), 0U);
    random.shuffle(order);
    Graph shuffled;
    shuffled.options = graph.options;
    std::vector<std::size_t> place(order.size());
    for (std::size_t i = 0; i < order.size(); ++i) {
      place[order[i]] = i;
      shuffled.boxes.push_back(graph.boxes[order[i]]);
    }
    for (const Link& link : graph.links) {
      shuffled.links.push_back({place[link.from], place[link.to], link.from_y, link.to_y});
    }
    random.shuffle(shuffled.links);
    EXPECT_EQ(bytes_of(shuffled, lay_out(shuffled)), bytes_of(graph, layout));
  });
}

TEST_F(LayoutProperty, EveryBoxIsInOneAreaAndInsideOfIt) {
  over_graphs(100, [](const Graph& graph, const Layout& layout) {
    std::multiset<std::size_t> seen;
    for (const Area& area : layout.areas) {
      for (const std::size_t box : area.boxes) {
        seen.insert(box);
        if (!graph.options.pinned.empty()) continue;
        const Rectangle& place = layout.boxes[box];
        EXPECT_GE(place.x, area.place.x);
        EXPECT_LE(place.right(), area.place.right());
        EXPECT_GE(place.y, area.place.y);
        EXPECT_LE(place.bottom(), area.place.bottom());
      }
    }
    EXPECT_EQ(seen.size(), graph.boxes.size());
    EXPECT_EQ(std::set<std::size_t>(seen.begin(), seen.end()).size(), graph.boxes.size());
  });
}

TEST(Layout, WhatIsPinnedStaysThere) {
  const std::vector<Box> boxes{{"a", 100, 50, {}}, {"b", 100, 50, {}}, {"c", 100, 50, {}}};
  const std::vector<Link> links{{1, 0, 10, 10}, {2, 0, 10, 10}};
  const Layout free = lay_out(boxes, links);
  const Layout pinned = lay_out(boxes, links, {{{"c", {free.boxes[1].x, free.boxes[1].y}}}});
  EXPECT_EQ(pinned.boxes[2].x, free.boxes[1].x);
  EXPECT_EQ(pinned.boxes[2].y, free.boxes[1].y);
  EXPECT_FALSE(pinned.boxes[1].overlaps(pinned.boxes[2]));
  EXPECT_EQ(pinned.boxes[0], free.boxes[0]);
}

TEST(Layout, WhatIsReferredToStandsLeftOfWhatRefersToIt) {
  const std::vector<Box> boxes{
      {"child", 100, 50, {}}, {"grandchild", 100, 50, {}}, {"parent", 100, 50, {}}};
  const Layout layout = lay_out(boxes, {{0, 2, 10, 10}, {1, 0, 10, 10}});
  EXPECT_LT(layout.boxes[2].right(), layout.boxes[0].x);
  EXPECT_LT(layout.boxes[0].right(), layout.boxes[1].x);
}

TEST(Layout, LargeSchemasAreCutIntoAreas) {
  // Three stars of twenty, whose middles are linked.
  Graph graph;
  for (int star = 0; star < 3; ++star) {
    for (int i = 0; i < 20; ++i) {
      graph.boxes.push_back({fmt::format("s{}_{:02}", star, i), 120, 60, {}});
      const auto middle = static_cast<std::size_t>(star) * 20;
      if (i > 0) graph.links.push_back({graph.boxes.size() - 1, middle, 10, 10});
    }
  }
  graph.links.push_back({20, 0, 10, 10});
  graph.links.push_back({40, 0, 10, 10});
  const Layout layout = lay_out(graph);
  std::set<std::string> names;
  for (const Area& area : layout.areas) {
    EXPECT_TRUE(area.is_framed);
    EXPECT_EQ(area.boxes.size(), 20U);
    names.insert(area.name);
  }
  EXPECT_EQ(names, (std::set<std::string>{"s0_00", "s1_00", "s2_00"}));
}

TEST(Ranks, NoArrowLeadsUpOnceSomeAreTurnedRound) {
  const std::uint64_t seeds = test::property_seeds(600);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    test::RandomSource random(seed);
    const auto nodes = static_cast<std::size_t>(random.between(1, 40));
    std::vector<Arrow> arrows;
    for (std::size_t i = random.below(nodes * 3); i > 0; --i) {
      const Arrow arrow{random.below(nodes), random.below(nodes)};
      if (arrow.first != arrow.second) arrows.push_back(arrow);
    }
    const std::vector<bool> reversed = reversed_arrows(nodes, arrows);
    for (std::size_t i = 0; i < arrows.size(); ++i) {
      if (reversed[i]) std::swap(arrows[i].first, arrows[i].second);
    }
    std::vector<int> ranks = ranks_of(nodes, arrows);
    for (const bool is_limited : {false, true}) {
      if (is_limited) limit_layers(ranks, arrows, std::vector<double>(nodes, 10), 45);
      std::map<int, int> sizes;
      for (const int rank : ranks) ++sizes[rank];
      for (const auto& [from, to] : arrows) {
        ASSERT_GT(ranks[from], ranks[to]) << "seed " << seed << ", limited " << is_limited;
      }
      ASSERT_EQ(*std::min_element(ranks.begin(), ranks.end()), 0);
      if (!is_limited) continue;
      for (const auto& [rank, size] : sizes) ASSERT_LE(size, 4) << "seed " << seed;
    }
  }
}

TEST(Ranks, NothingIsTurnedRoundWithoutACircle) {
  EXPECT_EQ(reversed_arrows(3, {{2, 1}, {1, 0}, {2, 0}}), (std::vector<bool>{false, false, false}));
}

/// The crossings of all pairs of links, counted one by one.
std::uint64_t crossings_by_pairs(const Layers& layers) {
  std::uint64_t all = 0;
  for (std::size_t l = 1; l < layers.order.size(); ++l) {
    std::map<std::size_t, std::size_t> below;
    for (std::size_t i = 0; i < layers.order[l - 1].size(); ++i) below[layers.order[l - 1][i]] = i;
    std::vector<std::pair<std::size_t, std::size_t>> links;
    for (std::size_t i = 0; i < layers.order[l].size(); ++i) {
      for (const std::size_t other : layers.lower[layers.order[l][i]]) {
        links.emplace_back(i, below.at(other));
      }
    }
    for (const auto& a : links) {
      for (const auto& b : links) all += a.first < b.first && a.second > b.second ? 1 : 0;
    }
  }
  return all;
}

TEST(Crossings, AreCountedAsPairsAreAndNeverBecomeMore) {
  const std::uint64_t seeds = test::property_seeds(150);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    test::RandomSource random(seed);
    Layers layers;
    std::size_t nodes = 0;
    for (int i = random.between(1, 5); i > 0; --i) {
      layers.order.emplace_back();
      for (int k = random.between(1, 8); k > 0; --k) layers.order.back().push_back(nodes++);
    }
    layers.lower.resize(nodes);
    layers.upper.resize(nodes);
    for (std::size_t l = 1; l < layers.order.size(); ++l) {
      for (std::size_t i = random.below(16); i > 0; --i) {
        const std::size_t a = random.pick(layers.order[l - 1]);
        const std::size_t b = random.pick(layers.order[l]);
        layers.lower[b].push_back(a);
        layers.upper[a].push_back(b);
      }
    }
    const std::uint64_t before = count_crossings(layers);
    ASSERT_EQ(before, crossings_by_pairs(layers)) << "seed " << seed;
    auto members = layers.order;
    reduce_crossings(layers);
    ASSERT_LE(count_crossings(layers), before) << "seed " << seed;
    for (std::size_t l = 0; l < members.size(); ++l) {
      auto now = layers.order[l];
      std::sort(now.begin(), now.end());
      ASSERT_EQ(now, members[l]) << "seed " << seed;
    }
  }
}

TEST(Crossings, OfACrossedPairAreTakenAway) {
  Layers layers{{{0, 1}, {2, 3}}, {{}, {}, {1}, {0}}, {{3}, {2}, {}, {}}};
  ASSERT_EQ(count_crossings(layers), 1U);
  reduce_crossings(layers);
  EXPECT_EQ(count_crossings(layers), 0U);
}

TEST(Stacking, KeepsOrderAndGapAndMovesNothingThatFits) {
  EXPECT_EQ(stack_column({{10, 0, 1}, {10, 50, 1}}, 5), (std::vector<double>{0, 50}));
  // Both want to begin at 0: they share the way.
  EXPECT_EQ(stack_column({{10, 0, 1}, {10, 0, 1}}, 5), (std::vector<double>{-7.5, 7.5}));
  EXPECT_EQ(stack_column({{10, 0, 3}, {10, 0, 1}}, 5), (std::vector<double>{-3.75, 11.25}));
  EXPECT_TRUE(stack_column({}, 5).empty());
}

TEST(Packing, NothingOverlapsAndNothingIsNearerThanTheGap) {
  const std::uint64_t seeds = test::property_seeds(150);
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    test::RandomSource random(seed);
    std::vector<Size> sizes;
    for (int i = random.between(0, 30); i > 0; --i) {
      sizes.push_back({static_cast<double>(random.between(1, 500)),
                       static_cast<double>(random.between(1, 500))});
    }
    const double gap = random.between(0, 40);
    const std::vector<Rectangle> places = pack(sizes, gap, 1.5);
    ASSERT_EQ(places.size(), sizes.size());
    for (std::size_t i = 0; i < places.size(); ++i) {
      Rectangle around = places[i];
      around.width += gap;
      around.height += gap;
      ASSERT_GE(places[i].x, 0);
      ASSERT_GE(places[i].y, 0);
      for (std::size_t j = 0; j < places.size(); ++j) {
        if (i == j) continue;
        Rectangle other = places[j];
        other.width += gap;
        other.height += gap;
        ASSERT_FALSE(around.overlaps(other)) << "seed " << seed;
      }
    }
  }
}

TEST(Clusters, ComponentsAndCommunities) {
  // Two triangles and a bridge; one node alone.
  const std::vector<ClusterEdge> ties{{0, 1, 1}, {1, 2, 1}, {0, 2, 1}, {3, 4, 1},
                                      {4, 5, 1}, {3, 5, 1}, {2, 3, 1}};
  EXPECT_EQ(components_of(7, ties), (std::vector<std::size_t>{0, 0, 0, 0, 0, 0, 1}));
  EXPECT_EQ(communities_of(7, ties), (std::vector<std::size_t>{0, 0, 0, 1, 1, 1, 2}));
}

}  // namespace
}  // namespace dbmig::diagram
