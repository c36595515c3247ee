#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "diagram/geometry.hpp"

namespace dbmig::diagram {

/// A box to be placed.
struct Box {
  std::string name;  ///< unique; the order of names decides where nothing else does
  double width = 0;
  double height = 0;
  std::string group = {};  ///< boxes of one group stand together; empty: wherever fits
};

/// An arrow from one box to another: from a foreign key's table to the one that it refers to.
struct Link {
  std::size_t from = 0;  ///< index of a box
  std::size_t to = 0;
  double from_y = 0;  ///< where it is fastened, below the upper edge of its box
  double to_y = 0;
};

/// Boxes that stand together, in a frame when there are several such areas.
struct Area {
  std::string name;
  Rectangle place;
  std::vector<std::size_t> boxes;
  bool is_framed = false;
};

struct Layout {
  std::vector<Rectangle> boxes;  ///< in the order of what was given
  std::vector<Curve> links;
  std::vector<Area> areas;
  double width = 0;
  double height = 0;
};

struct LayoutOptions {
  /// Boxes that stay where they are put, by name.
  std::map<std::string, Point> pinned = {};
  double row_gap = 28;     ///< between boxes one above the other
  double column_gap = 56;  ///< between two layers; more where many lines pass
};

/// Places boxes in layers: what is referred to stands left of what refers to it. Boxes that are
/// linked to each other more than to the rest become an area of their own; boxes without links
/// stand aside.
///
/// No two boxes overlap unless both are pinned; every link begins and ends at the edges of its two
/// boxes, and inside of an area it goes round the others. Coordinates are whole numbers. Depends on
/// nothing but the values given, and not on their order.
/// Source: Sugiyama, Tagawa, Toda, "Methods for Visual Understanding of Hierarchical System
/// Structures", 1981; Blondel et al., "Fast unfolding of communities in large networks", 2008.
Layout lay_out(const std::vector<Box>& boxes, const std::vector<Link>& links,
               const LayoutOptions& options = {});

}  // namespace dbmig::diagram
