#include "history/graph.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <mutex>
#include <optional>
#include <queue>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "base/error.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "ops/apply.hpp"

namespace dbmig::history {

/// A revision that all graphs share that have it.
struct Graph::Entry {
  Revision revision;               ///< its header at least
  std::function<Revision()> read;  ///< while its operations are not read
  std::mutex reading;

  const Revision& whole() {
    const std::lock_guard lock(reading);
    if (!read) return revision;
    Revision found = read();
    // The header may be in use elsewhere at this moment, and is the same.
    revision.upgrade = std::move(found.upgrade);
    revision.downgrade = std::move(found.downgrade);
    revision.suppressions = std::move(found.suppressions);
    revision.requirements = std::move(found.requirements);
    revision.replaced = std::move(found.replaced);
    revision.text = std::move(found.text);
    revision.upgrade_positions = std::move(found.upgrade_positions);
    revision.downgrade_positions = std::move(found.downgrade_positions);
    read = nullptr;
    return revision;
  }
};

/// What folds came to.
struct Graph::Folds {
  std::mutex mutex;
  std::shared_ptr<FoldStore> store;
  std::vector<std::string> ids;  ///< of the last fold, in their order
  schema::Schema schema;
};

struct Graph::Data {
  struct Node {
    std::shared_ptr<Entry> entry;
    Ranks parents;
    Ranks needs;  ///< parents and dependencies
    Ranks children;
    Ranks needed_by;
  };

  std::vector<Node> nodes;  ///< in topological order
  std::vector<std::string> order;
  std::unordered_map<std::string_view, Rank> ranks;
  std::map<std::string, std::string, std::less<>> labels;  ///< label → id
  /// id → what stands for it here, and whether it was inside of a range.
  std::map<std::string, std::pair<std::string, bool>, std::less<>> replaced;
  Aliases aliases;  ///< of squashes that are expanded: id → the last of what they replaced

  const Ranks& edges(Rank rank, bool back, Edges which) const {
    const Node& node = nodes[rank];
    if (which == Edges::parents) return back ? node.parents : node.children;
    return back ? node.needs : node.needed_by;
  }
};

namespace {

SourcePosition position_of(const Header& revision) {
  return {revision.path.string(), 0, 0};
}

void check_id(const Header& revision, Diagnostics& diagnostics) {
  if (revision.id.empty()) {
    diagnostics.add(position_of(revision), "a revision has no id", "give it one under `revision:`");
    return;
  }
  std::vector<std::string_view> names{revision.id};
  names.insert(names.end(), revision.labels.begin(), revision.labels.end());
  for (const std::string_view reserved : {"head", "heads", "base", "current"}) {
    if (std::find(names.begin(), names.end(), reserved) != names.end()) {
      diagnostics.add(
          position_of(revision),
          fmt::format("'{}' cannot name a revision: it has a meaning of its own", reserved),
          "choose another name");
    }
  }
  for (const std::string_view name : names) {
    const auto bad = name.find_first_of("@:+ ");
    if (bad == std::string_view::npos) continue;
    diagnostics.add(
        position_of(revision),
        fmt::format("Character '{}' not allowed in revision identifier '{}'", name[bad], name),
        "use letters, digits and '_'");
  }
}

/// What revisions replace, also by one that is replaced itself, and what becomes of those who name
/// them.
class Replacements {
 public:
  Replacements(const std::vector<const Header*>& headers, Diagnostics& diagnostics) {
    for (const Header* header : headers) by_id_.emplace(header->id, header);
    for (const Header* header : headers) {
      add(*header, header->id, header->replaces, diagnostics);
    }
  }

  bool empty() const { return direct_.empty(); }
  bool has(std::string_view id) const { return direct_.count(id) != 0; }

  /// What stands for `id` in the end; whether the way there leads through the middle of a range.
  std::pair<std::string, bool> end_of(std::string id) const {
    bool is_inside = false;
    for (auto found = direct_.find(id); found != direct_.end(); found = direct_.find(id)) {
      is_inside = is_inside || !found->second.is_last;
      id = found->second.squash;
    }
    return {id, is_inside};
  }

  /// `end_of` each that is replaced.
  std::map<std::string, std::pair<std::string, bool>, std::less<>> ends() const {
    std::map<std::string, std::pair<std::string, bool>, std::less<>> all;
    for (const auto& [id, ignored] : direct_) all.emplace_hint(all.end(), id, end_of(id));
    return all;
  }

 private:
  struct Place {
    std::string squash;
    bool is_last = false;  ///< of its range
  };

