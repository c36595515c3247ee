#include "project/lint_revisions.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "backend/database_file.hpp"
#include "dialect/capabilities.hpp"
#include "evidence/lint_evidence.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"

namespace dbmig::project {
namespace {

/// The database, if it can be reached, and its revisions.
struct AtHand {
  backend::Connection* connection = nullptr;  ///< nullptr: none
  std::set<std::string> applied;              ///< those with a file
};

AtHand ask_database(Workspace& workspace, Workspace::Access access) {
  AtHand found;
  run::Runner runner = make_runner(workspace, access);
  for (const std::string& id : runner.applied()) {
    if (workspace.graph().contains(id)) found.applied.insert(id);
  }
  found.connection = &workspace.connection(access);
  return found;
}

/// The database, if there is one: a SQLite file that does not exist yet, or a server that does not
/// answer, counts as none unless it was named explicitly.
AtHand database_at_hand(Workspace& workspace, const LintOptions& options) {
  if (options.offline) return {};
  if (options.must_ask) return ask_database(workspace, Workspace::Access::peek);
  const bool by_name = workspace.location.url || workspace.location.database;
  try {
    if (!by_name && backend::is_missing_file(workspace.url())) return {};
    return ask_database(workspace, by_name ? Workspace::Access::peek : Workspace::Access::existing);
  } catch (const Error& error) {
    if (by_name) throw;
    workspace.events().info("dbmig.lint",
                            fmt::format("Working without a database: {}", error.message()));
    return {};
  }
}

/// The revisions to lint, and how the report calls them.
struct Chosen {
  std::string what;  ///< "pending", "heads", "all", "branch" or "revisions"
  std::vector<std::string> ids;
};

std::vector<std::string> in_order_of_history(const history::Graph& graph,
                                             const std::set<std::string>& ids) {
  std::vector<std::string> list;
  for (const std::string& id : graph.topological()) {
    if (ids.count(id) != 0) list.push_back(id);
  }
  return list;
}

Chosen choose_revisions(Workspace& workspace, const LintOptions& options, const AtHand& database) {
  const history::Graph& graph = workspace.graph();
  if (options.branch != nullptr) return {"branch", options.branch->touched(graph)};
  if (options.all) return {"all", graph.topological()};
  if (!options.revisions.empty()) {
    const std::vector<std::string> heads = graph.heads_of(database.applied);
    std::set<std::string> ids;
    for (const std::string& revision : options.revisions) {
      const bool of_database = revision.starts_with("current") || revision.starts_with('+');
      if (of_database && database.connection == nullptr) {
        throw Error(
            ErrorCode::usage,
            fmt::format("'{}' is relative to the database's revision, and no database is used",
                        revision))
            .hint("name the database with --url, or the revision by its id");
      }
      ids.merge(graph.resolve(revision, {heads.begin(), heads.end()}));
    }
    return {"revisions", in_order_of_history(graph, ids)};
  }
  if (database.connection == nullptr) return {"heads", graph.heads()};
  std::vector<std::string> ids = graph.topological();
  std::erase_if(ids, [&](const std::string& id) { return database.applied.count(id) != 0; });
  return {"pending", std::move(ids)};
}

/// The upgrade from the database's revisions to `targets`, planned for it.
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

/// What the statements of a MariaDB upgrade cost, according to the server.
void add_costs(Workspace& workspace, const AtHand& database, const std::set<std::string>& targets,
               std::map<std::string, lint::Evidence>& evidence) {
  const history::Graph& graph = workspace.graph();
  const schema::Schema start = graph.fold_in_order(graph.in_order(database.applied));
  const std::vector<run::PlannedRevision> plan = plan_to(graph, database, targets);
  const auto costs = costs_of(workspace, start, plan);
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

/// What the database adds to the files, for each revision.
std::map<std::string, lint::Evidence> evidence_of(Workspace& workspace, const AtHand& database,
                                                  const Chosen& chosen) {
  std::set<std::string> targets(chosen.ids.begin(), chosen.ids.end());
  std::erase_if(targets, [&](const std::string& id) { return database.applied.count(id) != 0; });
  if (database.connection == nullptr || targets.empty()) return {};
  auto evidence =
      evidence::count_rows(*database.connection, workspace.graph(), database.applied, targets);
  if (dialect::capabilities(workspace.url().dialect).tells_alter_costs) {
    add_costs(workspace, database, targets, evidence);
  }
  return evidence;
}

}  // namespace

LintRun lint_revisions(Workspace& workspace, const LintOptions& options) {
  const AtHand database = database_at_hand(workspace, options);
  Chosen chosen = choose_revisions(workspace, options, database);
  const lint::Options rules{workspace.project().lint, workspace.project().dialects};
  LintRun run;
  run.result =
      lint::lint(workspace.graph(), chosen.ids, rules, evidence_of(workspace, database, chosen));
  run.what = std::move(chosen.what);
  run.revisions = std::move(chosen.ids);
  run.asked_database = database.connection != nullptr;
  return run;
}

}  // namespace dbmig::project
