#include "diagram/layout.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "diagram/clusters.hpp"
#include "diagram/layered.hpp"
#include "diagram/packing.hpp"

namespace dbmig::diagram {
namespace {

constexpr std::size_t kMaxWithoutCutting = 30;  // boxes of one area before it is cut
constexpr std::size_t kLeastInArea = 3;
constexpr double kMargin = 24;   // of an area, and of all
constexpr double kHeading = 34;  // of an area with a name
constexpr double kAreaGap = 70;
constexpr double kAspect = 1.7;
constexpr double kGate = 14;  // lines between areas meet so far outside of them

using Indexes = std::vector<std::size_t>;

/// The boxes of one area before they are placed.
struct Part {
  std::string name;
  Indexes boxes;
  bool is_framed = false;
  bool is_aside = false;  ///< boxes without links
};

/// Boxes in the order of their names, links in one order too: what is made of them then does not
/// depend on the order in which they were given.
struct Ordered {
  std::vector<Box> boxes;
  std::vector<Link> links;
  Indexes box_at;  ///< place here → index as given
  Indexes link_at;
};

Ordered in_order(const std::vector<Box>& boxes, const std::vector<Link>& links) {
  Ordered ordered;
  ordered.box_at.resize(boxes.size());
  std::iota(ordered.box_at.begin(), ordered.box_at.end(), 0U);
  std::sort(ordered.box_at.begin(), ordered.box_at.end(),
            [&](std::size_t a, std::size_t b) { return boxes[a].name < boxes[b].name; });
  Indexes place(boxes.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    place[ordered.box_at[i]] = i;
    ordered.boxes.push_back(boxes[ordered.box_at[i]]);
  }
  const auto moved = [&](std::size_t i) {
    return Link{place[links[i].from], place[links[i].to], links[i].from_y, links[i].to_y};
  };
  ordered.link_at.resize(links.size());
  std::iota(ordered.link_at.begin(), ordered.link_at.end(), 0U);
  const auto key = [](const Link& link) {
    return std::tuple(link.from, link.to, link.from_y, link.to_y);
  };
  std::sort(ordered.link_at.begin(), ordered.link_at.end(),
            [&](std::size_t a, std::size_t b) { return key(moved(a)) < key(moved(b)); });
  for (const std::size_t i : ordered.link_at) ordered.links.push_back(moved(i));
  return ordered;
}

/// Ties of `links` among `members`; a table that half the schema refers to ties less.
std::vector<ClusterEdge> ties_among(const std::vector<Link>& links, const Indexes& members,
                                    std::size_t boxes) {
  const std::size_t none = members.size();
  Indexes place(boxes, none);
  for (std::size_t i = 0; i < members.size(); ++i) place[members[i]] = i;
  std::vector<double> referred(boxes, 0);
  for (const Link& link : links) referred[link.to] += 1;
  std::vector<ClusterEdge> ties;
  for (const Link& link : links) {
    const std::size_t a = place[link.from];
    const std::size_t b = place[link.to];
    if (a == none || b == none || a == b) continue;
    ties.push_back({a, b, 1 / std::sqrt(referred[link.to])});
  }
  return ties;
}

std::vector<Indexes> by_number(const Indexes& members, const Indexes& numbers) {
  std::vector<Indexes> lists;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (numbers[i] >= lists.size()) lists.resize(numbers[i] + 1);
    lists[numbers[i]].push_back(members[i]);
  }
  return lists;
}

/// Parts of one or two boxes go to the part that they are tied to most.
void join_small(std::vector<Indexes>& parts, const std::vector<Link>& links, std::size_t boxes) {
  Indexes of(boxes, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    for (const std::size_t box : parts[i]) of[box] = i;
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i].empty() || parts[i].size() >= kLeastInArea) continue;
    std::map<std::size_t, int> near;
    for (const Link& link : links) {
      if (of[link.from] == of[link.to]) continue;
      if (of[link.from] == i && of[link.to] < parts.size()) ++near[of[link.to]];
      if (of[link.to] == i && of[link.from] < parts.size()) ++near[of[link.from]];
    }
    std::optional<std::size_t> best;
    for (const auto& [part, count] : near) {
      if (!best || count > near.at(*best)) best = part;
    }
    if (!best) continue;
    for (const std::size_t box : parts[i]) of[box] = *best;
    parts[*best].insert(parts[*best].end(), parts[i].begin(), parts[i].end());
    std::sort(parts[*best].begin(), parts[*best].end());
    parts[i].clear();
  }
  std::erase_if(parts, [](const Indexes& part) { return part.empty(); });
}

