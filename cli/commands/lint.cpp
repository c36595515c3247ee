#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/lint_report.hpp"
#include "cli/reporting.hpp"
#include "project/lint_revisions.hpp"

namespace dbmig::cli {
namespace {

constexpr int kFindings = 4;

struct LintOptions {
  std::vector<std::string> revisions;
  bool pending = false;
  bool all = false;
  bool offline = false;
  bool strict = false;
  bool codes = false;
  std::string explain;
  Reporting reporting;
};

void lint(Context& context, const LintOptions& options, report::Report& document) {
  const auto branch = branch_changes(context, options.reporting);
  project::LintOptions wanted;
  if (branch) wanted.branch = &*branch;
  wanted.all = options.all;
  wanted.revisions = options.revisions;
  wanted.offline = options.offline;
  wanted.must_ask = options.pending;
  const project::LintRun run = project::lint_revisions(context, wanted);

  LintReport report;
  report.what = run.what;
  report.revisions = run.revisions;
  if (run.asked_database) report.database = context.url().redacted();
  report.strict = options.strict;
  if (options.reporting.is_document()) {
    fill_in(document, context.graph(), report, run.result);
    print_summary(context.console(), report, run.result);
  } else {
    print_report(context.console(), report, run.result);
  }
  if (fails(run.result, options.strict)) context.exit_code = kFindings;
}

void require_one_choice(const LintOptions& options) {
  const int choices = static_cast<int>(options.pending) + static_cast<int>(options.all) +
                      static_cast<int>(!options.revisions.empty()) +
                      static_cast<int>(!options.reporting.pending_against.empty());
  if (choices > 1) {
    throw Error(ErrorCode::usage,
                "revisions, --pending, --pending-against and --all exclude each other");
  }
  if (options.pending && options.offline) {
    throw Error(ErrorCode::usage, "--pending needs the database, and --offline does not use it");
  }
}

}  // namespace

void add_lint(Command& program, Context& context) {
  auto options = std::make_shared<LintOptions>();
  Command& command = add_command(
      program, context,
      {"lint", "Find what in revisions may lose data, fail, block or break",
       "  dbmig lint                                      pending revisions, or the heads\n"
       "  dbmig lint --pending --url $PROD_URL            before a deployment: rows are counted\n"
       "  dbmig lint --all --offline --strict             in CI\n"
       "  dbmig lint --pending-against origin/main --format github   in a pull request\n"
       "  dbmig lint 2fa6 --json\n"
       "  dbmig lint --explain DS101\n"
       "Findings go to stdout; the exit code is 4 if one is an error. dbmig.yaml sets levels, as "
       "in\n"
       "`lint: {DS102: warning, NM: off}`; to accept a finding, write at its operation\n"
       "`lint_ignore: {DS101: \"archived, ticket 4711\"}`."});
  command
      .add_option("revisions", options->revisions,
                  "The revisions to look at; also `head`, `heads` and `current`")
      ->option_text("REV");
  command.add_flag("--pending", options->pending, "Only pending revisions");
  command.add_flag("--all", options->all, "All revisions");
  command.add_flag("--offline", options->offline, "Do not connect to a database");
  command.add_flag("--strict", options->strict, "Warnings are errors");
  command.add_option("--explain", options->explain, "Explain a code")->option_text("CODE");
  command.add_flag("--codes", options->codes, "List all codes with their levels");
  add_report_options(command, context, options->reporting);
  set_action(command, context, [&context, options] {
    if (options->codes) return print_codes(context.console());
    if (!options->explain.empty()) return print_page(context.console(), options->explain);
    require_one_choice(*options);
    with_report(context, options->reporting, "lint",
                [&](report::Report& report) { lint(context, *options, report); });
  });
}

}  // namespace dbmig::cli
