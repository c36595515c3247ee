// Questions to a graph. It is made in graph_build.cpp and folded in graph_fold.cpp.

#include "history/graph.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <span>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/graph_data.hpp"

namespace dbmig::history {

std::vector<std::string> Graph::squashes() const {
  std::vector<std::string> ids;
  if (data_->arranged.replaced.empty()) return ids;
  for (Rank i = 0; i < size(); ++i) {
    if (!header_at(i).replaces.empty()) ids.push_back(data_->arranged.order[i]);
  }
  return ids;
}

std::optional<std::string> Graph::replaced_by(std::string_view id) const {
  const auto found = data_->arranged.replaced.find(id);
  if (found == data_->arranged.replaced.end()) return std::nullopt;
  return found->second.first;
}

std::size_t Graph::size() const {
  return data_->size();
}

const std::vector<std::string>& Graph::topological() const {
  return data_->arranged.order;
}

const Arrangement& Graph::arrangement() const {
  return data_->arranged;
}

const Header& Graph::header_at(Rank rank) const {
  return data_->entry(rank)->revision;
}

Graph::Rank Graph::rank(std::string_view id) const {
  if (const Rank* found = data_->ranks.find(id)) return *found;
  // A squash that is expanded here, or the last of what one replaced: one is the other's end.
  std::string end(id);
  if (const auto alias = data_->aliases.find(end); alias != data_->aliases.end()) {
    end = alias->second;
  }
  const auto& replaced = data_->arranged.replaced;
  if (const auto other = replaced.find(end); other != replaced.end()) {
    const auto& [squash, is_inside] = other->second;
    if (!is_inside) return *data_->ranks.find(squash);
    throw Error(ErrorCode::not_found,
                fmt::format("revision {} was replaced, with others, by revision {}", id, squash))
        .hint(fmt::format("name {} instead", squash));
  }
  if (const Rank* known = data_->ranks.find(end)) return *known;
  throw Error(ErrorCode::not_found, fmt::format("Can't locate revision identified by '{}'", id))
      .hint("`dbmig history` lists the revisions that there are");
}

std::vector<std::string> Graph::ids_of(std::span<const Rank> ranks) const {
  std::vector<std::string> ids;
  ids.reserve(ranks.size());
  for (const Rank rank : ranks) ids.push_back(data_->arranged.order[rank]);
  return ids;
}

Graph::Ranks Graph::ranks_of(const std::set<std::string>& ids) const {
  Ranks ranks;
  ranks.reserve(ids.size());
  for (const std::string& id : ids) ranks.push_back(rank(id));
  return ranks;
}

std::vector<bool> Graph::reach(const Ranks& from, bool back, Edges edges) const {
  std::vector<bool> seen(size());
  Ranks todo = from;
  while (!todo.empty()) {
    const Rank next = todo.back();
    todo.pop_back();
    if (seen[next]) continue;
    seen[next] = true;
    const std::span<const Rank> further = data_->edges(next, back, edges);
    todo.insert(todo.end(), further.begin(), further.end());
  }
  return seen;
}

std::set<std::string> Graph::marked(const std::vector<bool>& marks) const {
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i]) ids.push_back(data_->arranged.order[i]);
  }
  std::sort(ids.begin(), ids.end());
  std::set<std::string> result;
  for (const std::string_view id : ids) result.emplace_hint(result.end(), id);
  return result;
}

std::vector<std::string> Graph::heads() const {
  std::vector<std::string> heads;
  for (Rank i = 0; i < size(); ++i) {
    if (data_->children.of(i).empty()) heads.push_back(data_->arranged.order[i]);
  }
  return heads;
}

std::vector<std::string> Graph::effective_heads() const {
  std::vector<std::string> heads;
  for (Rank i = 0; i < size(); ++i) {
    if (data_->needed_by.of(i).empty()) heads.push_back(data_->arranged.order[i]);
  }
  return heads;
}

std::vector<std::string> Graph::bases() const {
  std::vector<std::string> bases;
  for (Rank i = 0; i < size(); ++i) {
    if (data_->arranged.parents.of(i).empty()) bases.push_back(data_->arranged.order[i]);
  }
  return bases;
}

std::vector<std::string> Graph::parents(std::string_view id) const {
  std::vector<std::string> ids;
  for (const std::string& parent : header(id).parents) {
    std::string known = contains(parent) ? parent : replaced_by(parent).value_or(parent);
    if (std::find(ids.begin(), ids.end(), known) == ids.end()) ids.push_back(std::move(known));
  }
  return ids;
}

std::vector<std::string> Graph::children(std::string_view id) const {
  const Rank* found = data_->ranks.find(id);
  return found == nullptr ? std::vector<std::string>{} : ids_of(data_->children.of(*found));
}

std::vector<std::string> Graph::needed_by(std::string_view id) const {
  const Rank* found = data_->ranks.find(id);
  return found == nullptr ? std::vector<std::string>{} : ids_of(data_->needed_by.of(*found));
}

std::vector<std::string> Graph::branch_points() const {
  std::vector<std::string> points;
  for (Rank i = 0; i < size(); ++i) {
    if (data_->children.of(i).size() > 1) points.push_back(data_->arranged.order[i]);
  }
  return points;
}

