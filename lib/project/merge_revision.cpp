#include "project/merge_revision.hpp"

#include <fmt/core.h>

#include <set>

#include "base/text.hpp"
#include "history/branches.hpp"
#include "project/revisions.hpp"

namespace dbmig::project {
namespace {

/// The one of `parents` whose branch `argument` names.
std::string parent_of(Workspace& workspace, const std::string& argument,
                      const std::vector<std::string>& parents) {
  const history::Graph& graph = workspace.graph();
  std::vector<std::string> found;
  for (const std::string& id : resolve(workspace, argument)) {
    for (const std::string& parent : parents) {
      if (graph.ancestors({parent}).count(id) != 0) found.push_back(parent);
    }
  }
  if (found.size() == 1) return found.front();
  throw Error(ErrorCode::usage, fmt::format("'{}' is {} of the revisions to merge", argument,
                                            found.empty() ? "on none" : "on more than one"))
      .hint(fmt::format("name one of {}", text::join(parents, ", ")));
}

}  // namespace

history::Revision merge_revision(Workspace& workspace, MergeOptions options) {
  const history::Graph& graph = workspace.graph();
  std::set<std::string> chosen;
  for (const std::string& argument : options.heads) chosen.merge(resolve(workspace, argument));
  const std::vector<std::string> parents = graph.heads_of(chosen);
  if (parents.size() < 2) {
    throw Error(ErrorCode::failed,
                fmt::format("nothing to merge: '{}' is {}", text::join(options.heads, " "),
                            parents.empty() ? "no revision" : "one line of revisions"))
        .hint("`dbmig heads` lists the heads");
  }
  if (options.revision.message.empty()) {
    options.revision.message = "merge " + text::join(parents, " and ");
  }
  history::Revision revision = make_revision(graph, options.revision, parents);
  if (!options.winner.empty()) {
    revision.upgrade =
        history::resolution_for(graph, parents, parent_of(workspace, options.winner, parents));
  }
  const std::vector<history::Contradiction> found =
      history::contradictions(graph, parents, revision.upgrade);
  if (!found.empty()) throw Error(ErrorCode::failed, history::described(found));
  for (const Diagnostic& one : history::uncompared_sql(graph, parents)) {
    workspace.events().warning("dbmig.merge", to_string(one));
  }
  // Both sides must fit together: a table that each of them made is an error now.
  static_cast<void>(graph.fold(chosen));
  return revision;
}

}  // namespace dbmig::project
