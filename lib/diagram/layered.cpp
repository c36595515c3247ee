#include "diagram/layered.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>

#include "diagram/crossings.hpp"
#include "diagram/ranks.hpp"
#include "diagram/stacking.hpp"

namespace dbmig::diagram {
namespace {

// between boxes of one layer
constexpr double kLineHeight = 6;  // what a line that passes a layer takes of it
constexpr double kLineGap = 8;     // between lines, and from a line to the box below it
constexpr double kMaxColumnGap = 150;
constexpr double kLoop = 26;  // a line from a box to itself stands out so far
constexpr int kMaxRounds = 10;

/// A link's way through the layers, lower end first.
struct Chain {
  std::size_t link = 0;
  bool is_reversed = false;        ///< `from` stands in the lower layer
  std::vector<std::size_t> nodes;  ///< both boxes and the waypoints between them
};

/// Boxes, and a waypoint for each layer that a link passes.
class Layering {
 public:
  Layering(const std::vector<Box>& boxes, const std::vector<Link>& links,
           const LayoutOptions& options)
      : boxes_(boxes), links_(links), row_gap_(options.row_gap), column_gap_(options.column_gap) {
    set_ranks();
    set_chains();
    set_first_order();
    reduce_crossings(layers_);
    set_columns();
    set_rows();
  }

  Drawing drawing() const;

 private:
  void set_ranks();
  void set_chains();
  void set_first_order();
  void set_columns();
  void set_rows();
  void align(std::size_t layer, const std::vector<std::vector<std::size_t>>& neighbours);
  std::size_t add_waypoint(int rank);

  bool is_box(std::size_t node) const { return node < boxes_.size(); }
  double height(std::size_t node) const { return is_box(node) ? boxes_[node].height : kLineHeight; }
  /// What a node takes of its column, with the gap below a box that is more than that of a line.
  double space(std::size_t node) const {
    return is_box(node) ? boxes_[node].height + row_gap_ - kLineGap : kLineHeight;
  }
  /// Where the line of `chain` is fastened to its i-th node, below its upper edge.
  double port(const Chain& chain, std::size_t i) const;
  Curve run_plan(const Chain& chain) const;
  Curve loop(const Link& link, double step) const;

  const std::vector<Box>& boxes_;
  const std::vector<Link>& links_;
  const double row_gap_;
  const double column_gap_;
  std::vector<bool> reversed_;
  std::vector<int> ranks_;  ///< per node
  std::vector<Chain> chains_;
  Layers layers_;
  std::vector<double> column_x_, column_width_;
  std::vector<double> y_;  ///< per node
  /// Per node: for each of `lower` and `upper`, how far apart the two tops are when the line
  /// between them is straight.
  std::map<std::pair<std::size_t, std::size_t>, double> straight_;
};

void Layering::set_ranks() {
  std::vector<Arrow> arrows;
  std::vector<std::size_t> of_link(links_.size(), links_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].from == links_[i].to) continue;
    of_link[i] = arrows.size();
    arrows.emplace_back(links_[i].from, links_[i].to);
  }
  const std::vector<bool> turned = reversed_arrows(boxes_.size(), arrows);
  reversed_.assign(links_.size(), false);
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (of_link[i] == links_.size()) continue;
    reversed_[i] = turned[of_link[i]];
  }
  for (std::size_t i = 0; i < arrows.size(); ++i) {
    if (turned[i]) std::swap(arrows[i].first, arrows[i].second);
  }
  ranks_ = ranks_of(boxes_.size(), arrows);
  std::vector<double> heights;
  double area = 0;
  double highest = 0;
  for (const Box& box : boxes_) {
    heights.push_back(box.height + row_gap_);
    area += (box.width + column_gap_) * (box.height + row_gap_);
    highest = std::max(highest, box.height + row_gap_);
  }
  limit_layers(ranks_, arrows, heights, std::max(highest, std::sqrt(area)));
}

std::size_t Layering::add_waypoint(int rank) {
  ranks_.push_back(rank);
  layers_.lower.emplace_back();
  layers_.upper.emplace_back();
  return ranks_.size() - 1;
}

