#pragma once

#include <vector>

#include "diagram/layout.hpp"

namespace dbmig::diagram {

/// A part of a drawing from its own corner (0, 0).
struct Drawing {
  std::vector<Rectangle> boxes;
  std::vector<Curve> links;
  double width = 0;
  double height = 0;
};

/// Boxes in layers from left to right, what is referred to first. `boxes` are in the order of their
/// names. Links go round the boxes that are not theirs.
Drawing draw_layered(const std::vector<Box>& boxes, const std::vector<Link>& links,
                     const LayoutOptions& options);

/// Boxes in rows, about as wide as high.
Drawing draw_grid(const std::vector<Box>& boxes, const LayoutOptions& options);

}  // namespace dbmig::diagram
