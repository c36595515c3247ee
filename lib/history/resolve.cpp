#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "base/listed.hpp"
#include "history/graph.hpp"
#include "history/graph_data.hpp"

namespace dbmig::history {
namespace {

using Ids = std::set<std::string>;
/// Of squashes that are expanded in a graph: id → the last of what each replaced.
using Squashes = std::map<std::string, std::string, std::less<>>;

/// A revision argument taken apart: `branch@symbol+steps`. Each part may be missing.
struct Argument {
  std::string branch;
  std::string symbol;
  std::string relative;  ///< "+2", "-1"
  int steps = 0;
};

Argument parse(const Graph& graph, std::string_view text) {
  Argument argument;
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    argument.branch = text.substr(0, at);
    text.remove_prefix(at + 1);
  }
  argument.symbol = text;
  const auto sign = text.find_last_of("+-");
  if (graph.contains(text) || sign == std::string_view::npos) return argument;
  const std::string_view digits = text.substr(sign + 1);
  const bool all_digits = !digits.empty() && std::all_of(digits.begin(), digits.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
  if (!all_digits) return argument;
  const auto [end, problem] =
      std::from_chars(digits.data(), digits.data() + digits.size(), argument.steps);
  if (problem != std::errc() || end != digits.data() + digits.size()) {
    throw Error(ErrorCode::failed, fmt::format("'{}' is too many steps", text.substr(sign)));
  }
  argument.relative = text.substr(sign);
  argument.symbol = text.substr(0, sign);
  if (text[sign] == '-') argument.steps = -argument.steps;
  return argument;
}

std::string listed(const Ids& ids) {
  return text::join_some({ids.begin(), ids.end()});
}

/// Answers one argument.
class Resolver {
 public:
  /// With `is_all`, `current` is all that the database has, and steps down from it lead over what
  /// it does not have.
  Resolver(const Graph& graph, const Squashes& expanded, const Ids& current, bool is_all = false)
      : graph_(graph), expanded_(expanded), current_(current), is_all_(is_all) {}

  Ids resolve(std::string_view text) {
    Argument argument = parse(graph_, text);
    if (!argument.branch.empty()) follow(argument.branch);
    if (argument.relative.empty()) return symbol(argument.symbol);
    const bool from_current = argument.symbol.empty();
    // `label@base+2` is two steps into the branch from its beginning.
    Ids from =
        argument.symbol == "base" ? Ids() : symbol(from_current ? "current" : argument.symbol);
    if (from.size() > 1) {
      throw Error(ErrorCode::failed, fmt::format("Ambiguous {} from multiple {} revisions ({})",
                                                 argument.steps < 0 ? "downgrade" : "upgrade",
                                                 from_current ? "current" : "head", listed(from)))
          .hint(fmt::format("name the one to start from, as in '{}{}'", *from.begin(),
                            argument.relative));
    }
    return argument.steps < 0 ? walk_down(std::move(from), argument, from_current && is_all_)
                              : walk_up(std::move(from), argument);
  }

  /// The id that a label, an id or the unique beginning of an id stands for.
  std::string identify(std::string_view name) {
    if (graph_.contains(name)) {
      require_member(name);
      return std::string(name);
    }
    if (const auto labelled = graph_.find_label(name)) return *labelled;
    Ids candidates;
    for (const std::string& id : graph_.topological()) {
      if (!name.empty() && id.starts_with(name)) candidates.insert(id);
    }
    for (auto squash = expanded_.lower_bound(name);
         !name.empty() && squash != expanded_.end() && squash->first.starts_with(name); ++squash) {
      candidates.insert(graph_.header(squash->first).id);
    }
    // Throws, but for what a squash stands for.
    if (candidates.empty()) return graph_.header(name).id;
    if (candidates.size() > 1 && lineage_) {
      std::erase_if(candidates, [&](const std::string& id) { return !is_member(id); });
    }
    if (candidates.size() > 1) {
      throw Error(ErrorCode::failed,
                  fmt::format("Multiple revisions start with '{}': {}", name, listed(candidates)))
          .hint("give more of its characters");
    }
    if (candidates.empty()) return graph_.header(name).id;  // throws
    require_member(*candidates.begin());
    return *candidates.begin();
  }

