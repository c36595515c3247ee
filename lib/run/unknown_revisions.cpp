#include "run/unknown_revisions.hpp"

namespace dbmig::run {

std::vector<std::string> unknown_revisions(const std::vector<AppliedRevision>& rows,
                                           const history::Graph& graph) {
  std::vector<std::string> ids;
  for (const AppliedRevision& row : rows) {
    if (row.origin != kCombined && !graph.contains(row.id)) ids.push_back(row.id);
  }
  return ids;
}

}  // namespace dbmig::run
