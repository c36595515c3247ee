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
  // Where it is known not to have been the order, as after a stamp, one that can have been.
  applied_ = graph.workable_order(applied_);
  // What was taken last goes first: each revision is taken back against the schema it met.
  std::map<std::string, std::size_t> place;
  for (std::size_t i = 0; i < applied_.size(); ++i) place[applied_[i]] = i;
  std::stable_sort(ids_.begin(), ids_.end(), [&](const std::string& a, const std::string& b) {
    return place.at(a) > place.at(b);
  });
  // Forward from what stays, collecting what takes each revision back against the schema it met.
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
    // One written by hand may hold plain SQL: what it leaves is what the others add up to.
    before_ = revision.downgrade ? std::move(downgrades_[index_ - 1].met)
                                 : ops::apply(std::move(before_), current_->operations);
  }
  current_.reset();
}

bool RunPlan::combine_next() {
  if (direction_ == Direction::downgrade || least_ == 0 || index_ < next_try_) return false;
  Combined combined = combine(graph_, std::span(ids_).subspan(index_), before_, least_);
  // The one behind them ends whatever begins before it.
  next_try_ = index_ + std::max<std::size_t>(combined.parts.size(), 1);
  if (combined.revision.id.empty()) return false;
  combined_ = std::move(combined);
  current_ = Step{&combined_->revision, combined_->revision.upgrade, combined_->parts};
  index_ = next_try_;
  return true;
}

void RunPlan::take_apart() {
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
