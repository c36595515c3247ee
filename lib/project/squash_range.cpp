#include "project/squash_range.hpp"

#include <fmt/core.h>

#include <optional>
#include <system_error>
#include <utility>

#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "project/run_settings.hpp"
#include "teams/squash.hpp"
#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// Splits "A..B"; a colon is accepted as well, as in other commands' ranges.
std::pair<std::string, std::string> ends_of_range(const std::string& range) {
  const auto dots = range.find("..");
  if (dots != std::string::npos) return {range.substr(0, dots), range.substr(dots + 2)};
  if (range.find(':') != std::string::npos) return split_range(range);
  throw Error(ErrorCode::usage, fmt::format("'{}' is not a range", range))
      .hint("write A..B, as in `dbmig squash 1975..2fa6`, or base..head");
}

/// Runs the old revisions and the new one on every available database and compares the results,
/// then proves the new revision by itself.
void prove_squash(Workspace& workspace, const history::Graph& squashed, const std::string& id) {
  workspace.begin_long_work();
  EventSink& events = workspace.events();
  for (const ProofDatabase& database : proof_databases(workspace)) {
    if (!database.scratch) continue;  // prove() reports why
    try {
      const teams::BothWays seen = teams::prove_both_ways(
          {*database.scratch, yaml::parse_revision, workspace.stop(), variables(workspace)},
          workspace.graph(), squashed, id);
      events.info("dbmig.proof",
                  fmt::format("Proved on {}: the old revisions and {} lead to the same schema{}",
                              seen.server, id, seen.with_rows ? " and rows" : ""));
      for (const std::string& note : seen.notes) {
        events.warning("dbmig.proof", fmt::format("On {}: {}", seen.server, note));
      }
    } catch (const Error& error) {
      const bool out_of_reach = error.code() == ErrorCode::connection ||
                                error.code() == ErrorCode::access ||
                                error.code() == ErrorCode::not_found;
      if (!out_of_reach) throw;
      events.warning("dbmig.proof", fmt::format("Not proved on {}: {}", to_string(database.kind),
                                                error.message()));
    }
  }
  prove(workspace, squashed, id, false);
}

}  // namespace

Squash squash_range(Workspace& workspace, const std::string& range, NewRevision wanted) {
  const history::Graph& graph = workspace.graph();
  const auto [first, last] = ends_of_range(range);
  const bool from_base = first.empty() || first == "base";
  const std::vector<std::string> ids =
      teams::squash_range(graph, from_base ? std::string() : resolve_one(workspace, first),
                          resolve_one(workspace, last.empty() ? "head" : last));
  Squash squash;
  squash.revision = teams::squashed(graph, ids);
  if (wanted.message.empty()) wanted.message = fmt::format("{} to {}", ids.front(), ids.back());
  const history::Revision head = make_revision(graph, wanted, squash.revision.parents);
  squash.revision.id = head.id;
  squash.revision.message = head.message;
  squash.revision.created = graph.header(ids.back()).created;
  for (const std::string& id : ids) squash.replaced.push_back({id, graph.header(id).path});
  const std::filesystem::path folder = squash.replaced.back().path.parent_path();
  squash.revision.path = folder / yaml::file_name(squash.revision);
  prove_squash(workspace, teams::with_squash(graph, squash.revision), squash.revision.id);
  squash.revision.path = folder;
  return squash;
}

void finish_squash(Workspace& workspace, const Squash& squash, bool delete_files) {
  std::vector<teams::SumChange> changes;
  for (const Squash::Replaced& one : squash.replaced) changes.push_back({one.id, std::nullopt});
  teams::update_sum(workspace.project().migrations, changes);
  if (!delete_files) return;
  for (const Squash::Replaced& one : squash.replaced) {
    const std::string shown = workspace.shown(one.path);
    workspace.show_work(fmt::format("Deleting {}", shown), [&] {
      std::error_code failure;
      std::filesystem::remove(one.path, failure);
      if (!failure) return;
      throw Error(ErrorCode::io, fmt::format("cannot delete {}: {}", shown, failure.message()));
    });
  }
}

}  // namespace dbmig::project
