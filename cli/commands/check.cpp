#include "run/check.hpp"

#include <fmt/core.h>

#include <array>
#include <filesystem>
#include <memory>
#include <span>

#include "base/text.hpp"
#include "cli/changes_text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/fleet.hpp"
#include "cli/format.hpp"
#include "cli/new_revision.hpp"
#include "cli/reporting.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "history/renames.hpp"
#include "project/cut_fractions.hpp"
#include "project/drift.hpp"
#include "project/revisions.hpp"
#include "project/server_words.hpp"
#include "run/fitted.hpp"
#include "schema/validate.hpp"
#include "teams/sum_file.hpp"

namespace dbmig::cli {
namespace {

constexpr int kDifferences = 3;

struct Options {
  bool offline = false;
  bool revert = false;
  bool fix = false;
  bool plan = false;  ///< with `fix`
  project::DriftOptions fix_options;
  Reporting reporting;
};

/// Every kind of finding, in the order in which they are looked for.
struct Kind {
  std::string_view id;
  std::string_view title;
  std::string_view explanation;
};

constexpr std::array kModelKinds{
    Kind{"heads", "The revisions have several heads",
         "Two branches of the history end side by side; `dbmig merge heads` joins them."},
    Kind{"contradiction", "Branches contradict each other",
         "What two branches do to one thing does not come out the same in every order in which "
         "databases may apply them."},
    Kind{"sum", "Revision files are not what dbmig.sum says",
         "A revision was edited, removed or added since its line was written; `dbmig sum` takes it "
         "in."},
    Kind{"model", "The model has changes that no revision has",
         "`dbmig migrate` writes them as a revision."},
};
constexpr std::array kBranchKinds{
    Kind{"branch_edited", "The branch changes a revision that its target has",
         "A database that has applied the revision will not apply it again: write a new one."},
    Kind{"branch_removed", "The branch removes a revision that its target has",
         "A database that has applied the revision knows no way on or back without its file."},
    Kind{"branch_heads", "After the merge the revisions have several heads",
         "The branch and its target both went on from one revision. Take the target in, then "
         "`dbmig merge heads`."},
    Kind{"branch_contradiction", "The branch and its target contradict each other",
         "What both do to one thing does not come out the same in every order in which databases "
         "may apply them."},
};
constexpr std::array kDatabaseKinds{
    Kind{"pending", "The database lacks a revision", "`dbmig upgrade` applies it."},
    Kind{"unknown", "The database has a revision that no file has",
         "The file was removed, or is on another branch."},
    Kind{"edited", "A revision was edited after it was applied",
         "Restore the file, or accept it with `dbmig repair`."},
    Kind{"unfinished", "A migration stopped halfway", "The same command again finishes it."},
    Kind{"drift", "The database was changed by hand",
         "`dbmig check --revert` prints what undoes it, `dbmig check --fix-revision` makes a "
         "revision of it."},
};

/// What was found: printed as text, collected for JSON and for documents.
class Findings {
 public:
  explicit Findings(report::Report& report) : report_(report) {}

  /// What is going to be looked for.
  void announce(std::span<const Kind> kinds) {
    for (const Kind& kind : kinds) {
      report_.rules.push_back({std::string(kind.id), report::Severity::error,
                               std::string(kind.title), std::string(kind.explanation)});
      report_.cases.push_back({std::string(kind.id)});
    }
  }
  void add(std::string_view kind, std::string subject, const std::string& message,
           SourcePosition where = {}) {
    list_.push_back({{"kind", kind}, {"subject", std::move(subject)}, {"message", message}});
    text_ += message + "\n";
    tell(kind, message, std::move(where));
  }
  /// One that begins with its place.
  void add(std::string_view kind, std::string subject, const Diagnostic& what) {
    const std::string line = to_string(what);
    list_.push_back({{"kind", kind}, {"subject", std::move(subject)}, {"message", line}});
    text_ += line + "\n";
    tell(kind, what.message, what.where, what.hint);
  }
  /// Each object with both its sides: what the revisions say, what the database has.
  void add_drift(const std::vector<project::Change>& drift) {
    for (const project::Change& change : drift) {
      const std::string subject = fmt::format("{} '{}'", change.noun, change.name);
      const std::string message =
          fmt::format("The database was changed by hand: {} is not as the revisions made it:\n{}",
                      subject, changes_text({change}));
      list_.push_back({{"kind", "drift"},
                       {"subject", subject},
                       {"message", message},
                       {"changes", changes_json({change})}});
      text_ += message;
      tell("drift", message.substr(0, message.find_last_not_of('\n') + 1), {});
    }
  }
  bool empty() const { return list_.empty(); }
  const Json& json() const { return list_; }
  const std::string& text() const { return text_; }

