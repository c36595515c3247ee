#include "diagram/clusters.hpp"

#include <algorithm>
#include <map>
#include <numeric>

namespace dbmig::diagram {
namespace {

using Numbers = std::vector<std::size_t>;

constexpr double kLeastGain = 1e-9;

/// Numbers renamed 0, 1, 2… in the order in which they come.
Numbers renumbered(const Numbers& numbers) {
  std::map<std::size_t, std::size_t> names;
  Numbers result;
  for (const std::size_t number : numbers) {
    result.push_back(names.emplace(number, names.size()).first->second);
  }
  return result;
}

std::size_t root_of(Numbers& parents, std::size_t node) {
  while (parents[node] != node) node = parents[node] = parents[parents[node]];
  return node;
}

/// One level of Louvain's method: nodes move to the community of a neighbour while that gains.
Numbers move_nodes(std::size_t nodes, const std::vector<ClusterEdge>& ties) {
  std::vector<std::map<std::size_t, double>> around(nodes);
  std::vector<double> degrees(nodes, 0);
  double total = 0;
  for (const ClusterEdge& tie : ties) {
    if (tie.a != tie.b) {
      around[tie.a][tie.b] += tie.weight;
      around[tie.b][tie.a] += tie.weight;
    }
    degrees[tie.a] += tie.weight;
    degrees[tie.b] += tie.weight;
    total += tie.weight;
  }
  Numbers community(nodes);
  std::iota(community.begin(), community.end(), 0U);
  if (total == 0) return community;
  std::vector<double> sums = degrees;  // of a community
  bool moved = true;
  for (int round = 0; moved && round < 32; ++round) {
    moved = false;
    for (std::size_t node = 0; node < nodes; ++node) {
      std::map<std::size_t, double> to;
      for (const auto& [other, weight] : around[node]) to[community[other]] += weight;
      const std::size_t own = community[node];
      sums[own] -= degrees[node];
      const auto gain = [&](std::size_t target) {
        const auto found = to.find(target);
        return (found == to.end() ? 0 : found->second) - sums[target] * degrees[node] / (2 * total);
      };
      std::size_t best = own;
      double most = gain(own);
      for (const auto& [target, weight] : to) {
        const double now = gain(target);
        if (now > most + kLeastGain) {
          most = now;
          best = target;
        }
      }
      sums[best] += degrees[node];
      community[node] = best;
      moved = moved || best != own;
    }
  }
  return renumbered(community);
}

}  // namespace

std::vector<std::size_t> components_of(std::size_t nodes, const std::vector<ClusterEdge>& ties) {
  Numbers parents(nodes);
  std::iota(parents.begin(), parents.end(), 0U);
  for (const ClusterEdge& tie : ties) {
    const std::size_t a = root_of(parents, tie.a);
    const std::size_t b = root_of(parents, tie.b);
    parents[std::max(a, b)] = std::min(a, b);
  }
  Numbers roots;
  for (std::size_t node = 0; node < nodes; ++node) roots.push_back(root_of(parents, node));
  return renumbered(roots);
}

std::vector<std::size_t> communities_of(std::size_t nodes, const std::vector<ClusterEdge>& ties) {
  Numbers community(nodes);
  std::iota(community.begin(), community.end(), 0U);
  std::size_t count = nodes;
  std::vector<ClusterEdge> level = ties;
  while (count > 1) {
    const Numbers next = move_nodes(count, level);
    const std::size_t fewer = next.empty() ? 0 : *std::max_element(next.begin(), next.end()) + 1;
    if (fewer == count) break;
    for (std::size_t& number : community) number = next[number];
    for (ClusterEdge& tie : level) tie = {next[tie.a], next[tie.b], tie.weight};
    count = fewer;
  }
  return renumbered(community);
}

}  // namespace dbmig::diagram