bool Graph::is_branch_point(std::string_view id) const {
  const Rank* found = data_->ranks.find(id);
  return found != nullptr && data_->children.of(*found).size() > 1;
}

bool Graph::is_head(std::string_view id) const {
  const Rank* found = data_->ranks.find(id);
  return found != nullptr && data_->children.of(*found).empty();
}

bool Graph::is_effective_head(std::string_view id) const {
  const Rank* found = data_->ranks.find(id);
  return found != nullptr && data_->needed_by.of(*found).empty();
}

bool Graph::contains(std::string_view id) const {
  return data_->ranks.find(id) != nullptr;
}

const Header& Graph::header(std::string_view id) const {
  return header_at(rank(id));
}

std::string_view Graph::checksum(std::string_view id) const {
  return data_->checksum(rank(id));
}

const Revision& Graph::get(std::string_view id) const {
  return data_->entry(rank(id))->whole();
}

std::set<std::string> Graph::needs(std::string_view id) const {
  const std::vector<std::string> ids = ids_of(data_->arranged.needs.of(rank(id)));
  return {ids.begin(), ids.end()};
}

std::optional<std::string> Graph::find_label(std::string_view label) const {
  const auto found = data_->arranged.labels.find(label);
  if (found == data_->arranged.labels.end()) return std::nullopt;
  return found->second;
}

std::set<std::string> Graph::labels(std::string_view id) const {
  if (data_->arranged.labels.empty()) return {};
  return data_->labels(rank(id));
}

std::vector<std::string> Graph::in_order(const std::set<std::string>& ids) const {
  Ranks ranks = ranks_of(ids);
  std::sort(ranks.begin(), ranks.end());
  return ids_of(ranks);
}

std::set<std::string> Graph::ancestors(const std::set<std::string>& ids, Edges edges) const {
  return marked(reach(ranks_of(ids), true, edges));
}

std::set<std::string> Graph::descendants(std::string_view id, Edges edges) const {
  return marked(reach({rank(id)}, false, edges));
}

std::vector<std::string> Graph::heads_of(const std::set<std::string>& applied) const {
  const Ranks have = ranks_of(applied);
  Ranks parents;
  for (const Rank rank : have) {
    const std::span<const Rank> own = data_->arranged.parents.of(rank);
    parents.insert(parents.end(), own.begin(), own.end());
  }
  const std::vector<bool> below = reach(parents, true, Edges::parents);
  Ranks heads;
  std::copy_if(have.begin(), have.end(), std::back_inserter(heads),
               [&](Rank rank) { return !below[rank]; });
  std::sort(heads.begin(), heads.end());
  return ids_of(heads);
}

std::vector<std::string> Graph::upgrade_path(const std::set<std::string>& applied,
                                             const std::set<std::string>& targets) const {
  std::vector<bool> missing = reach(ranks_of(targets), true, Edges::all);
  for (const std::string& id : applied) {
    if (const Rank* found = data_->ranks.find(id)) missing[*found] = false;
  }
  Ranks path;
  for (Rank i = 0; i < missing.size(); ++i) {
    if (missing[i]) path.push_back(i);
  }
  return ids_of(path);
}

std::vector<std::string> Graph::downgrade_path(const std::set<std::string>& applied,
                                               const std::set<std::string>& targets) const {
  Ranks gone = ranks_of(applied);
  if (!targets.empty()) {
    Ranks children;
    for (const std::string& target : targets) {
      const std::span<const Rank> own = data_->children.of(rank(target));
      if (applied.count(target) == 0) {
        throw Error(ErrorCode::failed,
                    fmt::format("Destination {} is not a valid downgrade target from current "
                                "head(s)",
                                target))
            .hint("the database does not have it; `dbmig current` shows what it has");
      }
      children.insert(children.end(), own.begin(), own.end());
    }
    const std::vector<bool> below = reach(children, false, Edges::all);
    const std::vector<bool> stay = reach(ranks_of(targets), true, Edges::all);
    std::erase_if(gone, [&](Rank rank) { return !below[rank] || stay[rank]; });
  }
  std::sort(gone.begin(), gone.end(), std::greater<>());
  return ids_of(gone);
}

std::pair<std::vector<std::string>, std::vector<std::string>> Graph::sides(
    std::string_view a, std::string_view b) const {
  constexpr unsigned kFirst = 1;
  constexpr unsigned kSecond = 2;
  // The newest comes first, so each is met once all that descends from it has told whose it is.
  std::map<Rank, unsigned, std::greater<>> open;
  open[rank(a)] |= kFirst;
  open[rank(b)] |= kSecond;
  Ranks first;
  Ranks second;
  while (std::any_of(open.begin(), open.end(),
                     [](const auto& entry) { return entry.second != (kFirst | kSecond); })) {
    const auto [rank, whose] = *open.begin();
    open.erase(open.begin());
    if (whose == kFirst) first.push_back(rank);
    if (whose == kSecond) second.push_back(rank);
    for (const Rank needed : data_->arranged.needs.of(rank)) open[needed] |= whose;
  }
  std::reverse(first.begin(), first.end());
  std::reverse(second.begin(), second.end());
  return {ids_of(first), ids_of(second)};
}

}  // namespace dbmig::history
