#include "diagram/crossings.hpp"

#include <algorithm>
#include <numeric>

namespace dbmig::diagram {
namespace {

using Order = std::vector<std::size_t>;
using Places = std::vector<std::size_t>;

constexpr int kMaxSweeps = 24;
constexpr int kMaxExchanges = 6;

Places places_in(const Layers& layers) {
  Places places(layers.lower.size(), 0);
  for (const Order& layer : layers.order) {
    for (std::size_t i = 0; i < layer.size(); ++i) places[layer[i]] = i;
  }
  return places;
}

/// Crossings between a layer and the one before it: pairs in the wrong order, counted by a tree of
/// sums.
std::uint64_t crossings_below(const Layers& layers, std::size_t layer, const Places& places) {
  if (layer == 0) return 0;
  const std::size_t width = layers.order[layer - 1].size();
  std::vector<std::uint64_t> sums(width + 1, 0);
  std::uint64_t seen = 0;
  std::uint64_t crossings = 0;
  std::vector<std::size_t> ends;
  for (const std::size_t node : layers.order[layer]) {
    ends.clear();
    for (const std::size_t other : layers.lower[node]) ends.push_back(places[other]);
    for (const std::size_t end : ends) {
      std::uint64_t not_beyond = 0;
      for (std::size_t i = end + 1; i > 0; i -= i & (~i + 1)) not_beyond += sums[i];
      crossings += seen - not_beyond;
    }
    for (const std::size_t end : ends) {
      for (std::size_t i = end + 1; i <= width; i += i & (~i + 1)) ++sums[i];
    }
    seen += ends.size();
  }
  return crossings;
}

/// Orders `layer` by the mean place of its nodes' neighbours; those without any stay where they
/// are.
void order_by_mean(Order& layer, const std::vector<Order>& neighbours, Places& places) {
  std::vector<double> means(layer.size());
  for (std::size_t i = 0; i < layer.size(); ++i) {
    const Order& around = neighbours[layer[i]];
    double sum = 0;
    for (const std::size_t other : around) sum += static_cast<double>(places[other]);
    means[i] = around.empty() ? static_cast<double>(i) : sum / static_cast<double>(around.size());
  }
  Order index(layer.size());
  std::iota(index.begin(), index.end(), 0U);
  std::stable_sort(index.begin(), index.end(),
                   [&](std::size_t a, std::size_t b) { return means[a] < means[b]; });
  Order ordered;
  ordered.reserve(layer.size());
  for (const std::size_t i : index) ordered.push_back(layer[i]);
  layer = std::move(ordered);
  for (std::size_t i = 0; i < layer.size(); ++i) places[layer[i]] = i;
}

/// How many links of two neighbours cross when `first` stands above `second`.
std::uint64_t crossings_of_pair(const Order& first, const Order& second, const Places& places) {
  std::uint64_t crossings = 0;
  for (const std::size_t a : first) {
    for (const std::size_t b : second) crossings += places[a] > places[b] ? 1 : 0;
  }
  return crossings;
}

bool exchange_neighbours(Layers& layers, Places& places) {
  bool improved = false;
  for (Order& layer : layers.order) {
    for (std::size_t i = 0; i + 1 < layer.size(); ++i) {
      const std::size_t a = layer[i];
      const std::size_t b = layer[i + 1];
      const std::uint64_t now = crossings_of_pair(layers.lower[a], layers.lower[b], places) +
                                crossings_of_pair(layers.upper[a], layers.upper[b], places);
      if (now == 0) continue;
      const std::uint64_t then = crossings_of_pair(layers.lower[b], layers.lower[a], places) +
                                 crossings_of_pair(layers.upper[b], layers.upper[a], places);
      if (then >= now) continue;
      std::swap(layer[i], layer[i + 1]);
      std::swap(places[a], places[b]);
      improved = true;
    }
  }
  return improved;
}

std::uint64_t crossings_with(const Layers& layers, const Places& places) {
  std::uint64_t all = 0;
  for (std::size_t layer = 1; layer < layers.order.size(); ++layer) {
    all += crossings_below(layers, layer, places);
  }
  return all;
}

}  // namespace

std::uint64_t count_crossings(const Layers& layers) {
  return crossings_with(layers, places_in(layers));
}

void reduce_crossings(Layers& layers) {
  Places places = places_in(layers);
  std::vector<Order> best = layers.order;
  std::uint64_t fewest = crossings_with(layers, places);
  const std::size_t count = layers.order.size();
  const auto keep_if_better = [&] {
    const std::uint64_t now = crossings_with(layers, places);
    if (now >= fewest) return false;
    fewest = now;
    best = layers.order;
    return true;
  };
  int without_gain = 0;
  for (int sweep = 0; sweep < kMaxSweeps && fewest > 0 && without_gain < 6; ++sweep) {
    if (sweep % 2 == 0) {
      for (std::size_t i = 1; i < count; ++i) order_by_mean(layers.order[i], layers.lower, places);
    } else {
      for (std::size_t i = count - 1; i > 0; --i) {
        order_by_mean(layers.order[i - 1], layers.upper, places);
      }
    }
    without_gain = keep_if_better() ? 0 : without_gain + 1;
  }
  layers.order = best;
  places = places_in(layers);
  for (int round = 0; round < kMaxExchanges && exchange_neighbours(layers, places); ++round) {
    keep_if_better();
  }
  layers.order = best;
}

}  // namespace dbmig::diagram