 private:
  void tell(std::string_view kind, const std::string& message, SourcePosition where,
            const std::string& hint = {}) {
    report_.findings.push_back({.rule = std::string(kind),
                                .where = std::move(where),
                                .message = message,
                                .hint = hint,
                                .case_name = std::string(kind)});
  }

  report::Report& report_;
  Json list_ = Json::array();
  std::string text_;
};

/// Where the model says what a line of `Difference::detected` is about: it names a table, or a
/// table and a column as `table.column`, in quotes.
SourcePosition place_of(Context& context, const std::string& detected) {
  const schema::Schema& schema = context.model().schema;
  const std::vector<std::string> parts = text::split(detected, '\'');
  for (std::size_t i = 1; i < parts.size(); i += 2) {
    if (schema.tables.count(parts[i]) != 0) return context.place_in_model({"tables", parts[i]});
    if (schema.views.count(parts[i]) != 0) return context.place_in_model({"views", parts[i]});
    const auto dot = parts[i].find('.');
    const std::string table = parts[i].substr(0, dot);
    if (dot == std::string::npos || schema.tables.count(table) == 0) continue;
    return context.place_in_model({"tables", table, "columns", parts[i].substr(dot + 1)});
  }
  return {};
}

/// Model against revisions. Branches that fit together in no order, which is told already, have no
/// schema that the model could be compared with.
void check_fold(Context& context, bool contradicts, Findings& findings) {
  const history::Graph& graph = context.graph();
  schema::Schema all;
  try {
    all = graph.fold();
  } catch (const Error&) {
    if (contradicts) return;
    throw;
  }
  const schema::Model& model = context.model();
  const schema::Schema folded =
      history::with_free_order(graph, schema::normalized(std::move(all)), model.schema);
  const diff::Difference difference =
      diff::diff(folded, equivalent(context, folded, model.schema, context.project().dialects),
                 history::with_done(model.renames, graph));
  for (const std::string& line : difference.detected) {
    findings.add("model", "", fmt::format("No revision has: {}; run `dbmig migrate`", line),
                 place_of(context, line));
  }
}

void check_model(Context& context, Findings& findings) {
  findings.announce(kModelKinds);
  context.read_files();
  const history::Graph& graph = context.graph();
  const std::vector<std::string> heads = graph.heads();
  if (heads.size() > 1) {
    findings.add("heads", text::join(heads, ","),
                 fmt::format("Multiple head revisions are present: {}; join them with `dbmig merge "
                             "heads`",
                             text::join(heads, ", ")));
  }
  if (const auto sum = teams::SumFile::read(context.project().migrations / teams::SumFile::kName)) {
    for (const teams::SumDifference& one : sum->compare(graph)) {
      Diagnostic what = one.what;
      if (!what.where.file.empty()) what.where.file = context.shown(what.where.file);
      findings.add("sum", one.id, what);
    }
  }
  std::vector<history::Contradiction> contradictions = history::contradictions(graph, heads);
  for (history::Contradiction& one : history::contradictions_within(graph, graph.topological())) {
    contradictions.push_back(std::move(one));
  }
  for (const Diagnostic& one : history::described(contradictions)) {
    findings.add("contradiction", "", one);
  }
  check_fold(context, !contradictions.empty(), findings);
}

void check_branch(Context& context, const Reporting& options, Findings& findings) {
  const auto changes = branch_changes(context, options);
  if (!changes) return;
  findings.announce(kBranchKinds);
  for (const git::MergeProblem& one : git::merge_problems(*changes, context.graph())) {
    findings.add("branch_" + one.kind, one.revision, one.what);
  }
}

void check_database(Context& context, Findings& findings) {
  findings.announce(kDatabaseKinds);
  backend::Connection& connection = context.connection(Context::Access::peek);
  const history::Graph graph = run::fitted(connection, context.graph());
  const run::DatabaseCheck check =
      run::check_database(connection, graph, context.selection(), words_of_server(context));
  for (const std::string& id : check.pending) {
    findings.add("pending", id,
                 fmt::format("The database lacks revision {}, {}; run `dbmig upgrade`", id,
                             graph.header(id).message),
                 {graph.header(id).path.string(), 1, 0});
  }
  for (const std::string& id : check.unknown) {
    findings.add(
        "unknown", id,
        fmt::format("Can't locate revision identified by '{}': the database has it, and no "
                    "file does",
                    id));
  }
  for (const std::string& id : check.edited) {
    const std::string edit = make_runner(context, Context::Access::peek).edit_of(id);
    findings.add("edited", id,
                 fmt::format("{}: revision {} was edited after it was applied{}; restore the file, "
                             "or accept it with `dbmig repair`",
                             context.shown(graph.header(id).path), id,
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
  findings.add_drift(project::changes(check.drift.expected, check.drift.live, {}));
  project::warn_of_cut_fractions(context, connection);
}

/// Prints the SQL that undoes what was changed in the database by hand.
void print_revert(Context& context) {
  const project::RevertScript script = project::revert_drift(context);
  Console& console = context.console();
  console.data(script.sql);
  if (script.operations.empty()) console.say("No differences.");
  console.document({{"dialect", to_string(script.dialect)},
                    {"operations", operations_json(script.operations)},
                    {"sql", script.sql}});
}

/// Writes a revision of what was changed by hand and stamps the database with it.
void write_drift(Context& context, const project::DriftOptions& options, bool only_plan) {
  Console& console = context.console();
  const auto drift = project::revision_of_drift(context, options);
  if (!drift) {
    console.say("No differences.");
    console.document({{"revision", nullptr}, {"written", false}});
    return;
  }
  Json document = write_revision_file(context, drift->revision, only_plan, drift->detected);
  document["stamped"] = !only_plan;
  if (only_plan) return console.document(document);
  project::stamp_drift(context, drift->revision.id);
  console.say("The model lacks it still: `dbmig diff head model` says what to add there.");
  console.document(document);
}

void check(Context& context, const Options& options, report::Report& report) {
  if (!options.offline) context.name_database(Context::Access::existing);
  Findings findings(report);
  check_model(context, findings);
  check_branch(context, options.reporting, findings);
  if (!options.offline) check_database(context, findings);
  if (!options.reporting.is_document()) context.console().data(findings.text());
  if (findings.empty()) context.console().say("No differences.");
  context.console().document(findings.json());
  if (!findings.empty()) context.exit_code = kDifferences;
}

/// The model here, the databases on all ranks.
void check_all(Context& context, const Options& options, const FleetOptions& many) {
  if (options.offline || options.revert || options.fix) {
    throw Error(ErrorCode::usage, "--all excludes --offline, --revert and --fix-revision");
  }
  if (options.reporting.is_document()) {
    throw Error(ErrorCode::usage, "--all excludes --format").hint("--json is there");
  }
  fleet::Job job;
  job.verb = fleet::Verb::check;
  Json document = run_on_all(context, many, std::move(job));
  if (import::rank_from_environment() != 0) return;
  report::Report unused;
  Findings findings(unused);
  check_model(context, findings);
  context.console().data(findings.text());
  document["project"] = findings.json();
  context.console().document(document);
  if (!findings.empty() && context.exit_code == 0) context.exit_code = kDifferences;
}

}  // namespace

void add_check(Command& program, Context& context) {
  auto many = std::make_shared<FleetOptions>();
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      program, context,
      {"check", "Exit 3 when model, revisions and database are not the same",
       "  dbmig check                                     before a deployment\n"
       "  dbmig check --offline                           in CI: no database is asked\n"
       "  dbmig check --offline --pending-against origin/main --format github   in a pull request\n"
       "  dbmig check --json\n"
       "  dbmig check --all                               every database of dbmig.yaml\n"
       "  dbmig check --revert > revert.sql                undo what was done by hand\n"
       "  dbmig check --fix-revision -m \"index of ops\"     make a revision of it instead\n"
       "Names changes of the model without a revision, open branches, revisions that the database\n"
       "lacks or that were edited after it got them, and changes made to it by hand."});
  command.add_flag("--offline", options->offline, "Only model and revisions");
  command.add_flag("--revert", options->revert,
                   "Print the SQL that undoes what was changed by hand; nothing is run");
  command.add_flag("--fix-revision", options->fix,
                   "Write what was changed by hand as a revision, and stamp the database with it");
  command.add_option("-m,--message", options->fix_options.message, "Of that revision")
      ->option_text("TEXT");
  command.add_flag("--allow-destructive", options->fix_options.allow_destructive,
                   "Consent to a revision that drops what was dropped by hand");
  add_plan_flag(command, options->plan,
                "With --fix-revision: print the revision instead of writing it");
  add_report_options(command, context, options->reporting);
  add_fleet_options(command, *many);
  const auto check_one = [&context, options] {
    if (options->offline + options->revert + options->fix > 1) {
      throw Error(ErrorCode::usage, "--offline, --revert and --fix-revision exclude each other");
    }
    if (options->revert || options->fix) context.name_database(Context::Access::existing);
    if (options->revert) return print_revert(context);
    if (options->fix) return write_drift(context, options->fix_options, options->plan);
    if (options->plan) throw Error(ErrorCode::usage, "--plan goes with --fix-revision");
    with_report(context, options->reporting, "check",
                [&](report::Report& report) { check(context, *options, report); });
  };
  set_action(
      command, context,
      [&context, options, many, check_one] {
        if (many->is_given()) return check_all(context, *options, *many);
        if (import::rank_from_environment() != 0) return;
        refuse_limits_of_one(*many);
        check_one();
      },
      true);
}

}  // namespace dbmig::cli
