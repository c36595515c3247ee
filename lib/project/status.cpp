#include "project/status.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "dialect/equivalent.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "history/renames.hpp"
#include "project/revisions.hpp"
#include "run/fitted.hpp"
#include "run/unknown_revisions.hpp"
#include "schema/validate.hpp"
#include "transfer/copy_mark.hpp"

namespace dbmig::project {

ModelStatus model_status(Workspace& workspace) {
  const history::Graph& graph = workspace.graph();
  const schema::Model& model = workspace.model();
  ModelStatus status;
  status.tables = model.schema.tables.size();
  status.is_empty = model.schema == schema::Schema{} && graph.empty();
  schema::Schema all;
  try {
    all = graph.fold();
  } catch (const Error&) {
    if (history::contradictions(graph, graph.heads()).empty()) throw;
    status.contradicts = true;
    return status;
  }
  const schema::Schema folded =
      history::with_free_order(graph, schema::normalized(std::move(all)), model.schema);
  const std::vector<DialectKind>& dialects = workspace.project().dialects;
  status.changes = diff::diff(folded, dialect::equivalent(folded, model.schema, dialects),
                              history::with_done(model.renames, graph))
                       .detected;
  return status;
}

DatabaseStatus database_status(Workspace& workspace) {
  run::Runner runner = make_runner(workspace, Workspace::Access::peek);
  DatabaseStatus status{{}, runner.fitted_revisions(), runner.rows(), {}, {}, {}, {}, {}, {}};
  status.applied = run::complete(status.rows);
  for (const std::string& id : status.revisions.topological()) {
    if (status.applied.count(id) == 0) status.pending.push_back(id);
  }
  status.unknown = run::unknown_revisions(status.rows, status.revisions);
  status.edited = run::edited_revisions(status.rows, status.revisions);
  status.current = runner.known_revisions().heads_of(status.applied);
  backend::Connection& connection = workspace.connection(Workspace::Access::peek);
  status.killed_copy = transfer::find_killed_copy(connection);
  status.server = connection.server();
  return status;
}

NextStep next_step(const ModelStatus& model, const history::Graph& revisions,
                   const DatabaseStatus* database) {
  if (database != nullptr) {
    const auto is_half_done = [](const run::AppliedRevision& row) { return !row.is_complete(); };
    if (std::any_of(database->rows.begin(), database->rows.end(), is_half_done)) {
      return NextStep::finish;
    }
    if (database->killed_copy) return NextStep::finish_copy;
  }
  if (revisions.effective_heads().size() > 1) return NextStep::merge;
  if (database != nullptr && !database->unknown.empty()) return NextStep::switch_revisions;
  if (database != nullptr && !database->edited.empty()) return NextStep::check;
  if (!model.changes.empty()) return NextStep::migrate;
  if (database != nullptr && !database->pending.empty()) return NextStep::upgrade;
  if (database == nullptr && !revisions.empty()) return NextStep::reach;
  return model.is_empty ? NextStep::describe : NextStep::none;
}

std::string origin_of_url(Workspace& workspace) {
  if (workspace.location.url) return "--url";
  const yaml::Project& project = workspace.project();
  const std::string name = workspace.location.database.value_or("");
  const auto found = project.databases.find(name);
  const std::string& text = found != project.databases.end() ? found->second : project.database;
  const auto variable = workspace.environment()("DATABASE_URL");
  if (text.find("DATABASE_URL") != std::string::npos && variable && !variable->empty()) {
    return "DATABASE_URL";
  }
  return name.empty() ? "dbmig.yaml" : fmt::format("'{}' of dbmig.yaml", name);
}

}  // namespace dbmig::project
