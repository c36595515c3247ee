// Graphs of revisions are made: what replaced what, the order, labels, and mistakes in them.

#include <fmt/core.h>

#include <algorithm>
#include <queue>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/graph_data.hpp"

namespace dbmig::history {
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
      diagnostics.add(position_of(revision),
                      fmt::format("'{}' cannot name a revision: it is a reserved word", reserved),
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
  Arrangement& arranged = data->arranged;
  arranged.labels = std::move(draft.labels());
  arranged.replaced = replacements.ends();
  data->aliases = std::move(aliases);
  data->entries.reserve(order.size());
  arranged.order.reserve(order.size());
  Ranks rank_of(order.size());
  for (Rank rank = 0; rank < order.size(); ++rank) rank_of[order[rank]] = rank;
  const auto ranks_of = [&](const Draft::Numbers& numbers) {
    Ranks ranks;
    for (const Draft::Number number : numbers) ranks.push_back(rank_of[number]);
    return ranks;
  };
  for (const Draft::Number number : order) {
    data->entries.push_back(std::move(entries[number]));
    arranged.order.push_back(data->entries.back()->revision.id);
    arranged.parents.add(ranks_of(draft.parents(number)));
    arranged.needs.add(ranks_of(draft.needs(number)));
  }
  data->finish();
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

Graph Graph::of(Arrangement arranged, std::shared_ptr<const Catalog> catalog) {
  Graph graph(std::vector<Revision>{});
  auto data = std::make_shared<Data>();
  data->arranged = std::move(arranged);
  data->catalog = std::move(catalog);
  data->finish();
  graph.data_ = std::move(data);
  return graph;
}

Graph Graph::with(std::vector<Revision> more) const {
  if (more.empty()) return *this;
  Entries entries = entries_of<Entry>(std::move(more));
  for (Rank i = 0; i < size(); ++i) entries.push_back(data_->entry(i));
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

Graph Graph::expanded(std::string_view squash) const {
  const Revision& whole = get(squash);
  Entries entries = entries_of<Entry>(whole.replaced);
  for (Rank i = 0; i < size(); ++i) {
    if (data_->arranged.order[i] != squash) entries.push_back(data_->entry(i));
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
