#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/arrangement.hpp"
#include "history/graph.hpp"

// What a Graph holds. Of its own files alone.

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

/// The ranks of ids. The ids must outlive it.
class RankTable {
 public:
  void fill(const std::vector<std::string>& ids);
  /// Null when it is none of them.
  const Rank* find(std::string_view id) const;

 private:
  const std::vector<std::string>* ids_ = nullptr;
  std::vector<Rank> slots_;  ///< half of them empty; a power of two of them
};

struct Graph::Data {
  Data() = default;
  Data(const Data&) = delete;
  Data& operator=(const Data&) = delete;

  /// What follows from `arranged`.
  void finish();

  Arrangement arranged;
  EdgeLists children;
  EdgeLists needed_by;
  RankTable ranks;
  Aliases aliases;  ///< of squashes that are expanded: id → the last of what they replaced
  /// What reads those of `entries` that are null; may be null itself.
  std::shared_ptr<const Catalog> catalog;

  std::size_t size() const { return arranged.order.size(); }
  std::span<const Rank> edges(Rank rank, bool back, Edges which) const {
    if (which == Edges::parents) return back ? arranged.parents.of(rank) : children.of(rank);
    return back ? arranged.needs.of(rank) : needed_by.of(rank);
  }
  const std::shared_ptr<Entry>& entry(Rank rank) const;
  std::string_view checksum(Rank rank) const;
  /// Own and inherited ones of each; see Graph::labels().
  const std::set<std::string>& labels(Rank rank) const;

  mutable std::vector<std::shared_ptr<Entry>> entries;  ///< in topological order

 private:
  using Labels = std::shared_ptr<const std::set<std::string>>;
  std::vector<Labels> all_labels() const;

  mutable std::mutex making_;
  mutable std::vector<Labels> labels_;  ///< empty until asked for
};

}  // namespace dbmig::history