/// The box that most others of the part refer to: what it is about.
std::string name_of_part(const Indexes& part, const std::vector<Box>& boxes,
                         const std::vector<Link>& links) {
  std::map<std::size_t, int> counts;
  for (const std::size_t box : part) counts[box] = 0;
  for (const Link& link : links) {
    if (link.from == link.to || counts.count(link.from) == 0 || counts.count(link.to) == 0) {
      continue;
    }
    counts[link.to] += 2;
    counts[link.from] += 1;
  }
  std::size_t best = part.front();
  for (const auto& [box, count] : counts) {
    if (count > counts.at(best)) best = box;
  }
  return boxes[best].name;
}

std::vector<Part> parts_of(const std::vector<Box>& boxes, const std::vector<Link>& links) {
  std::map<std::string, Indexes> named;
  Indexes rest;
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    (boxes[i].group.empty() ? rest : named[boxes[i].group]).push_back(i);
  }
  std::vector<Part> parts;
  for (auto& [name, members] : named) parts.push_back({name, std::move(members), true, false});
  std::vector<bool> is_linked(boxes.size(), false);
  for (const Link& link : links) is_linked[link.from] = is_linked[link.to] = true;
  Indexes linked;
  Indexes alone;
  for (const std::size_t box : rest) (is_linked[box] ? linked : alone).push_back(box);
  const auto components =
      by_number(linked, components_of(linked.size(), ties_among(links, linked, boxes.size())));
  for (const Indexes& component : components) {
    if (component.size() <= kMaxWithoutCutting) {
      parts.push_back({name_of_part(component, boxes, links), component, false, false});
      continue;
    }
    std::vector<Indexes> cut = by_number(
        component, communities_of(component.size(), ties_among(links, component, boxes.size())));
    join_small(cut, links, boxes.size());
    for (Indexes& part : cut) {
      parts.push_back({name_of_part(part, boxes, links), std::move(part), true, false});
    }
  }
  if (!alone.empty()) parts.push_back({"", std::move(alone), false, true});
  return parts;
}

/// The order in which parts are placed: the largest first, then always the one with most links to
/// those before it, so that neighbours stand near. What stands aside comes last.
Indexes placing_order(const std::vector<Part>& parts, const std::vector<Link>& links,
                      const Indexes& part_of_box) {
  std::map<std::pair<std::size_t, std::size_t>, int> between;
  for (const Link& link : links) {
    const std::size_t a = part_of_box[link.from];
    const std::size_t b = part_of_box[link.to];
    if (a != b) ++between[{a, b}], ++between[{b, a}];
  }
  std::vector<int> pull(parts.size(), 0);
  std::vector<bool> placed(parts.size(), false);
  Indexes order;
  while (order.size() < parts.size()) {
    std::optional<std::size_t> best;
    const auto rank = [&](std::size_t i) {
      return std::tuple(!parts[i].is_aside, pull[i], parts[i].boxes.size());
    };
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!placed[i] && (!best || rank(i) > rank(*best))) best = i;
    }
    placed[*best] = true;
    order.push_back(*best);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto found = between.find({*best, i});
      if (found != between.end()) pull[i] += found->second;
    }
  }
  return order;
}

/// Places each part by itself, and all of them beside each other.
class Placing {
 public:
  Placing(const Ordered& input, const LayoutOptions& options)
      : boxes_(input.boxes), links_(input.links), options_(options) {
    parts_ = parts_of(boxes_, links_);
    part_of_box_.assign(boxes_.size(), 0);
    for (std::size_t i = 0; i < parts_.size(); ++i) {
      for (const std::size_t box : parts_[i].boxes) part_of_box_[box] = i;
    }
    layout_.boxes.resize(boxes_.size());
    layout_.links.resize(links_.size());
    moved_.assign(boxes_.size(), false);
    draw_parts();
    place_pinned();
    route_rest();
    measure();
  }

