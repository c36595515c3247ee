#include "diff/column_order.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace dbmig::diff {
namespace {

/// The places of a longest strictly increasing subsequence. O(n log n): `tails[k]` is the place of
/// the smallest value that ends a run of length k + 1.
std::vector<std::size_t> longest_increasing(const std::vector<std::size_t>& values) {
  std::vector<std::size_t> tails;
  std::vector<std::size_t> previous(values.size(), values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto at =
        std::lower_bound(tails.begin(), tails.end(), values[i],
                         [&](std::size_t tail, std::size_t value) { return values[tail] < value; });
    if (at != tails.begin()) previous[i] = *std::prev(at);
    if (at == tails.end()) {
      tails.push_back(i);
    } else {
      *at = i;
    }
  }
  std::vector<std::size_t> run;
  for (std::size_t i = tails.empty() ? values.size() : tails.back(); i < values.size();
       i = previous[i]) {
    run.push_back(i);
  }
  std::reverse(run.begin(), run.end());
  return run;
}

}  // namespace

ColumnOrder::ColumnOrder(const std::vector<std::string>& now, std::vector<std::string> wanted)
    : wanted_(std::move(wanted)) {
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < wanted_.size(); ++i) place.emplace(wanted_[i], i);
  std::vector<std::size_t> places;
  for (const std::string& column : now) {
    if (const auto found = place.find(column); found != place.end()) {
      places.push_back(found->second);
    }
  }
  for (const std::size_t i : longest_increasing(places)) placed_.insert(wanted_[places[i]]);
  std::sort(places.begin(), places.end());
  for (const std::size_t i : places) {
    if (placed_.count(wanted_[i]) == 0) movers_.push_back(wanted_[i]);
  }
}

std::string ColumnOrder::before(const std::string& column) const {
  std::string found;
  for (const std::string& other : wanted_) {
    if (other == column) break;
    if (placed_.count(other) != 0) found = other;
  }
  return found;
}

bool ColumnOrder::any_behind(const std::string& column) const {
  const auto at = std::find(wanted_.begin(), wanted_.end(), column);
  return std::any_of(at, wanted_.end(),
                     [&](const std::string& other) { return placed_.count(other) != 0; });
}

std::optional<ops::Position> ColumnOrder::add(const std::string& column) {
  std::optional<ops::Position> position;
  if (any_behind(column)) position = ops::Position{before(column)};
  placed_.insert(column);
  return position;
}

std::vector<std::string> ColumnOrder::movers() const {
  return movers_;
}

ops::Position ColumnOrder::move(const std::string& column) {
  ops::Position position{before(column)};
  placed_.insert(column);
  return position;
}

}  // namespace dbmig::diff
