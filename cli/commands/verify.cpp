#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/migration.hpp"
#include "cli/proof_report.hpp"
#include "cli/reporting.hpp"
#include "history/branches.hpp"
#include "history/named.hpp"

namespace dbmig::cli {
namespace {

struct VerifyOptions {
  std::vector<std::string> revisions;
  bool all = false;
  Reporting reporting;
};

std::vector<std::string> chosen(Context& context, const VerifyOptions& options) {
  const history::Graph& graph = context.graph();
  const bool is_branch = !options.reporting.pending_against.empty();
  if (options.all + is_branch + !options.revisions.empty() > 1) {
    throw Error(ErrorCode::usage, "revisions, --pending-against and --all exclude each other");
  }
  if (options.all) return graph.topological();
  if (is_branch) return branch_changes(context, options.reporting)->touched(graph);
  return project::revisions_to_prove(context, options.revisions);
}

/// What `prove` told of a revision: a case for each database, with what was left out.
void add_proofs(report::Report& report, const std::string& revision, const SourcePosition& file,
                const Json& proofs) {
  for (const Json& proof : proofs) {
    const bool is_missing = proof.contains("missing");
    const std::string where = is_missing ? proof["dialect"] : proof["server"];
    const std::string name = fmt::format("{} on {}", revision, where);
    report.cases.push_back({name, is_missing ? proof["missing"].get<std::string>() : ""});
    if (is_missing) continue;
    const auto add = [&](const std::string& message) {
      report.findings.push_back({.rule = "unproved",
                                 .severity = report::Severity::warning,
                                 .where = file,
                                 .message = message,
                                 .case_name = name});
    };
    for (const std::string table : proof["empty"]) {
      add(fmt::format("Proved empty on {}: {}", where, table));
    }
    for (const std::string note : proof["notes"]) add(fmt::format("On {}: {}", where, note));
  }
}

/// What keeps a revision from being proved, each with the revision's file where it has no place.
void add_failures(report::Report& report, const std::string& revision, const SourcePosition& file,
                  const std::vector<Diagnostic>& list) {
  for (const Diagnostic& one : list) {
    report.findings.push_back({.rule = "proof",
                               .where = one.where.file.empty() ? file : one.where,
                               .message = one.message,
                               .hint = one.hint,
                               .case_name = revision});
  }
}

void run(Context& context, const VerifyOptions& options, report::Report& report) {
  report.rules = {{"proof", report::Severity::error, "A revision does not do what it says",
                   "When it was run up, down and up again on a database with rows, it failed, lost "
                   "rows or led to another schema."},
                  {"unproved", report::Severity::warning, "A part of a revision could not be tried",
                   "A table had to stay empty, or something could not be checked."}};
  const history::Graph& graph = context.graph();
  Console& console = context.console();
  std::string statement;
  Json list = Json::array();
  const std::vector<std::string> ids = chosen(context, options);
  std::vector<Diagnostic> failed = history::described(history::contradictions_within(graph, ids));
  add_failures(report, "merges", {}, failed);
  for (const std::string& id : ids) {
    console.info("dbmig.proof", "Proving " + history::named(graph.header(id)));
    Json entry{{"revision", id}, {"message", graph.header(id).message}};
    const std::string name = history::named(graph.header(id));
    const SourcePosition file{graph.header(id).path.string(), 1, 0};
    // One after the other: every revision that does not hold is named.
    const project::ProofAttempt attempt = project::try_to_prove(context, graph, id);
    entry["proved"] = !attempt.failure;
    if (attempt.failure) {
      const std::vector<Diagnostic>& why = attempt.failure->diagnostics();
      add_failures(report, name, file, why);
      failed.insert(failed.end(), why.begin(), why.end());
      if (statement.empty()) statement = attempt.failure->statement();
      entry["error"] = attempt.failure->what();
    } else {
      entry["proofs"] = proofs_json(context, attempt.outcomes);
      add_proofs(report, name, file, entry["proofs"]);
    }
    list.push_back(std::move(entry));
  }
  if (!failed.empty()) {
    // In a document each failure stands with its revision already.
    if (options.reporting.is_document()) {
      console.error(Error(ErrorCode::failed, std::move(failed)).sql(statement));
      context.exit_code = kFailed;
      return;
    }
    throw Error(ErrorCode::failed, std::move(failed)).sql(statement);
  }
  if (list.empty()) {
    console.say(
        options.reporting.pending_against.empty()
            ? "There are no revisions."
            : fmt::format("The branch adds no revision to {}.", options.reporting.pending_against));
  }
  console.document(list);
}

}  // namespace

void add_verify(Command& program, Context& context) {
  auto options = std::make_shared<VerifyOptions>();
  Command& command =
      add_command(program, context,
                  {"verify", "Run revisions up, down and up again on scratch databases with rows",
                   "  dbmig verify                                    the heads\n"
                   "  dbmig verify 2fa6 1975                          after editing them\n"
                   "  dbmig verify --all                              in CI\n"
                   "  dbmig verify --pending-against origin/main --format junit > verify.xml\n"
                   "Replays the history before a revision, fills every table with generated rows, "
                   "and runs the\n"
                   "revision as in a deployment. SQLite's scratch databases are in memory; "
                   "MariaDB's are created\n"
                   "on the server of `scratch:` or of the database, with random names, and dropped "
                   "afterwards."});
  command.add_option("revisions", options->revisions, "Which (heads)")->option_text("REV…");
  command.add_flag("--all", options->all, "Every revision, from the first on");
  add_report_options(command, context, options->reporting);
  set_action(command, context, [&context, options] {
    with_report(context, options->reporting, "verify",
                [&](report::Report& report) { run(context, *options, report); });
  });
}

}  // namespace dbmig::cli
