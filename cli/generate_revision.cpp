#include "cli/generate_revision.hpp"

#include <fmt/core.h>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/new_revision.hpp"
#include "cli/proof_report.hpp"
#include "dialect/own_type.hpp"
#include "diff/diff.hpp"
#include "diff/following_views.hpp"
#include "history/branches.hpp"
#include "history/renames.hpp"
#include "project/server_words.hpp"
#include "schema/validate.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

/// Proves the revision before its file is there. What does not hold is left beside where the file
/// would be, when it was asked for.
Json prove_first(Context& context, history::Revision revision, const MigrateOptions& options) {
  revision.path = version_folder(context, options.revision) / yaml::file_name(revision);
  if (options.keep) revision.path += ".rejected";
  try {
    return proofs_json(context, prove(context,
                                      project::with_revision(context.graph(), revision,
                                                             context.shown(revision.path)),
                                      revision.id, false));
  } catch (const Error& error) {
    std::vector<Diagnostic> told = error.diagnostics();
    std::string left = "no file was written";
    if (options.keep && !options.revision.dry_run) {
      write_file(revision.path, yaml::print_revision(revision), true);
      left = fmt::format("what was rejected is in {}", context.shown(revision.path));
    }
    told.push_back({{},
                    left,
                    options.keep ? ""
                                 : "--keep leaves it to be looked at, and --no-proof "
                                   "writes it as it is"});
    throw Error(error.code(), std::move(told)).sql(error.statement());
  }
}

/// A message for a revision that was given none: its first operation speaks for it.
std::string default_message(const std::vector<ops::Operation>& operations) {
  std::string message = text::replace_all(ops::describe(operations.front()), "'", "");
  if (operations.size() > 1) {
    message += fmt::format(" and {}", text::count(operations.size() - 1, "more change"));
  }
  return message;
}

/// A change that would not reach SQLite, because the column has a type of its own there.
void refuse_contradictions(Context& context, const schema::Schema& before,
                           const schema::Schema& wanted) {
  if (context.project().only_dialect() == DialectKind::mariadb) return;
  Diagnostics diagnostics;
  for (const dialect::Refusal& refusal :
       dialect::contradicted_types(before, wanted, context.model().renames)) {
    diagnostics.add(context.place_in_model(refusal.path), refusal.message, refusal.hint);
  }
  diagnostics.throw_if_any();
}

}  // namespace

GeneratedRevision generate_revision(Context& context, MigrateOptions options) {
  context.read_files();
  const history::Graph& graph = context.graph();
  std::vector<std::string> parents = choose_parents(context, options.revision);
  std::set<std::string> needs(parents.begin(), parents.end());
  for (const std::string& one : options.revision.depends_on) needs.merge(graph.resolve(one));
  const schema::Schema before = history::with_free_order(
      graph, schema::normalized(graph.fold(needs)), context.model().schema);
  const schema::Schema wanted =
      equivalent(context, before, context.model().schema, context.project().dialects);
  if (!options.own_types_stay) refuse_contradictions(context, before, wanted);
  const diff::Difference difference =
      diff::diff(before, wanted, history::with_done(context.model().renames, graph));
  for (const std::string& line : difference.detected) {
    context.console().info("dbmig.diff", line);
  }
  if (difference.operations.empty()) {
    context.console().info("dbmig.diff", "No changes in schema detected.");
    return {std::nullopt,
            {{"revision", nullptr},
             {"written", false},
             {"detected", Json::array()},
             {"operations", Json::array()}}};
  }
  for (const std::string& line : diff::following_views(wanted, difference.operations)) {
    context.console().info("dbmig.diff", line);
  }
  if (!options.allow_destructive) {
    diff::require_consent(difference, before, context.project().dialects);
  }
  if (options.revision.message.empty()) {
    options.revision.message = default_message(difference.operations);
  }
  history::Revision revision = project::make_revision(graph, options.revision, std::move(parents));
  revision.upgrade = difference.operations;
  const std::filesystem::path folder = version_folder(context, options.revision);
  project::check_dialects(revision, before, context.project().dialects);
  check_limits(context, revision, before, context.project().dialects);
  check_collations(context, revision, before, context.project().dialects);
  Json proofs = options.no_proof ? Json() : prove_first(context, revision, options);
  revision.path = folder;
  std::string id = revision.id;
  Json document = write_revision_file(context, std::move(revision), options.revision.dry_run,
                                      difference.detected);
  document["proofs"] = std::move(proofs);
  return {id, std::move(document)};
}

}  // namespace dbmig::cli
