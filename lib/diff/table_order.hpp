#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "diff/comparison.hpp"

namespace dbmig::diff {

/// A table that is created or changed, and when.
struct TableNode {
  const TableChange* change = nullptr;  ///< null: it is created
  /// Tables among the others that have to be done before: its new foreign keys refer to them, and
  /// they are created or get the key.
  std::set<std::string> parents;
};

/// The tables that are created or changed, by their new names.
std::map<std::string, TableNode> table_nodes(const Comparison& comparison);

/// The foreign keys that have to be created for a node.
std::vector<schema::ForeignKey> new_keys(const Comparison& comparison, const std::string& name,
                                         const TableNode& node);

/// Names with what each of them has to wait for, in an order that respects that. Of those that
/// could be next the one with the lowest rank is, then the first by name; where there is a cycle,
/// the one that misses the least. Takes n log n.
std::vector<std::string> ordered(const std::map<std::string, std::set<std::string>>& waits_for,
                                 const std::map<std::string, int>& ranks = {});

/// Whether rows of a dropped table could be copied into a new one.
bool takes_rows(const Comparison& comparison);

/// The dropped tables that can go at the very end: nothing that comes has the name of anything of
/// theirs, and what they refer to keeps its keys.
std::set<std::string> late_tables(const Comparison& comparison);

}  // namespace dbmig::diff