  void add(const Header& header, const std::string& squash, const std::vector<Replaced>& range,
           Diagnostics& diagnostics) {
    for (const Replaced& one : range) {
      const auto [place, inserted] =
          direct_.emplace(one.id, Place{squash, one.id == range.back().id});
      // A squash whose file is still there says the same as the one that replaces it.
      if (!inserted && place->second.squash != squash) {
        diagnostics.add(position_of(header),
                        fmt::format("revision {} is replaced by {} and by {}", one.id,
                                    place->second.squash, squash),
                        "remove one of these two");
      }
      add(header, one.id, one.replaces, diagnostics);
      const auto file = by_id_.find(one.id);
      if (file == by_id_.end() || file->second->checksum.get() == one.checksum) continue;
      diagnostics.add(position_of(*file->second),
                      fmt::format("revision {} was edited after {} replaced it", one.id, squash),
                      "restore the file, or delete it: it is not needed any more");
    }
  }

  std::map<std::string_view, const Header*> by_id_;
  std::map<std::string, Place, std::less<>> direct_;
};

/// All revisions while it is not known yet whether they are a graph: numbered by their ids.
class Draft {
 public:
  using Number = std::uint32_t;
  using Numbers = std::vector<Number>;

  /// `headers` are sorted by id.
  Draft(std::vector<const Header*> headers, const Replacements& replacements,
        const std::map<std::string, std::string, std::less<>>& aliases, Diagnostics& diagnostics)
      : headers_(std::move(headers)),
        replacements_(replacements),
        aliases_(aliases),
        diagnostics_(diagnostics) {
    numbers_.reserve(headers_.size());
    for (Number i = 0; i < headers_.size(); ++i) {
      check_id(*headers_[i], diagnostics_);
      const auto [known, inserted] = numbers_.emplace(headers_[i]->id, i);
      if (!inserted) tell_double(*headers_[i], *headers_[known->second]);
    }
    for (const Header* header : headers_) {
      add_labels(*header);
      add_adopted(*header);
    }
    parents_.resize(headers_.size());
    needs_.resize(headers_.size());
    for (Number i = 0; i < headers_.size(); ++i) {
      add_parents(i);
      add_dependencies(i);
    }
  }

  std::map<std::string, std::string, std::less<>>& labels() { return labels_; }
  const Numbers& parents(Number number) const { return parents_[number]; }
  const Numbers& needs(Number number) const { return needs_[number]; }

  /// What comes first, first; of those that could come next, the oldest. Throws for a cycle.
  Numbers sorted() const {
    Numbers order = sort(needs_);
    if (order.size() == headers_.size()) return order;
    const bool by_parents = sort(parents_).size() != headers_.size();
    const Numbers loop = by_parents ? cyclic(parents_) : cyclic(needs_);
    std::vector<std::string> ids;
    for (const Number number : loop) ids.push_back(headers_[number]->id);
    throw Error(ErrorCode::invalid,
                fmt::format("{} is detected in revisions ({})",
                            by_parents ? "Cycle" : "Dependency cycle", text::join(ids, ", ")))
        .at(position_of(*headers_[loop.front()]))
        .hint(fmt::format("correct `{}:` of one of them", by_parents ? "parents" : "depends_on"));
  }

 private:
  void tell_double(const Header& one, const Header& other) {
    diagnostics_.add(position_of(one), fmt::format("Revision {} is present more than once", one.id),
                     other.path.empty() ? "give one of them another id"
                                        : fmt::format("the other is {}", other.path.string()));
  }

  void add_labels(const Header& header) {
    for (const std::string& label : header.labels) {
      const auto [place, inserted] = labels_.emplace(label, header.id);
      const bool is_id = label != header.id && numbers_.count(label) != 0;
      if (inserted && !is_id) continue;
      diagnostics_.add(position_of(header),
                       fmt::format("Branch name '{}' in revision {} already used by revision {}",
                                   label, header.id, is_id ? label : place->second),
                       "give it another label");
    }
  }

  /// A database that another tool brought to a version enters at one place.
  void add_adopted(const Header& header) {
    for (const auto& [tool, versions] : header.adopts) {
      for (const std::string& version : versions) {
        const auto [place, inserted] = adopted_.emplace(std::pair(tool, version), header.id);
        if (inserted) continue;
        diagnostics_.add(position_of(header),
                         fmt::format("version {} of {} is adopted by {} and by {}", version, tool,
                                     place->second, header.id),
                         "keep `adopts:` at the revision that comes to the same");
      }
    }
  }

