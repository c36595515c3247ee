#include "lint/lint.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <system_error>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/lint_report.hpp"
#include "cli/migration.hpp"
#include "cli/proof_report.hpp"
#include "cli/reporting.hpp"
#include "evidence/lint_evidence.hpp"

namespace dbmig::cli {
namespace {

constexpr int kFindings = 4;

struct Options {
  std::vector<std::string> revisions;
  bool pending = false;
  bool all = false;
  bool offline = false;
  bool strict = false;
  bool codes = false;
  std::string explain;
  Reporting reporting;
};

/// The database that can be asked, and what it has.
struct AtHand {
  backend::Connection* connection = nullptr;  ///< nullptr: none
  std::set<std::string> applied;              ///< of the revisions that have a file
};

AtHand ask(Context& context, Context::Access access) {
  AtHand found;
  run::Runner runner = make_runner(context, access);
  for (const std::string& id : runner.applied()) {
    if (context.graph().contains(id)) found.applied.insert(id);
  }
  found.connection = &context.connection(access);
  return found;
}

/// The database, if there is one: a SQLite file that is not there yet, or a server that does not
/// answer, is none unless it was asked for by name.
AtHand database_at_hand(Context& context, const Options& options) {
  if (options.offline) return {};
  if (options.pending) return ask(context, Context::Access::peek);
  const bool by_name = context.location.url || context.location.database;
  try {
    const Url& url = context.url();
    std::error_code ignored;
    const bool is_file = url.dialect == DialectKind::sqlite && !url.in_memory();
    if (is_file && !by_name && !std::filesystem::exists(url.database, ignored)) return {};
    return ask(context, by_name ? Context::Access::peek : Context::Access::existing);
  } catch (const Error& error) {
    if (by_name) throw;
    context.console().info("dbmig.lint", fmt::format("No database is asked: {}", error.message()));
    return {};
  }
}

/// Which revisions are linted, and how to say so.
struct Chosen {
  std::string what;  ///< "pending", "heads", "all", "branch" or "revisions"
  std::vector<std::string> ids;
};

std::vector<std::string> in_order(const history::Graph& graph, const std::set<std::string>& ids) {
  std::vector<std::string> list;
  for (const std::string& id : graph.topological()) {
    if (ids.count(id) != 0) list.push_back(id);
  }
  return list;
}

Chosen choose(Context& context, const Options& options, const AtHand& database) {
  const history::Graph& graph = context.graph();
  if (const auto branch = branch_changes(context, options.reporting)) {
    return {"branch", branch->touched(graph)};
  }
  if (options.all) return {"all", graph.topological()};
  if (!options.revisions.empty()) {
    const std::vector<std::string> heads = graph.heads_of(database.applied);
    std::set<std::string> ids;
    for (const std::string& revision : options.revisions) {
      const bool of_database = revision.starts_with("current") || revision.starts_with('+');
      if (of_database && database.connection == nullptr) {
        throw Error(
            ErrorCode::usage,
            fmt::format("'{}' is seen from where a database is, and none is asked", revision))
            .hint("name the database with --url, or the revision by its id");
      }
      ids.merge(graph.resolve(revision, {heads.begin(), heads.end()}));
    }
    return {"revisions", in_order(graph, ids)};
  }
  if (database.connection == nullptr) return {"heads", graph.heads()};
  std::vector<std::string> ids = graph.topological();
  std::erase_if(ids, [&](const std::string& id) { return database.applied.count(id) != 0; });
  return {"pending", std::move(ids)};
}

/// The upgrade from what the database has to `targets`, planned for it.
std::vector<run::PlannedRevision> plan_to(const history::Graph& graph, const AtHand& database,
                                          const std::set<std::string>& targets) {
  std::vector<run::PlannedRevision> plan;
  schema::Schema schema = graph.fold_in_order(graph.in_order(database.applied));
  for (const std::string& id : graph.upgrade_path(database.applied, targets)) {
    run::PlannedRevision planned;
    planned.revision = graph.get(id);
    planned.operations = planned.revision.upgrade;
    planned.statements = database.connection->dialect().plan(schema, planned.operations, {});
    schema = history::apply(std::move(schema), planned.revision);
    plan.push_back(std::move(planned));
  }
  return plan;
}

/// What the server says that the statements of a MariaDB upgrade cost.
void add_costs(Context& context, const AtHand& database, const std::set<std::string>& targets,
               std::map<std::string, lint::Evidence>& evidence) {
  const history::Graph& graph = context.graph();
  const schema::Schema start = graph.fold_in_order(graph.in_order(database.applied));
  const std::vector<run::PlannedRevision> plan = plan_to(graph, database, targets);
  const auto costs = costs_of(context, start, plan);
  std::set<std::string> renamed;  // their rows are in the database under another name
  for (std::size_t i = 0; i < costs.size(); ++i) {
    for (const ops::Operation& operation : plan[i].operations) {
      if (const auto* rename = std::get_if<ops::RenameTable>(&operation)) {
        renamed.insert(rename->to);
      }
    }
    for (const proof::StatementCost& cost : costs[i]) {
      const auto rows = renamed.count(cost.table) != 0
                            ? std::nullopt
                            : evidence::count_table(*database.connection, cost.table);
      evidence[plan[i].revision.id].costs.push_back(
          {cost.first_operation, cost.algorithm, cost.lock, rows});
    }
  }
}

/// What the database adds to the files, by revision.
std::map<std::string, lint::Evidence> evidence_of(Context& context, const AtHand& database,
                                                  const Chosen& chosen) {
  std::set<std::string> targets(chosen.ids.begin(), chosen.ids.end());
  std::erase_if(targets, [&](const std::string& id) { return database.applied.count(id) != 0; });
  if (database.connection == nullptr || targets.empty()) return {};
  auto evidence =
      evidence::count_rows(*database.connection, context.graph(), database.applied, targets);
  if (context.url().dialect == DialectKind::mariadb) {
    add_costs(context, database, targets, evidence);
  }
  return evidence;
}

void lint(Context& context, const Options& options, report::Report& document) {
  const history::Graph& graph = context.graph();
  const AtHand database = database_at_hand(context, options);
  const Chosen chosen = choose(context, options, database);
  const lint::Options rules{context.project().lint, context.project().dialects};
  const lint::Result result =
      lint::lint(graph, chosen.ids, rules, evidence_of(context, database, chosen));

  LintReport report;
  report.what = chosen.what;
  report.revisions = chosen.ids;
  if (database.connection != nullptr) report.database = context.url().redacted();
  report.strict = options.strict;
  if (options.reporting.is_document()) {
    fill_in(document, graph, report, result);
    print_summary(context.console(), report, result);
  } else {
    print_report(context.console(), report, result);
  }
  if (fails(result, options.strict)) context.exit_code = kFindings;
}

void require_one_choice(const Options& options) {
  const int choices = static_cast<int>(options.pending) + static_cast<int>(options.all) +
                      static_cast<int>(!options.revisions.empty()) +
                      static_cast<int>(!options.reporting.pending_against.empty());
  if (choices > 1) {
    throw Error(ErrorCode::usage,
                "revisions, --pending, --pending-against and --all exclude each other");
  }
  if (options.pending && options.offline) {
    throw Error(ErrorCode::usage, "--pending asks the database, and --offline does not");
  }
}

}  // namespace

void add_lint(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      program, context,
      {"lint", "What in revisions may lose data, fail, block or break",
       "  dbmig lint                                      what the database lacks, or the heads\n"
       "  dbmig lint --pending --url $PROD_URL            before a deployment: rows are counted\n"
       "  dbmig lint --all --offline --strict             in CI\n"
       "  dbmig lint --pending-against origin/main --format github   in a pull request\n"
       "  dbmig lint 2fa6 --json\n"
       "  dbmig lint --explain DS101\n"
       "Findings go to stdout; exit 4 when one is an error. Levels stand in dbmig.yaml, as in\n"
       "`lint: {DS102: warning, NM: off}`; a finding is accepted beside its operation, as in\n"
       "`lint_ignore: {DS101: \"archived, ticket 4711\"}`."});
  command.add_option("revisions", options->revisions, "Which; `head`, `heads` and `current` too")
      ->option_text("REV");
  command.add_flag("--pending", options->pending, "Those that the database lacks");
  command.add_flag("--all", options->all, "All of them");
  command.add_flag("--offline", options->offline, "Ask no database");
  command.add_flag("--strict", options->strict, "Warnings are errors");
  command.add_option("--explain", options->explain, "What a code means")->option_text("CODE");
  command.add_flag("--codes", options->codes, "All codes with their levels");
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
