#include "proof/short_history.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "diff/diff.hpp"
#include "proof/neighbourhood.hpp"

namespace dbmig::proof {

std::optional<history::Graph> short_history(const history::Graph& graph, const std::string& id,
                                            const schema::Schema& before) {
  constexpr std::size_t kMany = 64;
  const std::set<std::string> earlier = graph.ancestors(graph.needs(id));
  if (earlier.size() < kMany) return std::nullopt;
  const bool has_rows = std::any_of(earlier.begin(), earlier.end(), [&](const std::string& one) {
    return graph.header(one).changes_rows;
  });
  if (has_rows) return std::nullopt;
  history::Revision all;
  all.id = id == "before" ? "all_before" : "before";
  all.message = "all that comes before";
  all.upgrade = diff::diff({}, neighbourhood(before, graph.get(id))).operations;
  history::Revision last = graph.get(id);
  last.parents = {all.id};
  last.depends_on.clear();
  last.labels.clear();
  return history::Graph({std::move(all), std::move(last)});
}

}  // namespace dbmig::proof
