#include "diagram/geometry.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace dbmig::diagram {
namespace {

/// Coordinates are whole pixels: the same text on every machine.
long whole(double value) {
  return std::lround(value);
}

}  // namespace

std::string to_path(const Curve& curve) {
  if (curve.empty()) return {};
  std::string path = fmt::format("M{} {}", whole(curve[0].x), whole(curve[0].y));
  for (std::size_t i = 1; i + 2 < curve.size(); i += 3) {
    const double y = curve[i - 1].y;
    const bool is_flat = curve[i].y == y && curve[i + 1].y == y && curve[i + 2].y == y;
    if (is_flat) {
      path += fmt::format("H{}", whole(curve[i + 2].x));
    } else {
      path += fmt::format("C{} {} {} {} {} {}", whole(curve[i].x), whole(curve[i].y),
                          whole(curve[i + 1].x), whole(curve[i + 1].y), whole(curve[i + 2].x),
                          whole(curve[i + 2].y));
    }
  }
  return path;
}

void add_curve(Curve& curve, Point to, int leaves, int arrives) {
  const Point from = curve.back();
  const double ahead = (to.x - from.x) * leaves;
  double reach = std::abs(to.x - from.x) / 2;
  // A line that must turn round does so in a bow beside its ends.
  if (leaves != arrives || ahead < 0) {
    reach = std::max(24.0, std::min(80.0, std::abs(to.y - from.y) / 4));
  }
  double first = from.x + leaves * reach;
  double last = to.x - arrives * reach;
  if (leaves != arrives) {  // both ends on one side: the bow goes round the farther one
    first = last = leaves > 0 ? std::max(from.x, to.x) + reach : std::min(from.x, to.x) - reach;
  }
  curve.push_back({first, from.y});
  curve.push_back({last, to.y});
  curve.push_back(to);
}

}  // namespace dbmig::diagram