  void add_parents(Number number) {
    const Header& header = *headers_[number];
    for (auto parent = header.parents.begin(); parent != header.parents.end(); ++parent) {
      if (std::find(header.parents.begin(), parent, *parent) != parent) {
        diagnostics_.add(
            position_of(header),
            fmt::format("revision '{}' names its parent '{}' twice", header.id, *parent),
            "name each parent once");
      } else if (*parent == header.id) {
        diagnostics_.add(position_of(header),
                         fmt::format("Self-loop is detected in revisions ({})", header.id),
                         "a revision cannot be its own parent");
      } else if (const auto found = numbers_.find(*parent); found != numbers_.end()) {
        parents_[number].push_back(found->second);
      } else if (const auto other = standing_for(*parent)) {
        const auto& [rank, is_inside] = *other;
        if (is_inside) {
          diagnostics_.add(
              position_of(header),
              fmt::format(
                  "revision '{}' builds on '{}', which revision '{}' replaces together with "
                  "what comes after it",
                  header.id, *parent, headers_[rank]->id),
              fmt::format("write `parents: [{}]` into it", headers_[rank]->id));
        } else if (std::find(parents_[number].begin(), parents_[number].end(), rank) ==
                   parents_[number].end()) {
          parents_[number].push_back(rank);
        }
      } else {
        diagnostics_.add(position_of(header),
                         fmt::format("Can't locate revision identified by '{}', a parent of '{}'",
                                     *parent, header.id),
                         "its file is missing: restore it, or correct `parents:`");
      }
    }
    needs_[number] = parents_[number];
  }

  void add_dependencies(Number number) {
    const Header& header = *headers_[number];
    for (const std::string& name : header.depends_on) {
      const auto label = labels_.find(name);
      auto found = numbers_.find(label == labels_.end() ? name : label->second);
      if (found == numbers_.end()) {
        if (const auto other = standing_for(name))
          found = numbers_.find(headers_[other->first]->id);
      }
      if (found == numbers_.end()) {
        diagnostics_.add(
            position_of(header),
            fmt::format("Can't locate revision identified by '{}', which '{}' depends on", name,
                        header.id),
            "its file is missing: restore it, or correct `depends_on:`");
      } else if (found->second == number) {
        diagnostics_.add(
            position_of(header),
            fmt::format("Dependency self-loop is detected in revisions ({})", header.id),
            "a revision cannot depend on itself");
      } else if (std::find(needs_[number].begin(), needs_[number].end(), found->second) ==
                 needs_[number].end()) {
        needs_[number].push_back(found->second);
      }
    }
  }

  /// The revision that stands for `id`, which is none here, and whether it was inside of a range.
  std::optional<std::pair<Number, bool>> standing_for(const std::string& id) const {
    auto [end, is_inside] = replacements_.end_of(id);
    if (const auto alias = aliases_.find(end); alias != aliases_.end()) {
      bool is_further_inside = false;
      std::tie(end, is_further_inside) = replacements_.end_of(alias->second);
      is_inside = is_inside || is_further_inside;
    }
    const auto found = numbers_.find(end);
    if (found == numbers_.end()) return std::nullopt;
    return std::pair(found->second, is_inside);
  }

  static std::vector<Numbers> turned(const std::vector<Numbers>& edges) {
    std::vector<Numbers> back(edges.size());
    for (Number i = 0; i < edges.size(); ++i) {
      for (const Number to : edges[i]) back[to].push_back(i);
    }
    return back;
  }

  /// What lies on or behind a cycle is left out.
  Numbers sort(const std::vector<Numbers>& edges) const {
    using Next = std::tuple<std::string_view, Number>;  // created; numbers go by id
    const std::vector<Numbers> children = turned(edges);
    std::priority_queue<Next, std::vector<Next>, std::greater<>> ready;
    std::vector<std::size_t> waiting(edges.size());
    for (Number i = 0; i < edges.size(); ++i) {
      waiting[i] = edges[i].size();
      if (waiting[i] == 0) ready.emplace(headers_[i]->created, i);
    }
    Numbers order;
    order.reserve(edges.size());
    while (!ready.empty()) {
      const Number next = std::get<1>(ready.top());
      ready.pop();
      order.push_back(next);
      for (const Number child : children[next]) {
        if (--waiting[child] == 0) ready.emplace(headers_[child]->created, child);
      }
    }
    return order;
  }

