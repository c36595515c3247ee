// Questions to a graph. It is made in graph_build.cpp and folded in graph_fold.cpp.

#include "history/graph.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/graph_data.hpp"

namespace dbmig::history {

std::vector<std::string> Graph::squashes() const {
  std::vector<std::string> ids;
  if (data_->replaced.empty()) return ids;
  for (const Data::Node& node : data_->nodes) {
    if (!node.entry->revision.replaces.empty()) ids.push_back(node.entry->revision.id);
  }
  return ids;
}

std::optional<std::string> Graph::replaced_by(std::string_view id) const {
  const auto found = data_->replaced.find(id);
  if (found == data_->replaced.end()) return std::nullopt;
  return found->second.first;
}

std::size_t Graph::size() const {
  return data_->nodes.size();
}

const std::vector<std::string>& Graph::topological() const {
  return data_->order;
}

const Header& Graph::header_at(Rank rank) const {
  return data_->nodes[rank].entry->revision;
}

Graph::Rank Graph::rank(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  if (found != data_->ranks.end()) return found->second;
  // A squash that is expanded here, or the last of what one replaced: one is the other's end.
  std::string end(id);
  if (const auto alias = data_->aliases.find(end); alias != data_->aliases.end()) {
    end = alias->second;
  }
  if (const auto other = data_->replaced.find(end); other != data_->replaced.end()) {
    const auto& [squash, is_inside] = other->second;
    if (!is_inside) return data_->ranks.find(squash)->second;
    throw Error(ErrorCode::not_found,
                fmt::format("revision {} was replaced, with others, by revision {}", id, squash))
        .hint(fmt::format("name {} instead", squash));
  }
  if (const auto known = data_->ranks.find(end); known != data_->ranks.end()) return known->second;
  throw Error(ErrorCode::not_found, fmt::format("Can't locate revision identified by '{}'", id))
      .hint("`dbmig history` lists the revisions that there are");
}

std::vector<std::string> Graph::ids_of(const Ranks& ranks) const {
  std::vector<std::string> ids;
  ids.reserve(ranks.size());
  for (const Rank rank : ranks) ids.push_back(data_->order[rank]);
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
    const Ranks& further = data_->edges(next, back, edges);
    todo.insert(todo.end(), further.begin(), further.end());
  }
  return seen;
}

std::set<std::string> Graph::marked(const std::vector<bool>& marks) const {
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < marks.size(); ++i) {
    if (marks[i]) ids.push_back(data_->order[i]);
  }
  std::sort(ids.begin(), ids.end());
  std::set<std::string> result;
  for (const std::string_view id : ids) result.emplace_hint(result.end(), id);
  return result;
}

std::vector<std::string> Graph::heads() const {
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < size(); ++i) {
    if (data_->nodes[i].children.empty()) heads.push_back(data_->order[i]);
  }
  return heads;
}

std::vector<std::string> Graph::effective_heads() const {
  std::vector<std::string> heads;
  for (std::size_t i = 0; i < size(); ++i) {
    if (data_->nodes[i].needed_by.empty()) heads.push_back(data_->order[i]);
  }
  return heads;
}

std::vector<std::string> Graph::bases() const {
  std::vector<std::string> bases;
  for (std::size_t i = 0; i < size(); ++i) {
    if (data_->nodes[i].parents.empty()) bases.push_back(data_->order[i]);
  }
  return bases;
}

std::vector<std::string> Graph::children(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  if (found == data_->ranks.end()) return {};
  return ids_of(data_->nodes[found->second].children);
}

std::vector<std::string> Graph::needed_by(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  if (found == data_->ranks.end()) return {};
  return ids_of(data_->nodes[found->second].needed_by);
}

std::vector<std::string> Graph::branch_points() const {
  std::vector<std::string> points;
  for (std::size_t i = 0; i < size(); ++i) {
    if (data_->nodes[i].children.size() > 1) points.push_back(data_->order[i]);
  }
  return points;
}

bool Graph::is_branch_point(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  return found != data_->ranks.end() && data_->nodes[found->second].children.size() > 1;
}

bool Graph::is_head(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  return found != data_->ranks.end() && data_->nodes[found->second].children.empty();
}

bool Graph::is_effective_head(std::string_view id) const {
  const auto found = data_->ranks.find(id);
  return found != data_->ranks.end() && data_->nodes[found->second].needed_by.empty();
}

bool Graph::contains(std::string_view id) const {
  return data_->ranks.count(id) != 0;
}

const Header& Graph::header(std::string_view id) const {
  return header_at(rank(id));
}

const Revision& Graph::get(std::string_view id) const {
  return data_->nodes[rank(id)].entry->whole();
}

std::set<std::string> Graph::needs(std::string_view id) const {
  const std::vector<std::string> ids = ids_of(data_->nodes[rank(id)].needs);
  return {ids.begin(), ids.end()};
}

std::optional<std::string> Graph::find_label(std::string_view label) const {
  const auto found = data_->labels.find(label);
  if (found == data_->labels.end()) return std::nullopt;
  return found->second;
}

std::set<std::string> Graph::labels(std::string_view id) const {
  std::set<std::string> labels;
  if (data_->labels.empty()) return labels;
  const auto add = [&](Rank rank) {
    const std::vector<std::string>& own = header_at(rank).labels;
    labels.insert(own.begin(), own.end());
  };
  const std::vector<bool> above = reach({rank(id)}, true, Edges::parents);
  for (Rank i = 0; i < above.size(); ++i) {
    if (above[i]) add(i);
  }
  // Down the one line that leads on from here.
  Rank at = rank(id);
  Ranks line;
  while (data_->nodes[at].needed_by.size() == 1 && data_->nodes[at].parents.size() < 2) {
    at = data_->nodes[at].needed_by.front();
    if (data_->nodes[at].parents.size() != 1) return labels;  // merged, or only needed, there
    line.push_back(at);
  }
  if (!data_->nodes[at].needed_by.empty()) return labels;
  for (const Rank rank : line) add(rank);
  return labels;
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
    const Ranks& own = data_->nodes[rank].parents;
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
    if (const auto found = data_->ranks.find(id); found != data_->ranks.end()) {
      missing[found->second] = false;
    }
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
      const Ranks& own = data_->nodes[rank(target)].children;
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
    for (const Rank needed : data_->nodes[rank].needs) open[needed] |= whose;
  }
  std::reverse(first.begin(), first.end());
  std::reverse(second.begin(), second.end());
  return {ids_of(first), ids_of(second)};
}

}  // namespace dbmig::history
