#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace dbmig::diagram {

/// A place in a drawing, in pixels at natural size, from the top left corner.
struct Point {
  double x = 0;
  double y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct Rectangle {
  double x = 0;
  double y = 0;
  double width = 0;
  double height = 0;
  friend bool operator==(const Rectangle&, const Rectangle&) = default;

  double right() const { return x + width; }
  double bottom() const { return y + height; }
  Point center() const { return {x + width / 2, y + height / 2}; }
  /// Whether they share more than an edge.
  bool overlaps(const Rectangle& other) const {
    return x < other.right() && other.x < right() && y < other.bottom() && other.y < bottom();
  }
};

/// A line of cubic Bézier curves: its first point, then for each curve two control points and where
/// it ends.
using Curve = std::vector<Point>;

/// The `d` of an SVG path.
std::string to_path(const Curve& curve);

/// Begins at `from` and ends at `to`, leaving and arriving horizontally: to the right where the
/// direction is 1, to the left where it is -1.
void add_curve(Curve& curve, Point to, int leaves, int arrives);

}  // namespace dbmig::diagram
