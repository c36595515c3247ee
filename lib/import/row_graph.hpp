#pragma once

#include <cstddef>
#include <vector>

namespace dbmig::import {

/// Which rows, numbered from 0, need which others as their parents, and which have the same key.
class RowGraph {
 public:
  using Row = std::size_t;

  explicit RowGraph(std::size_t rows) : needs_of_(rows), needs_for_(rows), keys_of_(rows) {}

  std::size_t rows() const { return needs_of_.size(); }
  /// `child` needs one of `parents`; with none, it cannot be written. For each foreign key by
  /// which it refers to a row that is not in the database.
  void need(Row child, const std::vector<Row>& parents);
  /// `rows`, in their order, have the same key: one of them can be written.
  void share_key(const std::vector<Row>& rows);

  /// The largest set of rows without the `refused` ones in which each has what it needs. Both are
  /// flags for each row.
  std::vector<bool> complete(const std::vector<bool>& refused) const;

  /// A set like that of complete(), of which no two rows have the same key: the first one that can
  /// be written has it. With `more_come`, a row without its parents may still find them, and keeps
  /// its keys from later rows.
  std::vector<bool> choose(const std::vector<bool>& refused, bool more_come) const;

  /// The rows of `chosen`, a set that choose() gave: each behind the parents that it needs,
  /// except in a circle, whose rows stand together. Among rows that may come next, those of the
  /// same group as the one before them come first, then in their order. `group_of` has a number for
  /// each row.
  std::vector<Row> parents_first(const std::vector<bool>& chosen,
                                 const std::vector<std::size_t>& group_of) const;

 private:
  struct Need {
    Row child;
    std::vector<Row> parents;
  };
  class Sorter;

  std::vector<Need> needs_;
  std::vector<std::vector<std::size_t>> needs_of_;   ///< of each row as a child: in needs_
  std::vector<std::vector<std::size_t>> needs_for_;  ///< of each row as a parent
  std::size_t keys_ = 0;                             ///< number of shared ones
  std::vector<std::vector<std::size_t>> keys_of_;    ///< of each row: the numbers of shared keys
};

}  // namespace dbmig::import
