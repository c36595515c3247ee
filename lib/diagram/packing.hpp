#pragma once

#include <vector>

#include "diagram/geometry.hpp"

namespace dbmig::diagram {

struct Size {
  double width = 0;
  double height = 0;
};

/// Places rectangles with `gap` between them in a space about `aspect` times as wide as high: each
/// in turn as high up as it fits, then as far left.
std::vector<Rectangle> pack(const std::vector<Size>& sizes, double gap, double aspect);

}  // namespace dbmig::diagram
