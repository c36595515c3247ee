#include "run/route.hpp"

#include <utility>

#include "ops/evolve.hpp"

namespace dbmig::run {

std::string_view to_string(Direction direction) {
  return direction == Direction::upgrade ? "upgrade" : "downgrade";
}

Route::Route(Direction direction, const history::Graph& graph, std::set<std::string> applied,
             const std::set<std::string>& targets)
    : direction_(direction), graph_(graph), applied_(std::move(applied)) {
  if (direction == Direction::upgrade) {
    ids_ = graph.upgrade_path(applied_, targets);
    if (!ids_.empty()) before_ = graph.fold(applied_);
    return;
  }
  ids_ = graph.downgrade_path(applied_, targets);
  if (ids_.empty()) return;
  // Forward from what stays, collecting what takes each revision back against the schema it met.
  std::set<std::string> staying = applied_;
  for (const std::string& id : ids_) staying.erase(id);
  schema::Schema schema = graph.fold(staying);
  downgrades_.resize(ids_.size());
  for (std::size_t i = ids_.size(); i-- > 0;) {
    const history::Revision& revision = graph.get(ids_[i]);
    downgrades_[i] = history::downgrade_operations(revision, schema);
    schema = history::evolve(std::move(schema), revision);
  }
  before_ = std::move(schema);
}

void Route::advance() {
  if (!under_way_) return;
  const history::Revision& revision = *under_way_->revision;
  if (direction_ == Direction::upgrade) {
    before_ = history::evolve(std::move(before_), revision);
    applied_.insert(revision.id);
  } else {
    applied_.erase(revision.id);
    // One written by hand may hold plain SQL: what it leaves is what the others add up to.
    before_ = revision.downgrade ? graph_.fold(applied_)
                                 : ops::evolve(std::move(before_), under_way_->operations);
  }
  under_way_.reset();
}

std::optional<Route::Stop> Route::next() {
  advance();
  if (index_ == ids_.size()) return std::nullopt;
  const history::Revision& revision = graph_.get(ids_[index_]);
  under_way_ = Stop{&revision, direction_ == Direction::upgrade ? revision.upgrade
                                                                : std::move(downgrades_[index_])};
  ++index_;
  return under_way_;
}

}  // namespace dbmig::run
