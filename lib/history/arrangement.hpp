#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "history/revision.hpp"

namespace dbmig::history {

/// A place in the topological order.
using Rank = std::uint32_t;

/// A list of ranks for each rank, all in one piece.
struct EdgeLists {
  std::vector<Rank> ends;  ///< where the list of each ends in `all`
  std::vector<Rank> all;

  std::span<const Rank> of(Rank rank) const {
    const Rank begin = rank == 0 ? 0 : ends[rank - 1];
    return {all.data() + begin, all.data() + ends[rank]};
  }
  /// The list of the next rank.
  void add(std::span<const Rank> list) {
    all.insert(all.end(), list.begin(), list.end());
    ends.push_back(static_cast<Rank>(all.size()));
  }
  /// The same edges from their other ends, each list in its order.
  EdgeLists turned() const;
};

/// How the revisions of a graph hang together: what can be kept of it without their headers.
struct Arrangement {
  std::vector<std::string> order;  ///< ids, parents and dependencies first
  EdgeLists parents;
  EdgeLists needs;                                         ///< parents and dependencies
  std::map<std::string, std::string, std::less<>> labels;  ///< label → id
  /// id → what stands for it, and whether it was inside of a range.
  std::map<std::string, std::pair<std::string, bool>, std::less<>> replaced;
};

/// Where the revisions of an Arrangement are read, one by one, when they are asked for. For any
/// thread.
class Catalog {
 public:
  virtual ~Catalog() = default;
  virtual Header header(Rank rank) const = 0;
  /// Lives as long as the catalog.
  virtual std::string_view checksum(Rank rank) const = 0;
  /// With its operations. Throws what reading it throws.
  virtual Revision read(Rank rank) const = 0;
};

}  // namespace dbmig::history
