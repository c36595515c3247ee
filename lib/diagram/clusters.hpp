#pragma once

#include <cstddef>
#include <vector>

namespace dbmig::diagram {

/// A link between two of n nodes that holds them together by its weight.
struct ClusterEdge {
  std::size_t a = 0;
  std::size_t b = 0;
  double weight = 1;
};

/// Nodes that are linked, directly or through others: a number for each node, in the order of their
/// first nodes.
std::vector<std::size_t> components_of(std::size_t nodes, const std::vector<ClusterEdge>& ties);

/// Nodes that are linked to each other more than to the rest (the greatest modularity that single
/// moves find, Louvain's method): a number for each, in the order of their first nodes.
std::vector<std::size_t> communities_of(std::size_t nodes, const std::vector<ClusterEdge>& ties);

}  // namespace dbmig::diagram
