#include "project/next_revision.hpp"

#include <fmt/core.h>

#include <set>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "dialect/own_type.hpp"
#include "diff/diff.hpp"
#include "diff/following_views.hpp"
#include "history/branches.hpp"
#include "history/renames.hpp"
#include "project/server_spelling.hpp"
#include "schema/validate.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {
namespace {

/// Proves the revision before its file exists. If the proof fails, the revision is kept next to
/// where the file would be, if that was requested.
std::vector<ProofOutcome> prove_first(Workspace& workspace, history::Revision revision,
                                      const MigrateOptions& options) {
  revision.path = version_folder(workspace, options.revision) / yaml::file_name(revision);
  if (options.keep) revision.path += ".rejected";
  try {
    return prove(workspace,
                 with_revision(workspace.graph(), revision, workspace.shown(revision.path)),
                 revision.id, false);
  } catch (const Error& error) {
    std::vector<Diagnostic> told = error.diagnostics();
    std::string left = "no file was written";
    if (options.keep && !options.revision.dry_run) {
      write_file(revision.path, yaml::print_revision(revision), true);
      left = fmt::format("the rejected revision is in {}", workspace.shown(revision.path));
    }
    told.push_back({{},
                    left,
                    options.keep
                        ? ""
                        : "--keep keeps it for inspection, --no-proof writes it without a proof"});
    throw Error(error.code(), std::move(told)).sql(error.statement());
  }
}

/// The message of a revision without one: a description of its first operation.
std::string default_message(const std::vector<ops::Operation>& operations) {
  std::string message = text::replace_all(ops::describe(operations.front()), "'", "");
  if (operations.size() > 1) {
    message += fmt::format(" and {}", text::count(operations.size() - 1, "more change"));
  }
  return message;
}

/// Refuses a change that would not affect SQLite because the column has its own type there.
void refuse_contradictions(Workspace& workspace, const schema::Schema& before,
                           const schema::Schema& wanted) {
  if (workspace.project().only_dialect() == DialectKind::mariadb) return;
  Diagnostics diagnostics;
  for (const dialect::Refusal& refusal :
       dialect::contradicted_types(before, wanted, workspace.model().renames)) {
    diagnostics.add(workspace.place_in_model(refusal.path), refusal.message, refusal.hint);
  }
  diagnostics.throw_if_any();
}

}  // namespace

std::optional<NextRevision> next_revision(Workspace& workspace, MigrateOptions options) {
  if (!options.empty) workspace.read_files();
  const history::Graph& graph = workspace.graph();
  std::vector<std::string> parents = choose_parents(workspace, options.revision);
  NextRevision next;
  if (options.empty) {
    next.revision = make_revision(graph, options.revision, std::move(parents));
    next.revision.path = version_folder(workspace, options.revision);
    return next;
  }
  std::set<std::string> needs(parents.begin(), parents.end());
  for (const std::string& one : options.revision.depends_on) needs.merge(graph.resolve(one));
  const std::vector<DialectKind>& dialects = workspace.project().dialects;
  const schema::Model& model = workspace.model();
  const schema::Schema before =
      history::with_free_order(graph, schema::normalized(graph.fold(needs)), model.schema);
  const schema::Schema wanted = equivalent(workspace, before, model.schema, dialects);
  if (!options.own_types_stay) refuse_contradictions(workspace, before, wanted);
  const diff::Difference difference =
      diff::diff(before, wanted, history::with_done(model.renames, graph));
  for (const std::string& line : difference.detected) workspace.events().info("dbmig.diff", line);
  if (difference.operations.empty()) {
    workspace.events().info("dbmig.diff", "No changes in schema detected.");
    return std::nullopt;
  }
  for (const std::string& line : diff::following_views(wanted, difference.operations)) {
    workspace.events().info("dbmig.diff", line);
  }
  if (!options.allow_destructive) diff::require_consent(difference, before, dialects);
  if (options.revision.message.empty()) {
    options.revision.message = default_message(difference.operations);
  }
  next.revision = make_revision(graph, options.revision, std::move(parents));
  next.revision.upgrade = difference.operations;
  next.detected = difference.detected;
  const std::filesystem::path folder = version_folder(workspace, options.revision);
  check_dialects(next.revision, before, dialects);
  check_limits(workspace, next.revision, before, dialects);
  check_collations(workspace, next.revision, before, dialects);
  if (!options.no_proof) next.proofs = prove_first(workspace, next.revision, options);
  next.revision.path = folder;
  return next;
}

}  // namespace dbmig::project
