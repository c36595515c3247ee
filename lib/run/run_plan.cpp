#include "run/run_plan.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <utility>

#include "ops/apply.hpp"

namespace dbmig::run {

std::string_view to_string(Direction direction) {
  return direction == Direction::upgrade ? "upgrade" : "downgrade";
}

RunPlan::RunPlan(Direction direction, const history::Graph& graph,
                 const std::set<std::string>& applied, const std::set<std::string>& targets)
    : RunPlan(direction, graph, graph.in_order(applied),
              direction == Direction::upgrade ? graph.upgrade_path(applied, targets)
                                              : graph.downgrade_path(applied, targets)) {}

RunPlan::RunPlan(Direction direction, const history::Graph& graph, std::vector<std::string> applied,
                 std::vector<std::string> ids)
    : direction_(direction), graph_(graph), applied_(std::move(applied)), ids_(std::move(ids)) {
  if (ids_.empty()) return;
  graph.read_ahead(ids_);
  if (direction == Direction::upgrade) {
    before_ = graph.fold_in_order(applied_);
    return;
  }
  // If this cannot have been the order, as after a stamp, use a possible one.
  applied_ = graph.workable_order(applied_);
  // Last applied, first reverted: each revision is reverted to the schema before it.
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < applied_.size(); ++i) place[applied_[i]] = i;
  std::stable_sort(ids_.begin(), ids_.end(), [&](const std::string& a, const std::string& b) {
    return place.at(a) > place.at(b);
  });
  // Replays the history from the remaining revisions on and collects each inverse with its schema.
  const std::set<std::string> going(ids_.begin(), ids_.end());
  std::vector<std::string> staying;
  std::copy_if(applied_.begin(), applied_.end(), std::back_inserter(staying),
               [&](const std::string& id) { return going.count(id) == 0; });
  schema::Schema schema = graph.fold_in_order(staying);
  downgrades_.resize(ids_.size());
  for (std::size_t i = ids_.size(); i-- > 0;) {
    const history::Revision& revision = graph.get(ids_[i]);
    downgrades_[i] = {history::downgrade_operations(revision, schema), schema};
    schema = history::apply(std::move(schema), revision);
  }
  before_ = std::move(schema);
}

void RunPlan::advance() {
  if (combined_) {
    before_ = std::move(combined_->after);
    combined_.reset();
    current_.reset();
  }
  if (!current_) return;
  const history::Revision& revision = *current_->revision;
  if (direction_ == Direction::upgrade) {
    before_ = history::apply(std::move(before_), revision);
  } else {
    // A downgrade by hand may hold plain SQL: the schema after it is that of the remaining
    // revisions.
    before_ = revision.downgrade ? std::move(downgrades_[index_ - 1].met)
                                 : ops::apply(std::move(before_), current_->operations);
  }
  current_.reset();
}

bool RunPlan::combine_next() {
  if (direction_ == Direction::downgrade || least_ == 0 || index_ < next_try_) return false;
  Combined combined = combine(graph_, std::span(ids_).subspan(index_), before_, least_);
  // A group that starts at a later one of these parts ends at the same revision: it is shorter.
  next_try_ = index_ + std::max<std::size_t>(combined.parts.size(), 1);
  if (combined.revision.id.empty()) return false;
  combined_ = std::move(combined);
  current_ = Step{&combined_->revision, combined_->revision.upgrade, combined_->parts};
  index_ = next_try_;
  return true;
}

void RunPlan::split_combined() {
  index_ -= combined_->parts.size();
  combined_.reset();
  current_.reset();
}

std::optional<RunPlan::Step> RunPlan::next() {
  advance();
  if (index_ == ids_.size()) return std::nullopt;
  if (combine_next()) return current_;
  const history::Revision& revision = graph_.get(ids_[index_]);
  current_ = Step{&revision,
                  direction_ == Direction::upgrade ? revision.upgrade
                                                   : std::move(downgrades_[index_].operations),
                  {}};
  ++index_;
  return current_;
}

}  // namespace dbmig::run