 private:
  /// Only what shares a line of descent with `branch` counts from here on.
  void follow(const std::string& branch) {
    branch_root_ = identify(branch);
    branch_ = branch;
    lineage_ = graph_.descendants(branch_root_, Edges::parents);
    lineage_->merge(graph_.ancestors({branch_root_}, Edges::parents));
  }

  bool is_member(std::string_view id) const {
    return !lineage_ || lineage_->count(std::string(id)) != 0;
  }

  void require_member(std::string_view id) const {
    if (is_member(id)) return;
    throw Error(ErrorCode::failed,
                fmt::format("Revision {} is not a member of branch '{}'", id, branch_))
        .hint(fmt::format("leave out '{}@', or name one of: {}", branch_,
                          text::join_some({lineage_->begin(), lineage_->end()})));
  }

  Ids members(const std::vector<std::string>& ids) const {
    Ids out;
    for (const std::string& id : ids) {
      if (is_member(id)) out.insert(id);
    }
    return out;
  }

  Ids symbol(const std::string& name) {
    if (name == "base") {
      if (lineage_) {
        throw Error(ErrorCode::failed,
                    fmt::format("'{}@base' says where a downgrade ends, not a revision", branch_))
            .hint("name a revision");
      }
      return {};
    }
    if (name == "heads") {
      // What others depend on comes with them; of one branch it is the head all the same.
      return members(lineage_ ? graph_.heads() : graph_.effective_heads());
    }
    if (name == "current") return current();
    if (name == "head") {
      Ids heads = members(graph_.heads());
      if (heads.size() <= 1) return heads;
      throw Error(ErrorCode::failed,
                  fmt::format("Multiple head revisions are present for given argument '{}'; please "
                              "specify a specific target revision, '<branchname>@head' to narrow "
                              "to a specific head, or 'heads' for all heads",
                              lineage_ ? branch_ + "@head" : "head"))
          .hint(fmt::format("the heads are {}; `dbmig merge heads` joins them", listed(heads)));
    }
    return {identify(name)};
  }

  /// The database's heads. Of a branch: its newest revisions that the database has, down to those
  /// that the branch shares with others, so that a step can lead into the branch.
  Ids current() const {
    if (!lineage_) return members(graph_.heads_of(current_));
    Ids here = graph_.ancestors(current_);
    std::erase_if(here, [&](const std::string& id) { return !is_member(id); });
    const std::vector<std::string> heads = graph_.heads_of(here);
    return {heads.begin(), heads.end()};
  }

  [[noreturn]] static void throw_too_far(const Argument& argument) {
    throw Error(ErrorCode::failed, fmt::format("Relative revision {} didn't produce {} migrations",
                                               argument.relative, std::abs(argument.steps)))
        .hint("there are not so many; `dbmig history` lists them");
  }

  [[noreturn]] static void throw_ambiguous(const Argument& argument, const std::string& at,
                                           const Ids& ways) {
    throw Error(ErrorCode::failed,
                fmt::format("Ambiguous walk: '{}' could go from {} to any of {}", argument.relative,
                            at.empty() ? "base" : at, listed(ways)))
        .hint(fmt::format("name the revision, or a branch, as in '{}@{}'", *ways.begin(),
                          argument.relative));
  }

  Ids walk_up(Ids from, const Argument& argument) const {
    std::string at = from.empty() ? std::string() : *from.begin();
    for (int step = 0; step < argument.steps; ++step) {
      const Ids next = members(at.empty() ? graph_.bases() : graph_.children(at));
      if (next.empty()) throw_too_far(argument);
      if (next.size() > 1) throw_ambiguous(argument, at, next);
      at = *next.begin();
    }
    return at.empty() ? Ids() : Ids{at};
  }

  /// Its parents, and for each that the database does not have those that come before it there.
  Ids parents_there(const std::string& id) const {
    Ids there;
    Ids seen;
    std::vector<std::string> todo = graph_.parents(id);
    while (!todo.empty()) {
      const std::string next = std::move(todo.back());
      todo.pop_back();
      if (!seen.insert(next).second) continue;
      if (current_.count(next) != 0) {
        there.insert(next);
        continue;
      }
      const std::vector<std::string> further = graph_.parents(next);
      todo.insert(todo.end(), further.begin(), further.end());
    }
    const std::vector<std::string> heads = graph_.heads_of(there);
    return {heads.begin(), heads.end()};
  }

