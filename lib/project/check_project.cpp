#include "project/check_project.hpp"

#include <fmt/core.h>

#include <array>
#include <utility>

#include "base/text.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "history/named.hpp"
#include "history/renames.hpp"
#include "project/cut_fractions.hpp"
#include "project/revisions.hpp"
#include "project/server_spelling.hpp"
#include "run/check.hpp"
#include "run/fitted.hpp"
#include "schema/validate.hpp"
#include "teams/sum_file.hpp"
#include "transfer/copy_mark.hpp"

namespace dbmig::project {
namespace {

constexpr std::array kModelKinds{
    CheckKind{"heads", "The revisions have several heads",
              "Branches of the history were not merged; `dbmig merge heads` joins them."},
    CheckKind{"contradiction", "Branches contradict each other",
              "The result of what two branches do to the same object depends on the order in which "
              "a database applies them."},
    CheckKind{"sum", "Revision files differ from dbmig.sum",
              "A revision was edited, removed or added after dbmig.sum was written; `dbmig sum` "
              "updates it."},
    CheckKind{"model", "The model has changes without a revision",
              "`dbmig migrate` writes them as a revision."},
};
constexpr std::array kBranchKinds{
    CheckKind{"branch_edited", "The branch changes a revision that its target has",
              "A database that has applied the revision will not apply it again: write a new one."},
    CheckKind{"branch_removed", "The branch removes a revision that its target has",
              "A database that has applied the revision can be neither upgraded nor downgraded "
              "without its file."},
    CheckKind{"branch_heads", "After the merge the revisions have several heads",
              "The branch and its target both added revisions after the same one. Merge the target "
              "into the branch, then run `dbmig merge heads`."},
    CheckKind{"branch_contradiction", "The branch and its target contradict each other",
              "The result of what both do to the same object depends on the order in which a "
              "database applies them."},
};
constexpr std::array kDatabaseKinds{
    CheckKind{"pending", "A revision is pending", "`dbmig upgrade` applies it."},
    CheckKind{"unknown", "The database has a revision without a file",
              "The file was removed, or is on another branch."},
    CheckKind{"edited", "A revision was edited after it was applied",
              "Restore the file, or accept it with `dbmig repair`."},
    CheckKind{"copy", "A copy into the database was killed",
              "Run the same `dbmig copy` again to finish it."},
    CheckKind{"unfinished", "A migration stopped halfway",
              "Run the same command again to finish it."},
    CheckKind{"drift", "The database was changed by hand",
              "`dbmig check --revert` prints SQL that undoes it, `dbmig check --fix-revision` "
              "turns it into a revision."},
};

/// Collects the findings.
class Findings {
 public:
  void add(std::string kind, std::string subject, const std::string& message,
           SourcePosition where = {}) {
    list_.push_back({std::move(kind),
                     std::move(subject),
                     message,
                     Diagnostic{std::move(where), message, {}},
                     {}});
  }
  /// Adds a finding whose text begins with its position.
  void add(std::string kind, std::string subject, const Diagnostic& what) {
    list_.push_back({std::move(kind), std::move(subject), to_string(what), what, {}});
  }
  void add_drift(std::vector<Change> drift) {
    for (Change& change : drift) {
      const std::string subject = fmt::format("{} '{}'", change.noun, change.name);
      const std::string message =
          fmt::format("The database was changed by hand: {} differs from the revisions:", subject);
      list_.push_back({"drift", subject, message, Diagnostic{{}, message, {}}, std::move(change)});
    }
  }
  std::vector<CheckFinding> take() { return std::move(list_); }

