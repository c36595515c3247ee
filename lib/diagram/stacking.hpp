#pragma once

#include <vector>

namespace dbmig::diagram {

/// Something in a column: how tall it is, where it would like to begin, and how much that counts.
struct Stacked {
  double height = 0;
  double wanted = 0;
  double weight = 1;
};

/// Where each of `column`, in this order from top to bottom, begins so that there is `gap` between
/// two and the weighted squares of the distances to what is wanted are the least.
/// Source: "pool adjacent violators", isotonic regression.
std::vector<double> stack_column(const std::vector<Stacked>& column, double gap);

}  // namespace dbmig::diagram
