#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace dbmig::diagram {

/// An arrow between two of n nodes; none from a node to itself.
using Arrow = std::pair<std::size_t, std::size_t>;

/// Which arrows to turn round so that no circle is left; as few as a walk in depth finds.
std::vector<bool> reversed_arrows(std::size_t nodes, const std::vector<Arrow>& arrows);

/// The layer of each node: an arrow's end stands in a lower layer than its beginning, as near to it
/// as fits. There is a node in layer 0. `arrows` have no circle.
std::vector<int> ranks_of(std::size_t nodes, const std::vector<Arrow>& arrows);

/// Moves nodes to later layers where one would be higher than `limit`, those first that least
/// depends on; what depends on them moves along. A node that is higher alone has its own layer.
void limit_layers(std::vector<int>& ranks, const std::vector<Arrow>& arrows,
                  const std::vector<double>& heights, double limit);

}  // namespace dbmig::diagram
