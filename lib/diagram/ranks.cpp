#include "diagram/ranks.hpp"

#include <algorithm>
#include <limits>
#include <set>

namespace dbmig::diagram {
namespace {

using Neighbours = std::vector<std::vector<std::size_t>>;

/// Nodes in an order in which arrows' ends come before their beginnings.
std::vector<std::size_t> ends_first(std::size_t nodes, const std::vector<Arrow>& arrows) {
  Neighbours before(nodes);
  std::vector<std::size_t> open(nodes, 0);
  for (const auto& [from, to] : arrows) {
    before[to].push_back(from);
    ++open[from];
  }
  std::set<std::size_t> ready;
  for (std::size_t node = 0; node < nodes; ++node) {
    if (open[node] == 0) ready.insert(node);
  }
  std::vector<std::size_t> order;
  while (!ready.empty()) {
    const std::size_t node = *ready.begin();
    ready.erase(ready.begin());
    order.push_back(node);
    for (const std::size_t other : before[node]) {
      if (--open[other] == 0) ready.insert(other);
    }
  }
  return order;
}

/// Moves nodes towards where most of their arrows lead, as far as the others let them.
bool tighten_ranks(const std::vector<std::size_t>& order, const Neighbours& to,
                   const Neighbours& from, std::vector<int>& ranks) {
  bool moved = false;
  for (const std::size_t node : order) {
    int low = 0;
    for (const std::size_t other : to[node]) low = std::max(low, ranks[other] + 1);
    int high = std::numeric_limits<int>::max();
    for (const std::size_t other : from[node]) high = std::min(high, ranks[other] - 1);
    const bool has_more_behind = from[node].size() > to[node].size();
    const int wanted = has_more_behind && !from[node].empty() ? high : low;
    if (wanted != ranks[node] && wanted <= high) {
      ranks[node] = wanted;
      moved = true;
    }
  }
  return moved;
}

}  // namespace

std::vector<bool> reversed_arrows(std::size_t nodes, const std::vector<Arrow>& arrows) {
  std::vector<std::vector<std::size_t>> leaving(nodes);  // indexes of arrows
  std::vector<int> balance(nodes, 0);
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    leaving[arrows[i].first].push_back(i);
    ++balance[arrows[i].first];
    --balance[arrows[i].second];
  }
  // Nodes that more leaves than arrives at come first: then the fewest arrows lead back.
  std::vector<std::size_t> order(nodes);
  for (std::size_t i = 0; i < nodes; ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return balance[a] > balance[b]; });
  enum class State { fresh, open, done };
  std::vector<State> states(nodes, State::fresh);
  std::vector<bool> reversed(arrows.size(), false);
  std::vector<std::pair<std::size_t, std::size_t>> path;  // node, next of its arrows
  for (const std::size_t root : order) {
    if (states[root] != State::fresh) continue;
    states[root] = State::open;
    path.emplace_back(root, 0);
    while (!path.empty()) {
      auto& [node, next] = path.back();
      if (next == leaving[node].size()) {
        states[node] = State::done;
        path.pop_back();
        continue;
      }
      const std::size_t arrow = leaving[node][next++];
      const std::size_t target = arrows[arrow].second;
      if (states[target] == State::open) {
        reversed[arrow] = true;
      } else if (states[target] == State::fresh) {
        states[target] = State::open;
        path.emplace_back(target, 0);
      }
    }
  }
  return reversed;
}

std::vector<int> ranks_of(std::size_t nodes, const std::vector<Arrow>& arrows) {
  Neighbours to(nodes);
  Neighbours from(nodes);
  for (const auto& [begin, end] : arrows) {
    to[begin].push_back(end);
    from[end].push_back(begin);
  }
  const std::vector<std::size_t> order = ends_first(nodes, arrows);
  std::vector<int> ranks(nodes, 0);
  for (const std::size_t node : order) {
    for (const std::size_t other : to[node]) ranks[node] = std::max(ranks[node], ranks[other] + 1);
  }
  const std::vector<std::size_t> back(order.rbegin(), order.rend());
  for (int round = 0; round < 8; ++round) {
    if (!tighten_ranks(back, to, from, ranks)) break;
  }
  if (nodes == 0) return ranks;
  const int lowest = *std::min_element(ranks.begin(), ranks.end());
  for (int& rank : ranks) rank -= lowest;
  return ranks;
}

void limit_layers(std::vector<int>& ranks, const std::vector<Arrow>& arrows,
                  const std::vector<double>& heights, double limit) {
  const std::size_t nodes = ranks.size();
  Neighbours from(nodes);
  for (const auto& [begin, end] : arrows) from[end].push_back(begin);
  for (int rank = 0;; ++rank) {
    std::vector<std::size_t> layer;
    for (std::size_t node = 0; node < nodes; ++node) {
      if (ranks[node] == rank) layer.push_back(node);
    }
    std::stable_sort(layer.begin(), layer.end(),
                     [&](std::size_t a, std::size_t b) { return from[a].size() > from[b].size(); });
    double height = 0;
    for (std::size_t i = 0; i < layer.size(); ++i) {
      height += heights[layer[i]];
      if (i == 0 || height <= limit) continue;
      ++ranks[layer[i]];
      height -= heights[layer[i]];
      for (const std::size_t other : from[layer[i]]) {
        ranks[other] = std::max(ranks[other], ranks[layer[i]] + 1);
      }
    }
    // What moved may have pushed others, which are pushed on when their layer comes.
    for (const std::size_t node : layer) {
      for (const std::size_t other : from[node]) {
        ranks[other] = std::max(ranks[other], ranks[node] + 1);
      }
    }
    const bool is_last =
        std::none_of(ranks.begin(), ranks.end(), [&](int other) { return other > rank; });
    if (is_last) return;
  }
}

}  // namespace dbmig::diagram
