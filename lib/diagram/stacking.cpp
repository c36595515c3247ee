#include "diagram/stacking.hpp"

#include <cstddef>

namespace dbmig::diagram {
namespace {

/// Neighbours that touch and move as one.
struct Pool {
  double sum = 0;  ///< of weight × wanted
  double weight = 0;
  std::size_t size = 0;
  double place() const { return sum / weight; }
};

}  // namespace

std::vector<double> stack_column(const std::vector<Stacked>& column, double gap) {
  // With everything above taken off, what may not overlap may not decrease.
  std::vector<double> above(column.size(), 0);
  for (std::size_t i = 1; i < column.size(); ++i) {
    above[i] = above[i - 1] + column[i - 1].height + gap;
  }
  std::vector<Pool> pools;
  for (std::size_t i = 0; i < column.size(); ++i) {
    const double weight = column[i].weight;
    pools.push_back({weight * (column[i].wanted - above[i]), weight, 1});
    while (pools.size() > 1 && pools[pools.size() - 2].place() > pools.back().place()) {
      const Pool last = pools.back();
      pools.pop_back();
      pools.back().sum += last.sum;
      pools.back().weight += last.weight;
      pools.back().size += last.size;
    }
  }
  std::vector<double> places;
  places.reserve(column.size());
  for (const Pool& pool : pools) {
    for (std::size_t i = 0; i < pool.size; ++i) {
      places.push_back(pool.place() + above[places.size()]);
    }
  }
  return places;
}

}  // namespace dbmig::diagram
