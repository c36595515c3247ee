#include <fmt/core.h>

#include <memory>
#include <span>

#include "cli/changes_text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/fleet.hpp"
#include "cli/format.hpp"
#include "cli/new_revision.hpp"
#include "cli/reporting.hpp"
#include "project/check_project.hpp"
#include "project/drift.hpp"

namespace dbmig::cli {
namespace {

struct CheckOptions {
  bool offline = false;
  bool revert = false;
  bool fix = false;
  bool plan = false;  ///< with `fix`
  project::DriftOptions fix_options;
  Reporting reporting;
};

/// Findings, printed as text, collected for JSON and for documents.
class Findings {
 public:
  explicit Findings(report::Report& report) : report_(report) {}

  /// `found`, when `kinds` were looked for.
  void add(std::span<const project::CheckKind> kinds,
           const std::vector<project::CheckFinding>& found) {
    for (const project::CheckKind& kind : kinds) {
      report_.rules.push_back({std::string(kind.id), report::Severity::error,
                               std::string(kind.title), std::string(kind.explanation)});
      report_.cases.push_back({std::string(kind.id)});
    }
    std::size_t pending = 0;
    for (const project::CheckFinding& finding : found) {
      if (finding.kind == "pending") ++pending;
      add(finding, pending <= kPendingInText || finding.kind != "pending");
    }
    if (pending > kPendingInText) {
      text_ += fmt::format("{} more revisions are pending; `dbmig status` lists them\n",
                           pending - kPendingInText);
    }
  }
  bool empty() const { return list_.empty(); }
  const Json& json() const { return list_; }
  const std::string& text() const { return text_; }

 private:
  /// A new database lacks all revisions of a long history.
  static constexpr std::size_t kPendingInText = 10;

  void add(const project::CheckFinding& finding, bool in_text) {
    std::string message = finding.text;
    std::string reported = finding.what.message;
    Json entry = {{"kind", finding.kind}, {"subject", finding.subject}};
    if (finding.change) {
      message += "\n" + changes_text({*finding.change});
      reported = message.substr(0, message.find_last_not_of('\n') + 1);
    }
    entry["message"] = message;
    if (finding.change) entry["changes"] = changes_json({*finding.change});
    list_.push_back(std::move(entry));
    if (in_text) text_ += message + (finding.change ? "" : "\n");
    report_.findings.push_back({.rule = finding.kind,
                                .where = finding.what.where,
                                .message = std::move(reported),
                                .hint = finding.what.hint,
                                .case_name = finding.kind});
  }

  report::Report& report_;
  Json list_ = Json::array();
  std::string text_;
};

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
  console.say("It is not in the model yet: `dbmig diff head model` shows what to add there.");
  console.document(document);
}

void check(Context& context, const CheckOptions& options, report::Report& report) {
  if (!options.offline) context.name_database(Context::Access::existing);
  Findings findings(report);
  findings.add(project::model_check_kinds(), project::check_model(context));
  if (const auto changes = branch_changes(context, options.reporting)) {
    findings.add(project::branch_check_kinds(), project::check_branch(context, *changes));
  }
  if (!options.offline) {
    findings.add(project::database_check_kinds(), project::check_database(context));
  }
  if (!options.reporting.is_document()) context.console().data(findings.text());
  if (findings.empty()) context.console().say("No differences.");
  context.console().document(findings.json());
  if (!findings.empty()) context.exit_code = kDifferences;
}

/// The model here, the databases on all ranks.
void check_all(Context& context, const CheckOptions& options, const FleetOptions& many) {
  if (options.offline || options.revert || options.fix) {
    throw Error(ErrorCode::usage, "--all excludes --offline, --revert and --fix-revision");
  }
  if (options.reporting.is_document()) {
    throw Error(ErrorCode::usage, "--all excludes --format").hint("use --json");
  }
  fleet::Job job;
  job.verb = fleet::Verb::check;
  Json document = run_on_all(context, many, std::move(job));
  if (import::rank_from_environment() != 0) return;
  report::Report unused;
  Findings findings(unused);
  findings.add(project::model_check_kinds(), project::check_model(context));
  context.console().data(findings.text());
  document["project"] = findings.json();
  context.console().document(document);
  if (!findings.empty() && context.exit_code == 0) context.exit_code = kDifferences;
}

}  // namespace

void add_check(Command& program, Context& context) {
  auto many = std::make_shared<FleetOptions>();
  auto options = std::make_shared<CheckOptions>();
  Command& command = add_command(
      program, context,
      {"check", "Compare model, revisions and database; exit 3 when they differ",
       "  dbmig check                                     before a deployment\n"
       "  dbmig check --offline                           in CI, without a database\n"
       "  dbmig check --offline --pending-against origin/main --format github   in a pull request\n"
       "  dbmig check --json\n"
       "  dbmig check --all                               every database of dbmig.yaml\n"
       "  dbmig check --revert > revert.sql                SQL that undoes manual changes\n"
       "  dbmig check --fix-revision -m \"index of ops\"     make a revision of it instead\n"
       "Reports model changes without a revision, unmerged branches, pending revisions, revisions\n"
       "that were edited after they were applied, and changes made to the database by hand."});
  command.add_flag("--offline", options->offline, "Only model and revisions");
  command.add_flag("--revert", options->revert,
                   "Print the SQL that undoes changes made by hand; nothing is run");
  command.add_flag("--fix-revision", options->fix,
                   "Write changes made by hand as a revision, and stamp the database with it");
  command.add_option("-m,--message", options->fix_options.message, "What that revision is for")
      ->option_text("TEXT");
  command.add_flag("--allow-destructive", options->fix_options.allow_destructive,
                   "Allow a revision that drops what was dropped by hand");
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
    if (options->plan) throw Error(ErrorCode::usage, "--plan works only with --fix-revision");
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
