#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dbmig::diagram {

/// Nodes in layers, with links only between neighbouring layers.
struct Layers {
  std::vector<std::vector<std::size_t>> order;  ///< per layer, from top to bottom
  std::vector<std::vector<std::size_t>> lower;  ///< per node: its neighbours in the layer before
  std::vector<std::vector<std::size_t>> upper;  ///< and in the one after
};

/// How often two links cross.
std::uint64_t count_crossings(const Layers& layers);

/// Orders the nodes of each layer so that few links cross: sweeps by the mean place of neighbours,
/// then exchanges of neighbours; the best order that was seen. Never worse than what came in.
void reduce_crossings(Layers& layers);

}  // namespace dbmig::diagram
