#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

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

}  // namespace dbmig::history
