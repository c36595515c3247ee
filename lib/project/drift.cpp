#include "project/drift.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/keep_spelling.hpp"
#include "diff/diff.hpp"
#include "project/new_revision.hpp"
#include "project/revisions.hpp"
#include "project/server_spelling.hpp"
#include "run/check.hpp"
#include "run/offline.hpp"

namespace dbmig::project {
namespace {

constexpr int kLockSeconds = 60;

/// The drift, if no other difference between database and revisions would distort it.
run::DatabaseCheck reconciled_check(Workspace& workspace) {
  run::DatabaseCheck check =
      run::check_database(workspace.connection(Workspace::Access::existing), workspace.graph(),
                          workspace.selection(), spelling_of_server(workspace));
  if (!check.unknown.empty()) {
    throw Error(
        ErrorCode::not_found,
        fmt::format(
            "Can't locate revision identified by '{}': the database has it, but no file does",
            text::join(check.unknown, "', '")))
        .hint("restore the file first");
  }
  if (!check.unfinished.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the {} of revision {} stopped half-way",
                            check.unfinished.front().running, check.unfinished.front().id))
        .hint("finish it with `dbmig upgrade` first");
  }
  return check;
}

}  // namespace

RevertScript revert_drift(Workspace& workspace) {
  run::DatabaseCheck check = reconciled_check(workspace);
  run::Drift& drift = check.drift;
  backend::Connection& connection = workspace.connection(Workspace::Access::existing);
  RevertScript script{connection.dialect().kind(), {}, {}};
  if (drift.empty()) return script;
  const schema::Schema reported = connection.inspect({}).schema;
  const schema::Schema fold = check.folded;
  dialect::ComparedForm live{std::move(drift.live), &reported};
  dialect::ComparedForm expected{std::move(drift.expected), &fold};
  dialect::keep_spelling(live, expected);
  script.operations = diff::diff(live.form, expected.form).operations;
  script.sql = run::client_script(connection.dialect(), live.form, script.operations,
                                  connection.dependent_objects(),
                                  run::row_comments(connection, live.form, script.operations));
  return script;
}

std::optional<DriftRevision> revision_of_drift(Workspace& workspace, const DriftOptions& options) {
  const run::DatabaseCheck check = reconciled_check(workspace);
  if (check.drift.empty()) return std::nullopt;
  if (!check.pending.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the database lacks revision {}", check.pending.front()))
        .hint("run `dbmig upgrade` first: the new revision comes after the newest");
  }
  const history::Graph& graph = workspace.graph();
  const schema::Schema expected = graph.fold();
  const diff::Difference difference = diff::diff(expected, run::with_drift(expected, check.drift));
  for (const std::string& line : difference.detected) workspace.events().info("dbmig.diff", line);
  if (!options.allow_destructive) {
    diff::require_consent(difference, expected, workspace.project().dialects);
  }
  NewRevision wanted;
  wanted.message = options.message.empty() ? "changes made by hand" : options.message;
  DriftRevision result;
  result.detected = difference.detected;
  result.revision = make_revision(graph, wanted, choose_parents(workspace, wanted));
  result.revision.upgrade = difference.operations;
  check_dialects(result.revision, expected, workspace.project().dialects);
  return result;
}

void stamp_drift(Workspace& workspace, const std::string& id) {
  workspace.forget_files();
  make_runner(workspace, Workspace::Access::existing)
      .stamp({id}, false, run_options(workspace, kLockSeconds));
}

}  // namespace dbmig::project