void Layering::set_chains() {
  layers_.lower.resize(boxes_.size());
  layers_.upper.resize(boxes_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    if (link.from == link.to) continue;
    Chain chain{i, reversed_[i], {}};
    const std::size_t low = chain.is_reversed ? link.from : link.to;
    const std::size_t high = chain.is_reversed ? link.to : link.from;
    chain.nodes.push_back(low);
    for (int rank = ranks_[low] + 1; rank < ranks_[high]; ++rank) {
      chain.nodes.push_back(add_waypoint(rank));
    }
    chain.nodes.push_back(high);
    for (std::size_t k = 0; k + 1 < chain.nodes.size(); ++k) {
      layers_.upper[chain.nodes[k]].push_back(chain.nodes[k + 1]);
      layers_.lower[chain.nodes[k + 1]].push_back(chain.nodes[k]);
      straight_[{chain.nodes[k], chain.nodes[k + 1]}] = port(chain, k) - port(chain, k + 1);
    }
    chains_.push_back(std::move(chain));
  }
}

/// The order in which a walk from the first layer meets the nodes.
void Layering::set_first_order() {
  const int last = ranks_.empty() ? -1 : *std::max_element(ranks_.begin(), ranks_.end());
  layers_.order.assign(static_cast<std::size_t>(last + 1), {});
  std::vector<bool> seen(ranks_.size(), false);
  std::vector<std::size_t> waiting;
  std::vector<std::size_t> roots;
  for (std::size_t node = 0; node < boxes_.size(); ++node) roots.push_back(node);
  std::stable_sort(roots.begin(), roots.end(),
                   [&](std::size_t a, std::size_t b) { return ranks_[a] < ranks_[b]; });
  for (const std::size_t root : roots) {
    waiting.push_back(root);
    while (!waiting.empty()) {
      const std::size_t node = waiting.back();
      waiting.pop_back();
      if (seen[node]) continue;
      seen[node] = true;
      layers_.order[static_cast<std::size_t>(ranks_[node])].push_back(node);
      const auto& next = layers_.upper[node];
      waiting.insert(waiting.end(), next.rbegin(), next.rend());
    }
  }
}

void Layering::set_columns() {
  const std::size_t count = layers_.order.size();
  column_width_.assign(count, 0);
  std::vector<double> loops(count, 0);
  for (std::size_t node = 0; node < boxes_.size(); ++node) {
    double& width = column_width_[static_cast<std::size_t>(ranks_[node])];
    width = std::max(width, boxes_[node].width);
  }
  std::map<std::size_t, double> selves;
  for (const Link& link : links_) {
    if (link.from == link.to) {
      double& loop = loops[static_cast<std::size_t>(ranks_[link.from])];
      double& own = selves[link.from];
      own = own == 0 ? kLoop : own + 8;
      loop = std::max(loop, own);
    }
  }
  double x = 0;
  for (std::size_t i = 0; i < count; ++i) {
    column_x_.push_back(x);
    std::size_t lines = 0;
    for (const std::size_t node : layers_.order[i]) lines += layers_.upper[node].size();
    const double gap = std::min(kMaxColumnGap, column_gap_ + 3.0 * static_cast<double>(lines));
    x += column_width_[i] + loops[i] + std::floor(gap);
  }
}

void Layering::align(std::size_t layer, const std::vector<std::vector<std::size_t>>& neighbours) {
  std::vector<Stacked> column;
  for (const std::size_t node : layers_.order[layer]) {
    double sum = 0;
    for (const std::size_t other : neighbours[node]) {
      const bool is_lower = ranks_[other] < ranks_[node];
      sum += is_lower ? y_[other] + straight_.at({other, node})
                      : y_[other] - straight_.at({node, other});
    }
    const auto count = static_cast<double>(neighbours[node].size());
    // Long lines are kept straight before boxes are.
    const double weight = !is_box(node) ? 4 : std::max(0.1, std::min(count, 3.0));
    column.push_back({space(node), count == 0 ? y_[node] : sum / count, count == 0 ? 0.1 : weight});
  }
  const std::vector<double> places = stack_column(column, kLineGap);
  for (std::size_t i = 0; i < places.size(); ++i) y_[layers_.order[layer][i]] = places[i];
}