  Ids walk_down(Ids from, const Argument& argument, bool over_missing) const {
    Ids at = std::move(from);
    for (int step = 0; step > argument.steps; --step) {
      if (at.empty()) throw_too_far(argument);
      if (at.size() > 1) throw_ambiguous(argument, "a merge", at);
      const std::vector<std::string> own = graph_.parents(*at.begin());
      const Ids there = over_missing ? parents_there(*at.begin()) : Ids(own.begin(), own.end());
      const std::vector<std::string> parents(there.begin(), there.end());
      // The last step down from a merge undoes the merge: all its parents stay.
      const bool last = step - 1 == argument.steps;
      at = last ? Ids(parents.begin(), parents.end()) : members(parents);
    }
    return at;
  }

  const Graph& graph_;
  const Squashes& expanded_;
  const Ids& current_;
  bool is_all_;
  std::string branch_;
  std::string branch_root_;
  std::optional<Ids> lineage_;
};

}  // namespace

std::set<std::string> Graph::resolve(std::string_view argument,
                                     const std::set<std::string>& current) const {
  return Resolver(*this, data_->aliases, current).resolve(argument);
}

std::string Graph::resolve_one(std::string_view argument,
                               const std::set<std::string>& current) const {
  std::set<std::string> ids = resolve(argument, current);
  if (ids.size() == 1) return std::move(ids.extract(ids.begin()).value());
  if (ids.empty()) {
    throw Error(ErrorCode::failed, fmt::format("'{}' is not a revision", argument))
        .hint("name one; `dbmig history` lists the revisions that there are");
  }
  throw Error(ErrorCode::failed,
              fmt::format("'{}' names several revisions: {}", argument, listed(ids)))
      .hint("name one of them");
}

bool needs_current(std::string_view argument) {
  if (const auto at = argument.find('@'); at != argument.npos) argument.remove_prefix(at + 1);
  constexpr std::string_view kCurrent = "current";
  if (argument.starts_with(kCurrent))
    argument.remove_prefix(kCurrent.size());
  else if (argument.empty())
    return false;
  if (argument.empty()) return true;
  return argument.size() > 1 && (argument[0] == '+' || argument[0] == '-') &&
         argument.find_first_not_of("0123456789", 1) == argument.npos;
}

namespace {

std::vector<std::string> children_first(std::vector<std::string> ordered) {
  std::reverse(ordered.begin(), ordered.end());
  return ordered;
}

}  // namespace

std::vector<std::string> Graph::downgrade_path(const std::set<std::string>& applied,
                                               std::string_view argument) const {
  const auto at = argument.find('@');
  if (contains(argument) || at == argument.npos) {
    return downgrade_path(applied,
                          Resolver(*this, data_->aliases, applied, true).resolve(argument));
  }
  const std::string root =
      Resolver(*this, data_->aliases, applied).identify(argument.substr(0, at));
  if (argument.substr(at + 1) != "base") {
    const Ids targets = Resolver(*this, data_->aliases, applied, true).resolve(argument);
    if (!targets.empty()) {
      Ids gone;
      const std::vector<std::string> path = downgrade_path(applied, targets);
      const Ids below = descendants(root, Edges::parents);
      const Ids above = ancestors({root}, Edges::parents);
      // What leads from a target into the branch, and all that stands on it.
      for (const std::string& target : targets) {
        for (const std::string& child : children(target)) {
          if (below.count(child) != 0 || above.count(child) != 0) gone.merge(descendants(child));
        }
      }
      std::vector<std::string> branch;
      std::copy_if(path.begin(), path.end(), std::back_inserter(branch),
                   [&](const std::string& id) { return gone.count(id) != 0; });
      return branch;
    }
  }
  std::set<std::string> gone = descendants(root);
  // An ancestor goes as well when nothing outside the branch stands on it. Children come first.
  const std::vector<std::string> above = in_order(ancestors({root}, Edges::parents));
  for (auto id = above.rbegin(); id != above.rend(); ++id) {
    const std::vector<std::string> on_it = needed_by(*id);
    const bool alone = std::all_of(on_it.begin(), on_it.end(), [&](const std::string& child) {
      return applied.count(child) == 0 || gone.count(child) != 0;
    });
    if (alone) gone.insert(*id);
  }
  std::erase_if(gone, [&](const std::string& id) { return applied.count(id) == 0; });
  return children_first(in_order(gone));
}

}  // namespace dbmig::history