  Layout take() { return std::move(layout_); }

 private:
  void draw_parts();
  void place_pinned();
  void route_rest();
  void measure();
  Curve line_between(const Link& link) const;

  const std::vector<Box>& boxes_;
  const std::vector<Link>& links_;
  const LayoutOptions& options_;
  std::vector<Part> parts_;
  Indexes part_of_box_;
  std::vector<bool> moved_;  ///< from where its part had it
  Layout layout_;
};

void Placing::draw_parts() {
  std::vector<Drawing> drawings;
  std::vector<Indexes> own_links(parts_.size());
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const std::size_t part = part_of_box_[links_[i].from];
    if (part == part_of_box_[links_[i].to]) own_links[part].push_back(i);
  }
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    std::vector<Box> boxes;
    std::map<std::size_t, std::size_t> place;
    for (const std::size_t box : parts_[i].boxes) {
      place[box] = boxes.size();
      boxes.push_back(boxes_[box]);
    }
    std::vector<Link> links;
    for (const std::size_t link : own_links[i]) {
      links.push_back({place.at(links_[link].from), place.at(links_[link].to), links_[link].from_y,
                       links_[link].to_y});
    }
    drawings.push_back(links.empty() ? draw_grid(boxes, options_)
                                     : draw_layered(boxes, links, options_));
  }
  const Indexes order = placing_order(parts_, links_, part_of_box_);
  std::vector<Size> sizes;
  for (const std::size_t i : order) {
    const double heading = parts_[i].is_framed ? kHeading : 0;
    sizes.push_back({std::ceil(drawings[i].width) + 2 * kMargin,
                     std::ceil(drawings[i].height) + 2 * kMargin + heading});
  }
  const bool has_frames =
      std::any_of(parts_.begin(), parts_.end(), [](const Part& part) { return part.is_framed; });
  const std::vector<Rectangle> places = pack(sizes, has_frames ? kAreaGap : 0, kAspect);
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t i = order[k];
    const double x = places[k].x + kMargin;
    const double y = places[k].y + kMargin + (parts_[i].is_framed ? kHeading : 0);
    for (std::size_t b = 0; b < parts_[i].boxes.size(); ++b) {
      Rectangle box = drawings[i].boxes[b];
      box.x += x;
      box.y += y;
      layout_.boxes[parts_[i].boxes[b]] = box;
    }
    for (std::size_t l = 0; l < own_links[i].size(); ++l) {
      for (Point& point : drawings[i].links[l]) point = {point.x + x, point.y + y};
      layout_.links[own_links[i][l]] = std::move(drawings[i].links[l]);
    }
    layout_.areas.push_back({parts_[i].name, places[k], parts_[i].boxes, parts_[i].is_framed});
  }
}

/// Puts pinned boxes in their places; others that they would cover make room downwards.
void Placing::place_pinned() {
  std::vector<std::size_t> fixed;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    const auto pin = options_.pinned.find(boxes_[i].name);
    if (pin == options_.pinned.end()) continue;
    layout_.boxes[i].x = std::round(pin->second.x);
    layout_.boxes[i].y = std::round(pin->second.y);
    moved_[i] = true;
    fixed.push_back(i);
  }
  if (fixed.empty()) return;
  Indexes others;
  for (std::size_t i = 0; i < boxes_.size(); ++i) {
    if (!moved_[i]) others.push_back(i);
  }
  std::stable_sort(others.begin(), others.end(), [&](std::size_t a, std::size_t b) {
    return layout_.boxes[a].y < layout_.boxes[b].y;
  });
  for (const std::size_t i : others) {
    Rectangle& box = layout_.boxes[i];
    const double before = box.y;
    for (bool is_free = false; !is_free;) {
      is_free = true;
      for (const std::size_t other : fixed) {
        if (!box.overlaps(layout_.boxes[other])) continue;
        box.y = layout_.boxes[other].bottom() + kMargin;
        is_free = false;
      }
    }
    moved_[i] = box.y != before;
    fixed.push_back(i);
  }
}