void Layering::set_rows() {
  y_.assign(ranks_.size(), 0);
  for (const auto& layer : layers_.order) {
    double y = 0;
    for (const std::size_t node : layer) {
      y_[node] = y;
      y += space(node) + kLineGap;
    }
  }
  const std::size_t count = layers_.order.size();
  for (int round = 0; round < kMaxRounds; ++round) {
    for (std::size_t i = 1; i < count; ++i) align(i, layers_.lower);
    for (std::size_t i = count; i > 1; --i) align(i - 2, layers_.upper);
  }
  double top = std::numeric_limits<double>::max();
  for (const double y : y_) top = std::min(top, y);
  for (const auto& layer : layers_.order) {
    double free = 0;
    for (const std::size_t node : layer) {
      y_[node] = std::max(free, std::round(y_[node] - top));
      free = y_[node] + space(node) + kLineGap;
    }
  }
}

double Layering::port(const Chain& chain, std::size_t i) const {
  const Link& link = links_[chain.link];
  if (i == 0) return chain.is_reversed ? link.from_y : link.to_y;
  if (i + 1 == chain.nodes.size()) return chain.is_reversed ? link.to_y : link.from_y;
  return kLineHeight / 2;
}

Curve Layering::run_plan(const Chain& chain) const {
  Curve curve;
  for (std::size_t i = 0; i < chain.nodes.size(); ++i) {
    const std::size_t node = chain.nodes[i];
    const auto column = static_cast<std::size_t>(ranks_[node]);
    const double left = column_x_[column];
    const double y = y_[node] + port(chain, i);
    if (i > 0) add_curve(curve, {left, y}, 1, 1);
    if (i + 1 == chain.nodes.size()) break;
    const double right = left + column_width_[column];
    const double begin = is_box(node) ? left + boxes_[node].width : left;
    if (i == 0) curve.push_back({begin, y});
    // Straight on to where the layer ends, beside the boxes that are wider.
    if (right > begin) add_curve(curve, {right, y}, 1, 1);
  }
  if (!chain.is_reversed) std::reverse(curve.begin(), curve.end());
  return curve;
}

Curve Layering::loop(const Link& link, double step) const {
  const std::size_t box = link.from;
  const double x = column_x_[static_cast<std::size_t>(ranks_[box])] + boxes_[box].width;
  double from = y_[box] + link.from_y;
  const double to = y_[box] + link.to_y;
  if (from == to) from += 5;
  return {{x, from}, {x + kLoop + step, from}, {x + kLoop + step, to}, {x, to}};
}

Drawing Layering::drawing() const {
  Drawing drawing;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const double x = column_x_[static_cast<std::size_t>(ranks_[i])];
    drawing.boxes.push_back({x, y_[i], boxes_[i].width, boxes_[i].height});
  }
  drawing.links.resize(links_.size());
  for (const Chain& chain : chains_) drawing.links[chain.link] = run_plan(chain);
  std::map<std::size_t, double> selves;
  for (std::size_t i = 0; i < links_.size(); ++i) {
    if (links_[i].from != links_[i].to) continue;
    drawing.links[i] = loop(links_[i], selves[links_[i].from]);
    selves[links_[i].from] += 8;
  }
  for (std::size_t node = 0; node < ranks_.size(); ++node) {
    drawing.height = std::max(drawing.height, y_[node] + height(node));
  }
  for (std::size_t i = 0; i < column_x_.size(); ++i) {
    drawing.width = std::max(drawing.width, column_x_[i] + column_width_[i]);
  }
  for (const Curve& curve : drawing.links) {
    for (const Point& point : curve) drawing.width = std::max(drawing.width, point.x);
  }
  return drawing;
}

}  // namespace

Drawing draw_layered(const std::vector<Box>& boxes, const std::vector<Link>& links,
                     const LayoutOptions& options) {
  return Layering(boxes, links, options).drawing();
}

Drawing draw_grid(const std::vector<Box>& boxes, const LayoutOptions& options) {
  const double gap = options.row_gap;
  Drawing drawing;
  double area = 0;
  double widest = 0;
  for (const Box& box : boxes) {
    area += (box.width + gap) * (box.height + gap);
    widest = std::max(widest, box.width);
  }
  const double limit = std::max(widest, std::sqrt(area * 1.6));
  double x = 0;
  double y = 0;
  double row = 0;
  for (const Box& box : boxes) {
    if (x > 0 && x + box.width > limit) {
      x = 0;
      y += row + gap;
      row = 0;
    }
    drawing.boxes.push_back({x, y, box.width, box.height});
    drawing.width = std::max(drawing.width, x + box.width);
    x += box.width + gap;
    row = std::max(row, box.height);
    drawing.height = std::max(drawing.height, y + row);
  }
  return drawing;
}

}  // namespace dbmig::diagram
