#include "history/graph.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <queue>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/evolve.hpp"

namespace dbmig::history {
namespace {

using Revisions = std::map<std::string, Revision, std::less<>>;
using Children = std::map<std::string, std::vector<std::string>, std::less<>>;

SourcePosition position_of(const Revision& revision) {
  return {revision.path.string(), 0, 0};
}

void check_id(const Revision& revision, Diagnostics& diagnostics) {
  const std::string& id = revision.id;
  if (id.empty()) {
    diagnostics.add(position_of(revision), "a revision has no id", "give it one under `revision:`");
    return;
  }
  for (const std::string_view reserved : {"head", "heads", "base", "current"}) {
    if (id == reserved || revision.label == reserved) {
      diagnostics.add(
          position_of(revision),
          fmt::format("'{}' cannot name a revision: it has a meaning of its own", reserved),
          "choose another name");
    }
  }
  for (const std::string& name : {id, revision.label}) {
    const auto bad = name.find_first_of("@:+ ");
    if (bad == std::string::npos) continue;
    diagnostics.add(
        position_of(revision),
        fmt::format("Character '{}' not allowed in revision identifier '{}'", name[bad], name),
        "use letters, digits and '_'");
  }
}

void check_parents(const Revisions& revisions, Diagnostics& diagnostics) {
  for (const auto& [id, revision] : revisions) {
    std::set<std::string> seen;
    for (const std::string& parent : revision.parents) {
      if (!seen.insert(parent).second) {
        diagnostics.add(position_of(revision),
                        fmt::format("revision '{}' names its parent '{}' twice", id, parent),
                        "name each parent once");
      } else if (parent == id) {
        diagnostics.add(position_of(revision),
                        fmt::format("Self-loop is detected in revisions ({})", id),
                        "a revision cannot be its own parent");
      } else if (revisions.count(parent) == 0) {
        diagnostics.add(
            position_of(revision),
            fmt::format("Can't locate revision identified by '{}', a parent of '{}'", parent, id),
            "its file is missing: restore it, or correct `parents:`");
      }
    }
  }
}

/// Parents before children; of those that could come next, the oldest. What lies on or behind a
/// cycle is left out.
std::vector<std::string> sort(const Revisions& revisions, const Children& children) {
  using Entry = std::tuple<std::string, std::string>;  // created, id
  std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
  std::map<std::string_view, std::size_t> waiting;
  for (const auto& [id, revision] : revisions) {
    if (revision.parents.empty()) ready.emplace(revision.created, id);
    waiting[id] = revision.parents.size();
  }
  std::vector<std::string> order;
  order.reserve(revisions.size());
  while (!ready.empty()) {
    std::string id = std::get<1>(ready.top());
    ready.pop();
    if (const auto found = children.find(id); found != children.end()) {
      for (const std::string& child : found->second) {
        if (--waiting[child] == 0) ready.emplace(revisions.find(child)->second.created, child);
      }
    }
    order.push_back(std::move(id));
  }
  return order;
}

/// The revisions on a cycle (or between two): those left when what has no parent or no child left
/// is taken away, again and again.
std::vector<std::string> cyclic(const Revisions& revisions, const Children& children,
                                const std::vector<std::string>& order) {
  std::set<std::string> left;
  for (const auto& [id, revision] : revisions) left.insert(id);
  for (const std::string& id : order) left.erase(id);
  const auto has_child = [&](const std::string& id) {
    const auto found = children.find(id);
    return found != children.end() &&
           std::any_of(found->second.begin(), found->second.end(),
                       [&](const std::string& child) { return left.count(child) != 0; });
  };
  std::vector<std::string> ends(left.begin(), left.end());
  while (!ends.empty()) {
    const std::string id = std::move(ends.back());
    ends.pop_back();
    if (left.count(id) == 0 || has_child(id)) continue;
    left.erase(id);
    const std::vector<std::string>& parents = revisions.find(id)->second.parents;
    ends.insert(ends.end(), parents.begin(), parents.end());
  }
  return {left.begin(), left.end()};
}

}  // namespace

Graph::Graph(std::vector<Revision> revisions) {
  Diagnostics diagnostics;
  for (Revision& revision : revisions) {
    check_id(revision, diagnostics);
    const std::string id = revision.id;
    const SourcePosition where = position_of(revision);
    const auto [place, inserted] = revisions_.emplace(id, std::move(revision));
    if (inserted) continue;
    const std::string other = place->second.path.string();
    diagnostics.add(
        where, fmt::format("Revision {} is present more than once", id),
        other.empty() ? "give one of them another id" : fmt::format("the other is {}", other));
  }
  for (const auto& [id, revision] : revisions_) {
    if (revision.label.empty()) continue;
    const auto [place, inserted] = labels_.emplace(revision.label, id);
    const bool is_id = revision.label != id && revisions_.count(revision.label) != 0;
    if (inserted && !is_id) continue;
    diagnostics.add(position_of(revision),
                    fmt::format("Branch name '{}' in revision {} already used by revision {}",
                                revision.label, id, is_id ? revision.label : place->second),
                    "give it another label");
  }
  check_parents(revisions_, diagnostics);
  diagnostics.throw_if_any();

  for (const auto& [id, revision] : revisions_) {
    for (const std::string& parent : revision.parents) children_[parent].push_back(id);
  }
  order_ = sort(revisions_, children_);
  if (order_.size() != revisions_.size()) {
    const std::vector<std::string> loop = cyclic(revisions_, children_, order_);
    throw Error(ErrorCode::invalid,
                fmt::format("Cycle is detected in revisions ({})", text::join(loop, ", ")))
        .at(position_of(revisions_.find(loop.front())->second))
        .hint("correct `parents:` of one of them");
  }
  for (std::size_t i = 0; i < order_.size(); ++i) rank_.emplace(order_[i], i);
  for (auto& [id, children] : children_) {
    std::sort(children.begin(), children.end(), [&](const std::string& a, const std::string& b) {
      return rank_.find(a)->second < rank_.find(b)->second;
    });
  }
}

std::vector<std::string> Graph::heads() const {
  std::vector<std::string> heads;
  for (const std::string& id : order_) {
    if (is_head(id)) heads.push_back(id);
  }
  return heads;
}

std::vector<std::string> Graph::bases() const {
  std::vector<std::string> bases;
  for (const std::string& id : order_) {
    if (get(id).parents.empty()) bases.push_back(id);
  }
  return bases;
}

std::vector<std::string> Graph::children(std::string_view id) const {
  const auto found = children_.find(id);
  return found == children_.end() ? std::vector<std::string>() : found->second;
}

std::vector<std::string> Graph::branch_points() const {
  std::vector<std::string> points;
  for (const std::string& id : order_) {
    if (children(id).size() > 1) points.push_back(id);
  }
  return points;
}

bool Graph::is_head(std::string_view id) const {
  return contains(id) && children_.find(id) == children_.end();
}

bool Graph::contains(std::string_view id) const {
  return revisions_.find(id) != revisions_.end();
}

const Revision& Graph::get(std::string_view id) const {
  const auto found = revisions_.find(id);
  if (found != revisions_.end()) return found->second;
  throw Error(ErrorCode::not_found, fmt::format("Can't locate revision identified by '{}'", id))
      .hint("`dbmig history` lists the revisions that there are");
}

std::vector<std::string> Graph::in_order(const std::set<std::string>& ids) const {
  std::vector<std::size_t> ranks;
  ranks.reserve(ids.size());
  for (const std::string& id : ids) ranks.push_back(rank_.find(id)->second);
  std::sort(ranks.begin(), ranks.end());
  std::vector<std::string> ordered;
  ordered.reserve(ranks.size());
  for (const std::size_t rank : ranks) ordered.push_back(order_[rank]);
  return ordered;
}

std::set<std::string> Graph::ancestors(const std::set<std::string>& ids) const {
  std::set<std::string> seen;
  std::vector<std::string> todo(ids.begin(), ids.end());
  while (!todo.empty()) {
    std::string id = std::move(todo.back());
    todo.pop_back();
    if (seen.count(id) != 0) continue;
    const std::vector<std::string>& parents = get(id).parents;
    todo.insert(todo.end(), parents.begin(), parents.end());
    seen.insert(std::move(id));
  }
  return seen;
}

std::set<std::string> Graph::descendants(std::string_view id) const {
  std::set<std::string> seen;
  std::vector<std::string> todo = {get(id).id};
  while (!todo.empty()) {
    std::string next = std::move(todo.back());
    todo.pop_back();
    if (seen.count(next) != 0) continue;
    if (const auto found = children_.find(next); found != children_.end()) {
      todo.insert(todo.end(), found->second.begin(), found->second.end());
    }
    seen.insert(std::move(next));
  }
  return seen;
}

std::vector<std::string> Graph::heads_of(const std::set<std::string>& applied) const {
  std::set<std::string> parents;
  for (const std::string& id : applied) {
    const std::vector<std::string>& own = get(id).parents;
    parents.insert(own.begin(), own.end());
  }
  const std::set<std::string> below = ancestors(parents);
  std::set<std::string> heads;
  std::set_difference(applied.begin(), applied.end(), below.begin(), below.end(),
                      std::inserter(heads, heads.end()));
  return in_order(heads);
}

std::vector<std::string> Graph::upgrade_path(const std::set<std::string>& applied,
                                             const std::set<std::string>& targets) const {
  const std::set<std::string> want = ancestors(targets);
  std::set<std::string> missing;
  std::set_difference(want.begin(), want.end(), applied.begin(), applied.end(),
                      std::inserter(missing, missing.end()));
  return in_order(missing);
}

std::vector<std::string> Graph::downgrade_path(const std::set<std::string>& applied,
                                               const std::set<std::string>& targets) const {
  std::set<std::string> gone = applied;
  if (!targets.empty()) {
    std::set<std::string> below;
    for (const std::string& target : targets) {
      get(target);
      if (applied.count(target) == 0) {
        throw Error(ErrorCode::failed,
                    fmt::format("Destination {} is not a valid downgrade target from current "
                                "head(s)",
                                target))
            .hint("the database does not have it; `dbmig current` shows what it has");
      }
      below.merge(descendants(target));
    }
    const std::set<std::string> stay = ancestors(targets);
    std::erase_if(
        gone, [&](const std::string& id) { return below.count(id) == 0 || stay.count(id) != 0; });
  }
  std::vector<std::string> path = in_order(gone);
  std::reverse(path.begin(), path.end());
  return path;
}

schema::Schema Graph::fold(const std::set<std::string>& ids) const {
  return fold_in_order(in_order(ancestors(ids)));
}

schema::Schema Graph::fold() const {
  const std::vector<std::string> all = heads();
  return fold({all.begin(), all.end()});
}

namespace {

/// Moves the revision at `index`, with those of its ancestors that stand between, before the first
/// one it does not descend from and that concerns the same table. False when there is none.
bool move_earlier(const Graph& graph, std::vector<std::string>& ids, std::size_t index) {
  const std::set<std::string> own = graph.ancestors({ids[index]});
  std::set<std::string> tables;
  for (const ops::Operation& operation : graph.get(ids[index]).upgrade) {
    tables.insert(text::lower(ops::table_of(operation)));
  }
  const auto concerns = [&](const std::string& id) {
    const std::vector<ops::Operation>& operations = graph.get(id).upgrade;
    return std::any_of(operations.begin(), operations.end(), [&](const ops::Operation& operation) {
      return tables.count(text::lower(ops::table_of(operation))) != 0;
    });
  };
  const auto end = ids.begin() + static_cast<std::ptrdiff_t>(index);
  const auto first = std::find_if(
      ids.begin(), end, [&](const std::string& id) { return own.count(id) == 0 && concerns(id); });
  if (first == end) return false;
  std::stable_partition(first, end + 1, [&](const std::string& id) { return own.count(id) != 0; });
  return true;
}

}  // namespace

schema::Schema Graph::fold_in_order(const std::vector<std::string>& ids) const {
  std::vector<std::string> order = ids;
  std::optional<Error> first;
  std::set<std::string> moved;
  while (true) {
    schema::Schema schema;
    std::size_t index = 0;
    try {
      for (; index < order.size(); ++index) schema = evolve(std::move(schema), get(order[index]));
      return schema;
    } catch (const Error& error) {
      if (!first) first = error;
    }
    if (!moved.insert(order[index]).second || !move_earlier(*this, order, index)) throw *first;
  }
}

std::pair<std::vector<std::string>, std::vector<std::string>> Graph::sides(
    std::string_view a, std::string_view b) const {
  constexpr unsigned kFirst = 1;
  constexpr unsigned kSecond = 2;
  // The newest comes first, so each is met once all that descends from it has told whose it is.
  std::map<std::size_t, unsigned, std::greater<>> open;
  open[rank_.find(get(a).id)->second] |= kFirst;
  open[rank_.find(get(b).id)->second] |= kSecond;
  std::vector<std::string> first;
  std::vector<std::string> second;
  while (std::any_of(open.begin(), open.end(),
                     [](const auto& entry) { return entry.second != (kFirst | kSecond); })) {
    const auto [rank, whose] = *open.begin();
    open.erase(open.begin());
    if (whose == kFirst) first.push_back(order_[rank]);
    if (whose == kSecond) second.push_back(order_[rank]);
    for (const std::string& parent : get(order_[rank]).parents) {
      open[rank_.find(parent)->second] |= whose;
    }
  }
  std::reverse(first.begin(), first.end());
  std::reverse(second.begin(), second.end());
  return {std::move(first), std::move(second)};
}

void Graph::require_new(const Revision& revision) const {
  Diagnostics unusable;
  check_id(revision, unusable);
  unusable.throw_if_any(ErrorCode::usage);
  const auto taken = [&](const std::string& name) {
    return contains(name) || labels_.count(name) != 0;
  };
  if (taken(revision.id)) {
    throw Error(ErrorCode::failed, fmt::format("Revision {} is present already", revision.id))
        .hint("choose another --rev-id");
  }
  if (!revision.label.empty() && (taken(revision.label) || revision.label == revision.id)) {
    throw Error(ErrorCode::failed, fmt::format("Branch name '{}' is already used", revision.label))
        .hint("choose another --branch-label");
  }
}

}  // namespace dbmig::history