/// A line that goes over what is between: leaves its box and its area towards the other, and meets
/// there with the others of the same two areas.
Curve Placing::line_between(const Link& link) const {
  const Rectangle& from = layout_.boxes[link.from];
  const Rectangle& to = layout_.boxes[link.to];
  const double from_y = from.y + link.from_y;
  const double to_y = to.y + link.to_y;
  if (link.from == link.to) {
    const double x = from.right();
    return {{x, from_y}, {x + 26, from_y}, {x + 26, to_y}, {x, to_y}};
  }
  const std::size_t a = part_of_box_[link.from];
  const std::size_t b = part_of_box_[link.to];
  const bool is_bundled = a != b && !moved_[link.from] && !moved_[link.to];
  const auto area_of = [&](std::size_t part) {
    for (const Area& area : layout_.areas) {
      if (area.boxes.front() == parts_[part].boxes.front()) return area.place;
    }
    return Rectangle{};
  };
  const Rectangle outer_from = is_bundled ? area_of(a) : from;
  const Rectangle outer_to = is_bundled ? area_of(b) : to;
  int leaves = 1;
  int arrives = 1;  // the direction of the line where it ends
  if (outer_to.x >= outer_from.right()) {
    leaves = arrives = 1;
  } else if (outer_to.right() <= outer_from.x) {
    leaves = arrives = -1;
  } else {  // one above the other: round the side where both end nearer
    const double right = std::abs(outer_from.right() - outer_to.right());
    const double left = std::abs(outer_from.x - outer_to.x);
    leaves = right < left ? 1 : -1;
    arrives = -leaves;
  }
  Curve curve{{leaves > 0 ? from.right() : from.x, from_y}};
  const Point end{arrives > 0 ? to.x : to.right(), to_y};
  if (is_bundled) {
    const Point first{leaves > 0 ? outer_from.right() + kGate : outer_from.x - kGate,
                      outer_from.center().y};
    const Point last{arrives > 0 ? outer_to.x - kGate : outer_to.right() + kGate,
                     outer_to.center().y};
    add_curve(curve, first, leaves, leaves);
    add_curve(curve, last, leaves, arrives);
    add_curve(curve, end, arrives, arrives);
  } else {
    add_curve(curve, end, leaves, arrives);
  }
  return curve;
}

void Placing::route_rest() {
  for (std::size_t i = 0; i < links_.size(); ++i) {
    const Link& link = links_[i];
    const bool stays = !moved_[link.from] && !moved_[link.to];
    if (!layout_.links[i].empty() && stays) continue;
    layout_.links[i] = line_between(link);
  }
  for (Curve& curve : layout_.links) {
    for (Point& point : curve) point = {std::round(point.x), std::round(point.y)};
  }
}

void Placing::measure() {
  for (const Area& area : layout_.areas) {
    layout_.width = std::max(layout_.width, area.place.right());
    layout_.height = std::max(layout_.height, area.place.bottom());
  }
  for (const Rectangle& box : layout_.boxes) {
    layout_.width = std::max(layout_.width, box.right() + kMargin);
    layout_.height = std::max(layout_.height, box.bottom() + kMargin);
  }
}

}  // namespace

Layout lay_out(const std::vector<Box>& boxes, const std::vector<Link>& links,
               const LayoutOptions& options) {
  const Ordered input = in_order(boxes, links);
  Layout ordered = Placing(input, options).take();
  Layout layout;
  layout.boxes.resize(boxes.size());
  layout.links.resize(links.size());
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    layout.boxes[input.box_at[i]] = ordered.boxes[i];
  }
  for (std::size_t i = 0; i < links.size(); ++i) {
    layout.links[input.link_at[i]] = std::move(ordered.links[i]);
  }
  layout.areas = std::move(ordered.areas);
  for (Area& area : layout.areas) {
    for (std::size_t& box : area.boxes) box = input.box_at[box];
  }
  layout.width = ordered.width;
  layout.height = ordered.height;
  return layout;
}

}  // namespace dbmig::diagram
