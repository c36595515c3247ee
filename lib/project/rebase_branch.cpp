#include "project/rebase_branch.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "history/branches.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "run/store.hpp"
#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// The project's databases, those of `databases:` included, each once.
std::vector<std::pair<std::string, Url>> databases_at_hand(Workspace& workspace) {
  std::vector<std::pair<std::string, Url>> list;
  const auto add = [&](const std::string& name, const auto& url_of) {
    try {
      Url url = url_of();
      for (const auto& [other, known] : list) {
        if (known.redacted() == url.redacted()) return;
      }
      list.emplace_back(name, std::move(url));
    } catch (const Error& error) {
      workspace.events().info("dbmig.rebase",
                              fmt::format("{} could not be checked: {}", name, error.message()));
    }
  };
  add("the database", [&] { return workspace.url(); });
  for (const auto& [name, text] : workspace.project().databases) {
    add(fmt::format("database '{}'", name),
        [&, key = name] { return workspace.url_of(key, false); });
  }
  return list;
}

/// Throws if a database that can be reached has one of `ids`.
void refuse_applied(Workspace& workspace, const std::set<std::string>& ids) {
  std::vector<Diagnostic> refused;
  for (const auto& [name, url] : databases_at_hand(workspace)) {
    try {
      const auto connection = backend::connect(url, {.create = false});
      for (const run::AppliedRevision& row : run::RevisionStore(*connection).all()) {
        if (ids.count(row.id) == 0) continue;
        refused.push_back({{},
                           fmt::format("revision {} is applied in {}", row.id, url.redacted()),
                           "undo it there with `dbmig downgrade`, or join the branches with `dbmig "
                           "merge heads`"});
      }
    } catch (const Error& error) {
      if (error.code() == ErrorCode::not_found) continue;  // it does not exist yet, so it has none
      workspace.events().warning("dbmig.rebase",
                                 fmt::format("{} could not be checked: {}", name, error.message()));
    }
  }
  if (!refused.empty()) throw Error(ErrorCode::refused, std::move(refused));
}

}  // namespace

Rebase rebase_branch(Workspace& workspace, const std::string& revision, const std::string& onto) {
  const history::Graph& graph = workspace.graph();
  Rebase rebase;
  rebase.revision = resolve_one(workspace, revision);
  rebase.onto = resolve_one(workspace, onto);
  const std::vector<teams::Reparented> changed =
      teams::rebased(graph, rebase.revision, rebase.onto);
  if (changed.empty()) return rebase;
  const std::set<std::string> moved = teams::moved(graph, changed);
  refuse_applied(workspace, moved);
  const std::vector<history::Contradiction> found =
      history::contradictions(graph, {rebase.revision, rebase.onto});
  if (!found.empty()) throw Error(ErrorCode::failed, history::described(found));
  std::vector<history::Revision> revisions;
  for (const std::string& one : graph.topological()) revisions.push_back(graph.get(one));
  for (const teams::Reparented& change : changed) {
    const std::filesystem::path path = graph.header(change.id).path;
    const std::string shown = workspace.shown(path);
    std::string text = teams::with_parents(read_file(path), shown, change.parents);
    const auto at = std::find_if(revisions.begin(), revisions.end(),
                                 [&](const history::Revision& one) { return one.id == change.id; });
    *at = yaml::parse_revision(text, shown);
    at->path = path;
    rebase.revisions.push_back({change, path, std::move(text), {}});
  }
  const history::Graph wanted(std::move(revisions));
  static_cast<void>(wanted.fold());
  for (const std::string& one : wanted.in_order(moved)) prove(workspace, wanted, one, false);
  for (RebasedRevision& one : rebase.revisions) {
    one.checksum = wanted.header(one.change.id).checksum.get();
  }
  return rebase;
}

void write_rebase(Workspace& workspace, const Rebase& rebase) {
  if (rebase.revisions.empty()) return;
  std::vector<teams::SumChange> sums;
  for (const RebasedRevision& one : rebase.revisions) {
    workspace.show_work(fmt::format("Writing {}", workspace.shown(one.path)),
                        [&] { write_file(one.path, one.text, true); });
    sums.push_back({one.change.id, one.checksum});
  }
  teams::update_sum(workspace.project().migrations, sums);
}

}  // namespace dbmig::project
