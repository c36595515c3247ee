#pragma once

#include <string>
#include <vector>

#include "teams/scratch_way.hpp"

namespace dbmig::teams {

/// What was seen of two branches on scratch databases that took them in either order.
struct BothOrders {
  std::string server;
  bool with_rows = true;
  /// How schema or rows differ, or why one order cannot be taken; empty: they come to the same.
  std::vector<std::string> differences;
  /// One order does not leave the same rows twice, as with random numbers: nothing is shown by
  /// them.
  bool is_random = false;
};

/// Takes scratch databases with the same generated rows to where the branches of `first` and
/// `second` part, then one through the first branch and the second, another the other way round,
/// and both to `merge`, which joins them. Throws what keeps even the first order from being taken,
/// and Error{refused} when plain SQL may leave the scratch database (MariaDB).
BothOrders take_both_orders(const ScratchSettings& settings, const history::Graph& graph,
                            const std::string& merge, const std::string& first,
                            const std::string& second);

}  // namespace dbmig::teams
