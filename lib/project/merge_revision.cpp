#include "project/merge_revision.hpp"

#include <fmt/core.h>

#include <optional>
#include <set>

#include "base/listed.hpp"
#include "base/text.hpp"
#include "history/branches.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "teams/both_orders.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// The one of `parents` whose branch contains the revision that `argument` names.
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
  throw Error(ErrorCode::usage, fmt::format("'{}' belongs to {} of the branches to merge", argument,
                                            found.empty() ? "none" : "more than one"))
      .hint(fmt::format("name one of {}", text::join(parents, ", ")));
}

/// The error for pairs of operations, one of them plain SQL, whose order changes the result, with
/// the differences.
Error differs_by_order(std::vector<Diagnostic> pairs, const teams::BothOrders& seen) {
  for (Diagnostic& one : pairs) one.hint.clear();
  pairs.front().message +=
      fmt::format("; their order makes a difference (tried on {} with generated rows): {}",
                  seen.server, text::join_some(seen.differences));
  pairs.front().hint =
      "let one branch build on the other (`dbmig rebase REV --onto OTHER`), or accept it with "
      "`--either-order`";
  return Error(ErrorCode::refused, std::move(pairs));
}

/// Nothing, with the reason in `why`, if they cannot be tried.
std::optional<teams::BothOrders> try_orders(Workspace& workspace, const ProofDatabase& database,
                                            const history::Graph& graph,
                                            const history::Revision& merge,
                                            const std::pair<std::string, std::string>& heads,
                                            std::string& why) {
  why = database.missing;
  if (!database.scratch) return std::nullopt;
  try {
    return teams::take_both_orders(
        {*database.scratch, yaml::parse_revision, workspace.stop(), variables(workspace)}, graph,
        merge.id, heads.first, heads.second);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::interrupted) throw;
    why = error.message();
    return std::nullopt;
  }
}

/// Whether both orders of `heads` gave the same result on one of the project's databases. Throws if
/// they did not.
bool compare_orders(Workspace& workspace, const history::Graph& graph,
                    const history::Revision& merge,
                    const std::pair<std::string, std::string>& heads,
                    const std::vector<Diagnostic>& pairs) {
  workspace.begin_long_work();
  bool is_compared = false;
  for (const ProofDatabase& database : proof_databases(workspace)) {
    std::string why;
    const auto seen = try_orders(workspace, database, graph, merge, heads, why);
    if (seen && seen->differences.empty()) {
      workspace.events().info(
          "dbmig.merge",
          fmt::format("Tried on {}: {} and {} give the same result in either order{}", seen->server,
                      heads.first, heads.second, seen->with_rows ? ", with generated rows" : ""));
      is_compared = true;
      continue;
    }
    if (seen && !seen->is_random) throw differs_by_order(pairs, *seen);
    if (seen) why = "their plain SQL gives different rows each time";
    workspace.events().warning(
        "dbmig.merge", fmt::format("On {}, {} and {} were not tried in both orders: {}",
                                   to_string(database.kind), heads.first, heads.second, why));
  }
  return is_compared;
}

/// Plain SQL of two branches that uses the same table is run in both orders.
void compare_plain_sql(Workspace& workspace, const history::Revision& merge) {
  const std::vector<std::string>& heads = merge.parents;
  std::optional<history::Graph> graph;
  for (std::size_t i = 0; i < heads.size(); ++i) {
    for (std::size_t j = i + 1; j < heads.size(); ++j) {
      const std::vector<Diagnostic> pairs =
          history::uncompared_sql(workspace.graph(), {heads[i], heads[j]});
      if (pairs.empty()) continue;
      if (!graph) graph = with_revision(workspace.graph(), merge, merge.id);
      if (compare_orders(workspace, *graph, merge, {heads[i], heads[j]}, pairs)) continue;
      for (const Diagnostic& one : pairs) {
        workspace.events().warning("dbmig.merge", to_string(one));
      }
    }
  }
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
  // Both sides must fit together: a table that both of them create is an error now.
  static_cast<void>(graph.fold(chosen));
  if (!options.either_order) compare_plain_sql(workspace, revision);
  return revision;
}

}  // namespace dbmig::project