  /// The revisions on a cycle (or between two): those left when what has no parent or no child left
  /// is taken away, again and again.
  Numbers cyclic(const std::vector<Numbers>& edges) const {
    const std::vector<Numbers> children = turned(edges);
    std::vector<bool> left(edges.size(), true);
    for (const Number number : sort(edges)) left[number] = false;
    const auto has_child = [&](Number number) {
      return std::any_of(children[number].begin(), children[number].end(),
                         [&](Number child) { return left[child]; });
    };
    Numbers ends;
    for (Number i = 0; i < edges.size(); ++i) ends.push_back(i);
    while (!ends.empty()) {
      const Number number = ends.back();
      ends.pop_back();
      if (!left[number] || has_child(number)) continue;
      left[number] = false;
      ends.insert(ends.end(), edges[number].begin(), edges[number].end());
    }
    Numbers loop;
    for (Number i = 0; i < edges.size(); ++i) {
      if (left[i]) loop.push_back(i);
    }
    return loop;
  }

  std::vector<const Header*> headers_;
  const Replacements& replacements_;
  const std::map<std::string, std::string, std::less<>>& aliases_;
  Diagnostics& diagnostics_;
  std::unordered_map<std::string_view, Number> numbers_;
  std::map<std::string, std::string, std::less<>> labels_;
  std::map<std::pair<std::string, std::string>, std::string> adopted_;
  std::vector<Numbers> parents_;
  std::vector<Numbers> needs_;
};

}  // namespace

std::shared_ptr<const Graph::Data> Graph::arranged(Entries entries, Aliases aliases) {
  std::stable_sort(entries.begin(), entries.end(),
                   [](const auto& a, const auto& b) { return a->revision.id < b->revision.id; });
  std::vector<const Header*> headers;
  headers.reserve(entries.size());
  for (const auto& entry : entries) headers.push_back(&entry->revision);
  Diagnostics diagnostics;
  const Replacements replacements(headers, diagnostics);
  const Entries all = entries;  // what was replaced is pointed at until the end
  if (!replacements.empty()) {
    std::erase_if(entries, [&](const auto& entry) { return replacements.has(entry->revision.id); });
    std::erase_if(headers, [&](const Header* header) { return replacements.has(header->id); });
  }
  Draft draft(std::move(headers), replacements, aliases, diagnostics);
  diagnostics.throw_if_any();
  const Draft::Numbers order = draft.sorted();

  auto data = std::make_shared<Data>();
  data->labels = std::move(draft.labels());
  data->replaced = replacements.ends();
  data->aliases = std::move(aliases);
  data->nodes.resize(order.size());
  data->order.reserve(order.size());
  data->ranks.reserve(order.size());
  Ranks rank_of(order.size());
  for (Rank rank = 0; rank < order.size(); ++rank) rank_of[order[rank]] = rank;
  for (Rank rank = 0; rank < order.size(); ++rank) {
    Data::Node& node = data->nodes[rank];
    node.entry = std::move(entries[order[rank]]);
    data->order.push_back(node.entry->revision.id);
    data->ranks.emplace(node.entry->revision.id, rank);
    // Parents stand before: children come into their lists in topological order.
    for (const Draft::Number parent : draft.parents(order[rank])) {
      node.parents.push_back(rank_of[parent]);
      data->nodes[rank_of[parent]].children.push_back(rank);
    }
    for (const Draft::Number needed : draft.needs(order[rank])) {
      node.needs.push_back(rank_of[needed]);
      data->nodes[rank_of[needed]].needed_by.push_back(rank);
    }
  }
  return data;
}

namespace {

/// `Entry` is Graph's own.
template <class Entry>
std::vector<std::shared_ptr<Entry>> entries_of(std::vector<Revision> revisions) {
  std::vector<std::shared_ptr<Entry>> entries;
  entries.reserve(revisions.size());
  for (Revision& revision : revisions) {
    entries.push_back(std::make_shared<Entry>());
    entries.back()->revision = std::move(revision);
    entries.back()->revision.changes_rows = changes_rows(entries.back()->revision.upgrade);
  }
  return entries;
}

}  // namespace

Graph::Graph(std::vector<Revision> revisions)
    : data_(arranged(entries_of<Entry>(std::move(revisions)))), folds_(std::make_shared<Folds>()) {}

void Graph::use(std::shared_ptr<FoldStore> store) {
  const std::lock_guard lock(folds_->mutex);
  folds_->store = std::move(store);
}

Graph Graph::of(std::vector<StoredRevision> revisions) {
  Entries entries;
  entries.reserve(revisions.size());
  for (StoredRevision& revision : revisions) {
    entries.push_back(std::make_shared<Entry>());
    static_cast<Header&>(entries.back()->revision) = std::move(revision.header);
    entries.back()->read = std::move(revision.read);
  }
  Graph graph(std::vector<Revision>{});
  graph.data_ = arranged(std::move(entries));
  return graph;
}

Graph Graph::with(std::vector<Revision> more) const {
  if (more.empty()) return *this;
  Entries entries = entries_of<Entry>(std::move(more));
  for (const Data::Node& node : data_->nodes) entries.push_back(node.entry);
  Graph graph = *this;
  graph.data_ = arranged(std::move(entries), data_->aliases);
  // What was folded of these is good there, too; what is folded there need not be good here, or in
  // another graph with another revision of the same id.
  const std::lock_guard lock(folds_->mutex);
  graph.folds_ = std::make_shared<Folds>();
  graph.folds_->store = folds_->store;
  graph.folds_->ids = folds_->ids;
  graph.folds_->schema = folds_->schema;
  return graph;
}

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

Graph Graph::expanded(std::string_view squash) const {
  const Revision& whole = get(squash);
  Entries entries = entries_of<Entry>(whole.replaced);
  for (const Data::Node& node : data_->nodes) {
    if (node.entry->revision.id != squash) entries.push_back(node.entry);
  }
  Aliases aliases = data_->aliases;
  for (auto& [id, end] : aliases) {
    if (end == squash) end = whole.replaces.back().id;
  }
  aliases.emplace(squash, whole.replaces.back().id);
  Graph graph = *this;
  graph.data_ = arranged(std::move(entries), std::move(aliases));
  const std::lock_guard lock(folds_->mutex);
  graph.folds_ = std::make_shared<Folds>();
  graph.folds_->store = folds_->store;
  return graph;
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

/// Goes on from the longest beginning of `ids` that was folded before.
schema::Schema Graph::fold_from_known(const std::vector<std::string>& ids) const {
  // Fewer are folded as fast as looked up.
  constexpr std::size_t kMany = 64;
  const std::lock_guard lock(folds_->mutex);
  schema::Schema schema;
  std::size_t done = 0;
  if (folds_->ids.size() <= ids.size() &&
      std::equal(folds_->ids.begin(), folds_->ids.end(), ids.begin())) {
    schema = folds_->schema;
    done = folds_->ids.size();
  }
  std::string checksums;
  std::vector<std::size_t> ends{0};
  const bool is_stored = folds_->store && ids.size() >= done + kMany;
  if (is_stored) {
    for (const std::string& id : ids) {
      checksums += header(id).checksum.get() + '\n';
      ends.push_back(checksums.size());
    }
    for (const std::size_t length : folds_->store->lengths()) {
      if (length > ids.size() || length <= done) continue;
      auto found = folds_->store->find(
          length, sha256_hex(std::string_view(checksums).substr(0, ends[length])));
      if (!found) continue;
      schema = std::move(*found);
      done = length;
      break;
    }
  }
  const std::size_t begin = done;
  for (; done < ids.size(); ++done) schema = history::apply(std::move(schema), get(ids[done]));
  if (is_stored && done >= begin + kMany) {
    folds_->store->keep(done, sha256_hex(checksums), schema);
  }
  folds_->ids = ids;
  folds_->schema = schema;
  return schema;
}

schema::Schema Graph::fold_in_order(const std::vector<std::string>& ids) const {
  try {
    return fold_from_known(ids);
  } catch (const Error&) {
    return workable(ids).second;
  }
}

std::vector<std::string> Graph::workable_order(const std::vector<std::string>& ids) const {
  try {
    static_cast<void>(fold_from_known(ids));
    return ids;
  } catch (const Error&) {
    return workable(ids).first;
  }
}

std::pair<std::vector<std::string>, schema::Schema> Graph::workable(
    std::vector<std::string> order) const {
  std::optional<Error> first;
  std::set<std::string> moved;
  while (true) {
    schema::Schema schema;
    std::size_t index = 0;
    try {
      for (; index < order.size(); ++index)
        schema = history::apply(std::move(schema), get(order[index]));
      return {std::move(order), std::move(schema)};
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

void Graph::require_new(const Header& revision) const {
  Diagnostics unusable;
  check_id(revision, unusable);
  unusable.throw_if_any(ErrorCode::usage);
  const auto taken = [&](const std::string& name) { return contains(name) || find_label(name); };
  if (taken(revision.id)) {
    throw Error(ErrorCode::failed, fmt::format("Revision {} is present already", revision.id))
        .hint("choose another --rev-id");
  }
  for (auto label = revision.labels.begin(); label != revision.labels.end(); ++label) {
    const bool is_double = std::find(revision.labels.begin(), label, *label) != label;
    if (!is_double && !taken(*label) && *label != revision.id) continue;
    throw Error(ErrorCode::failed, fmt::format("Branch name '{}' is already used", *label))
        .hint("choose another --branch-label");
  }
}

}  // namespace dbmig::history
