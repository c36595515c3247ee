#include "import/row_graph.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <queue>

namespace dbmig::import {

void RowGraph::need(Row child, const std::vector<Row>& parents) {
  const std::size_t number = needs_.size();
  needs_.push_back({child, parents});
  needs_of_[child].push_back(number);
  for (const Row parent : parents) needs_for_[parent].push_back(number);
}

void RowGraph::share_key(const std::vector<Row>& rows) {
  for (const Row row : rows) keys_of_[row].push_back(keys_);
  ++keys_;
}

std::vector<bool> RowGraph::choose(const std::vector<bool>& refused, bool more_come) const {
  if (keys_ == 0) return complete(refused);
  std::vector<bool> gone = refused;
  while (true) {
    std::vector<bool> possible = more_come ? std::vector<bool>(rows(), true) : complete(gone);
    std::vector<bool> left_out = gone;
    std::vector<bool> has_rivals(rows());
    std::vector<std::optional<Row>> holders(keys_);
    for (Row row = 0; row < rows(); ++row) {
      if (gone[row] || !possible[row]) continue;
      for (const std::size_t key : keys_of_[row]) {
        if (!holders[key]) continue;
        has_rivals[*holders[key]] = true;
        left_out[row] = true;
      }
      if (left_out[row]) continue;
      for (const std::size_t key : keys_of_[row]) holders[key] = row;
    }
    std::vector<bool> chosen = complete(left_out);
    if (more_come) return chosen;
    // A row whose parent has been left out cannot be written: its rivals get their turn.
    bool is_changed = false;
    for (Row row = 0; row < rows(); ++row) {
      if (!has_rivals[row] || chosen[row]) continue;
      gone[row] = true;
      is_changed = true;
    }
    if (!is_changed) return chosen;
  }
}

std::vector<bool> RowGraph::complete(const std::vector<bool>& refused) const {
  std::vector<bool> chosen(rows(), true);
  std::vector<std::size_t> parents_left;
  parents_left.reserve(needs_.size());
  std::vector<Row> gone;
  const auto remove = [&](Row row) {
    if (!chosen[row]) return;
    chosen[row] = false;
    gone.push_back(row);
  };
  for (Row row = 0; row < rows(); ++row) {
    if (refused[row]) remove(row);
  }
  for (const Need& need : needs_) {
    parents_left.push_back(need.parents.size());
    if (need.parents.empty()) remove(need.child);
  }
  while (!gone.empty()) {
    const Row row = gone.back();
    gone.pop_back();
    for (const std::size_t need : needs_for_[row]) {
      if (--parents_left[need] == 0) remove(needs_[need].child);
    }
  }
  return chosen;
}

/// Takes rows whose needs are met, one after the other; where none is left, the rows of a circle.
class RowGraph::Sorter {
 public:
  Sorter(const RowGraph& graph, const std::vector<bool>& chosen,
         const std::vector<std::size_t>& group_of)
      : graph_(graph),
        chosen_(chosen),
        group_of_(group_of),
        is_met_(graph.needs_.size(), false),
        is_placed_(graph.rows(), false),
        unmet_(graph.rows(), 0) {
    for (Row row = 0; row < graph.rows(); ++row) {
      if (!chosen[row]) continue;
      unmet_[row] = graph.needs_of_[row].size();
      if (unmet_[row] == 0) ready_[group_of[row]].push(row);
    }
  }

  std::vector<Row> sorted() {
    std::size_t group = 0;
    for (Row next = 0; next < graph_.rows(); ++next) {
      if (!chosen_[next] || is_placed_[next]) continue;
      place_ready(group);
      if (is_placed_[next]) continue;
      for (const Row row : circle_from(next)) place(row);
      --next;
    }
    place_ready(group);
    return std::move(sorted_);
  }

 private:
  using Queue = std::priority_queue<Row, std::vector<Row>, std::greater<>>;

  void place_ready(std::size_t& group) {
    while (!ready_.empty()) {
      auto queue = ready_.find(group);
      if (queue == ready_.end()) queue = ready_.begin();
      group = queue->first;
      const Row row = queue->second.top();
      queue->second.pop();
      if (queue->second.empty()) ready_.erase(queue);
      if (!is_placed_[row]) place(row);
    }
  }

  void place(Row row) {
    is_placed_[row] = true;
    sorted_.push_back(row);
    for (const std::size_t need : graph_.needs_for_[row]) {
      const Row child = graph_.needs_[need].child;
      if (is_met_[need] || !chosen_[child]) continue;
      is_met_[need] = true;
      if (--unmet_[child] == 0) ready_[group_of_[child]].push(child);
    }
  }

  /// A parent that `row` waits for.
  Row missing_parent(Row row) const {
    for (const std::size_t need : graph_.needs_of_[row]) {
      if (is_met_[need]) continue;
      for (const Row parent : graph_.needs_[need].parents) {
        if (chosen_[parent]) return parent;
      }
    }
    return row;
  }

  /// The rows of a circle that `row` waits for, in their order.
  std::vector<Row> circle_from(Row row) const {
    std::map<Row, std::size_t> steps;
    std::vector<Row> path;
    while (steps.emplace(row, path.size()).second) {
      path.push_back(row);
      row = missing_parent(row);
    }
    path.erase(path.begin(), path.begin() + static_cast<std::ptrdiff_t>(steps[row]));
    std::sort(path.begin(), path.end());
    return path;
  }

  const RowGraph& graph_;
  const std::vector<bool>& chosen_;
  const std::vector<std::size_t>& group_of_;
  std::vector<bool> is_met_;  ///< for each need
  std::vector<bool> is_placed_;
  std::vector<std::size_t> unmet_;      ///< needs of each row
  std::map<std::size_t, Queue> ready_;  ///< rows of each group whose needs are met
  std::vector<Row> sorted_;
};

std::vector<RowGraph::Row> RowGraph::parents_first(const std::vector<bool>& chosen,
                                                   const std::vector<std::size_t>& group_of) const {
  return Sorter(*this, chosen, group_of).sorted();
}

}  // namespace dbmig::import
