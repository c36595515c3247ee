#include "diagram/packing.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>

namespace dbmig::diagram {
namespace {

/// A stretch of the lower edge of what is placed.
struct Ledge {
  double x = 0;
  double width = 0;
  double y = 0;
};

/// The y at which something `width` wide can stand from ledge `at` on.
double resting_y(const std::vector<Ledge>& line, std::size_t at, double width) {
  double y = 0;
  for (double rest = width; rest > 0 && at < line.size(); ++at) {
    y = std::max(y, line[at].y);
    rest -= line[at].width;
  }
  return y;
}

void lay_on(std::vector<Ledge>& line, const Rectangle& place) {
  std::vector<Ledge> next;
  bool is_in = false;
  for (const Ledge& ledge : line) {
    const double end = ledge.x + ledge.width;
    if (ledge.x < place.x) {
      next.push_back({ledge.x, std::min(end, place.x) - ledge.x, ledge.y});
    }
    if (!is_in && end > place.x) {
      next.push_back({place.x, place.width, place.bottom()});
      is_in = true;
    }
    if (end > place.right()) {
      const double begin = std::max(ledge.x, place.right());
      next.push_back({begin, end - begin, ledge.y});
    }
  }
  line = std::move(next);
}

/// All of them in a space `limit` wide.
std::vector<Rectangle> pack_into(double limit, const std::vector<Size>& sizes, double gap) {
  std::vector<Ledge> line{{0, limit, 0}};
  std::vector<Rectangle> places;
  for (const Size& size : sizes) {
    const double width = size.width + gap;
    Rectangle best{0, std::numeric_limits<double>::max(), size.width, size.height};
    for (std::size_t i = 0; i < line.size(); ++i) {
      if (line[i].x + width > limit) continue;
      const double y = resting_y(line, i, width);
      if (y < best.y) best = {line[i].x, y, size.width, size.height};
    }
    lay_on(line, {best.x, best.y, width, size.height + gap});
    places.push_back(best);
  }
  return places;
}

}  // namespace

std::vector<Rectangle> pack(const std::vector<Size>& sizes, double gap, double aspect) {
  double area = 0;
  double widest = 0;
  double all = 0;
  for (const Size& size : sizes) {
    area += (size.width + gap) * (size.height + gap);
    widest = std::max(widest, size.width + gap);
    all += size.width + gap;
  }
  // The width for which the whole is seen largest in a window of that aspect.
  constexpr int kTries = 16;
  std::vector<Rectangle> best;
  double least = std::numeric_limits<double>::max();
  for (int i = 0; i < kTries; ++i) {
    const double limit = std::ceil(
        std::min(std::max(widest, std::sqrt(area * aspect) * (0.7 + 0.1 * i)), std::max(all, 1.0)));
    std::vector<Rectangle> places = pack_into(limit, sizes, gap);
    double height = 0;
    double width = 0;
    for (const Rectangle& place : places) {
      width = std::max(width, place.right());
      height = std::max(height, place.bottom());
    }
    const double size = std::max(width, height * aspect);
    if (size >= least) continue;
    least = size;
    best = std::move(places);
  }
  return best;
}

}  // namespace dbmig::diagram