 private:
  std::vector<CheckFinding> list_;
};

/// The position in the model of the object that a line of `Difference::detected` is about: the line
/// names a table, or a table and a column as `table.column`, in quotes.
SourcePosition place_of_change(Workspace& workspace, const std::string& detected) {
  const schema::Schema& schema = workspace.model().schema;
  const std::vector<std::string> parts = text::split(detected, '\'');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    if (schema.tables.count(parts[i]) != 0) return workspace.place_in_model({"tables", parts[i]});
    if (schema.views.count(parts[i]) != 0) return workspace.place_in_model({"views", parts[i]});
    const auto dot = parts[i].find('.');
    const std::string table = parts[i].substr(0, dot);
    if (dot == std::string::npos || schema.tables.count(table) == 0) continue;
    return workspace.place_in_model({"tables", table, "columns", parts[i].substr(dot + 1)});
  }
  return {};
}

/// Compares the model with the revisions. Branches that cannot be combined in any order, which is
/// reported already, have no schema to compare with.
void check_fold(Workspace& workspace, bool contradicts, Findings& findings) {
  const history::Graph& graph = workspace.graph();
  schema::Schema all;
  try {
    all = graph.fold();
  } catch (const Error&) {
    if (contradicts) return;
    throw;
  }
  const schema::Model& model = workspace.model();
  const schema::Schema folded =
      history::with_free_order(graph, schema::normalized(std::move(all)), model.schema);
  const diff::Difference difference =
      diff::diff(folded, equivalent(workspace, folded, model.schema, workspace.project().dialects),
                 history::with_done(model.renames, graph));
  for (const std::string& line : difference.detected) {
    constexpr std::string_view kDetected = "Detected ";
    const std::string change = line.starts_with(kDetected) ? line.substr(kDetected.size()) : line;
    findings.add("model", "",
                 fmt::format("The model and the revisions differ: {}; run `dbmig migrate`", change),
                 place_of_change(workspace, line));
  }
}

}  // namespace

std::vector<CheckFinding> check_model(Workspace& workspace) {
  Findings findings;
  workspace.read_files();
  const history::Graph& graph = workspace.graph();
  const std::vector<std::string> heads = graph.heads();
  if (heads.size() > 1) {
    findings.add("heads", text::join(heads, ","),
                 fmt::format("Multiple head revisions are present: {}; join them with `dbmig merge "
                             "heads`",
                             text::join(heads, ", ")));
  }
  if (const auto sum =
          teams::SumFile::read(workspace.project().migrations / teams::SumFile::kName)) {
    for (const teams::SumDifference& one : sum->compare(graph)) {
      Diagnostic what = one.what;
      if (!what.where.file.empty()) what.where.file = workspace.shown(what.where.file);
      findings.add("sum", one.id, what);
    }
  }
  const std::vector<history::Contradiction> contradictions =
      history::contradictions_within(graph, graph.topological());
  for (const Diagnostic& one : history::described(contradictions)) {
    findings.add("contradiction", "", one);
  }
  check_fold(workspace, !contradictions.empty(), findings);
  return findings.take();
}

std::vector<CheckFinding> check_branch(Workspace& workspace, const git::BranchChanges& changes) {
  Findings findings;
  for (const git::MergeProblem& one : git::merge_problems(changes, workspace.graph())) {
    findings.add("branch_" + one.kind, one.revision, one.what);
  }
  return findings.take();
}

std::vector<CheckFinding> check_database(Workspace& workspace) {
  Findings findings;
  backend::Connection& connection = workspace.connection(Workspace::Access::peek);
  const history::Graph graph = run::fitted(connection, workspace.graph());
  const run::DatabaseCheck check =
      run::check_database(connection, graph, workspace.selection(), spelling_of_server(workspace));
  for (const std::string& id : check.pending) {
    findings.add("pending", id,
                 fmt::format("The database lacks revision {}; run `dbmig upgrade`",
                             history::named(graph.header(id))),
                 {graph.header(id).path.string(), 1, 0});
  }
  for (const std::string& id : check.unknown) {
    findings.add(
        "unknown", id,
        fmt::format(
            "Can't locate revision identified by '{}': the database has it, but no file does", id));
  }
  for (const std::string& id : check.edited) {
    const std::string edit = make_runner(workspace, Workspace::Access::peek).edit_of(id);
    findings.add("edited", id,
                 fmt::format("{}: revision {} was edited after it was applied{}; restore the file, "
                             "or accept it with `dbmig repair`",
                             workspace.shown(graph.header(id).path), id,
                             edit.empty() ? "" : " (" + edit + ")"),
                 {graph.header(id).path.string(), 1, 0});
  }
  for (const run::AppliedRevision& row : check.unfinished) {
    findings.add(
        "unfinished", row.id,
        fmt::format("The {} of revision {} stopped after statement {} of {}; run `dbmig {}` "
                    "to finish it",
                    row.running, row.id, row.statements_done, row.statements_total, row.running));
  }
  if (const auto killed = transfer::find_killed_copy(connection)) {
    findings.add("copy", "", *killed);
  }
  findings.add_drift(changes(check.drift.expected, check.drift.live, {}));
  warn_of_cut_fractions(workspace, connection);
  return findings.take();
}

std::span<const CheckKind> model_check_kinds() {
  return kModelKinds;
}

std::span<const CheckKind> branch_check_kinds() {
  return kBranchKinds;
}

std::span<const CheckKind> database_check_kinds() {
  return kDatabaseKinds;
}

}  // namespace dbmig::project
