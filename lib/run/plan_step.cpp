// Plans a revision's operations as statements for this database, against the schema before them.
#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "history/branches.hpp"
#include "run/apply.hpp"
#include "run/plain_sql.hpp"
#include "run/runner.hpp"

namespace dbmig::run {
namespace {

/// Whether planning these operations needs the dependent objects of their tables, which costs an
/// inspection of the whole schema. `statements` is the plan without them.
bool needs_dependents(const std::vector<ops::Operation>& operations,
                      const std::vector<dialect::Statement>& statements) {
  std::size_t tables = 0;
  for (const ops::Operation& operation : operations) {
    if (std::holds_alternative<ops::CreateTable>(operation)) ++tables;
    const bool is_plain = std::holds_alternative<ops::CreateTable>(operation) ||
                          std::holds_alternative<ops::DropTable>(operation) ||
                          std::holds_alternative<ops::CreateIndex>(operation) ||
                          std::holds_alternative<ops::DropIndex>(operation) ||
                          std::holds_alternative<ops::RenameIndex>(operation) ||
                          std::holds_alternative<ops::AddColumn>(operation) ||
                          std::holds_alternative<ops::BulkInsert>(operation) ||
                          std::holds_alternative<ops::BulkDelete>(operation) ||
                          std::holds_alternative<ops::Execute>(operation);
    if (!is_plain) return true;
  }
  // More tables are created than requested: one is rebuilt.
  const auto made = std::count_if(
      statements.begin(), statements.end(),
      [](const dialect::Statement& one) { return one.sql.starts_with("CREATE TABLE "); });
  return static_cast<std::size_t>(made) > tables;
}

/// `error` of an upgrade that cannot be planned, with the applied revisions that may be the cause:
/// those that come after it in the history, or contradict it on another branch.
Error out_of_order(const Error& error, const PlannedRevision& planned, const RunPlan& run_plan,
                   const history::Graph& graph) {
  const std::string& id = planned.revision.id;
  const bool is_known = std::all_of(run_plan.applied().begin(), run_plan.applied().end(),
                                    [&](const std::string& one) { return graph.contains(one); });
  if (planned.direction == Direction::downgrade || !graph.contains(id) || !is_known) return error;
  std::vector<Diagnostic> told = error.diagnostics();
  const std::set<std::string> below = graph.descendants(id);
  std::vector<std::string> later;
  for (const std::string& other : run_plan.applied()) {
    if (other != id && below.count(other) != 0) later.push_back(other);
  }
  if (!later.empty()) {
    told.push_back({{graph.header(later.front()).path.string(), 0, 0},
                    fmt::format("the database already has {}, which comes after {} in the history",
                                text::join(later, ", "), id),
                    fmt::format("undo those revisions first with `dbmig downgrade`, or change {} "
                                "so that it can be applied after them",
                                id)});
  }
  std::vector<std::string> heads =
      graph.heads_of({run_plan.applied().begin(), run_plan.applied().end()});
  std::erase_if(heads, [&](const std::string& head) { return below.count(head) != 0; });
  try {
    for (const std::string& head : heads) {
      for (Diagnostic& one : history::described(history::contradictions(graph, {head, id}))) {
        told.push_back(std::move(one));
      }
    }
  } catch (const Error&) {
    // If the common part of the branches is inconsistent itself, that is reported elsewhere.
  }
  return Error(error.code(), std::move(told)).native(error.native_code()).sql(error.statement());
}

}  // namespace

PlannedRevision Runner::plan_step(RunPlan::Step step, const RunPlan& run_plan) {
  PlannedRevision planned;
  planned.direction = run_plan.direction();
  planned.revision = *step.revision;
  planned.operations = std::move(step.operations);
  planned.parts = std::move(step.parts);
  if (planned.revision.id == half_way_.id) planned.parts = half_way_.parts;
  if (!planned.parts.empty() && planned.revision.text.empty() &&
      !connection_.dialect().transactional_ddl()) {
    planned.revision.text = with_parts(print_(planned.revision), planned.parts);
  }
  try {
    if (planned.direction == Direction::downgrade) {
      fill_gaps(planned, run_plan.before(), connection_.dialect().kind());
    }
  } catch (const Error& error) {
    throw in_revision(error, planned, 0);
  }
  refuse_plain_sql(planned, connection_.dialect());
  try {
    const dialect::Dialect& dialect = connection_.dialect();
    planned.statements = dialect.plan(run_plan.before(), planned.operations, {});
    if (needs_dependents(planned.operations, planned.statements)) {
      const std::vector<dialect::DependentObject> dependent_objects =
          connection_.dependent_objects();
      if (!dependent_objects.empty()) {
        planned.statements = dialect.plan(run_plan.before(), planned.operations, dependent_objects);
      }
    }
    planned.checks = data_check::data_checks(connection_, run_plan.before(), planned.operations,
                                             planned.direction == Direction::downgrade);
  } catch (const Error& error) {
    throw out_of_order(in_revision(error, planned, 0), planned, run_plan, graph_);
  }
  return planned;
}

PlannedRevision Runner::replan(const history::Graph& graph, const std::string& id,
                               Direction direction, schema::Schema& met) {
  const std::vector<AppliedRevision> rows = store_.all();
  std::set<std::string> others = complete(rows);
  others.erase(id);
  const bool is_needed = std::any_of(others.begin(), others.end(), [&](const std::string& other) {
    const std::vector<std::string> on_it = graph.needed_by(id);
    return std::find(on_it.begin(), on_it.end(), other) != on_it.end();
  });
  std::vector<std::string> applied = in_applied_order(rows, graph, others);
  if (direction == Direction::downgrade) applied.push_back(id);
  RunPlan run_plan(direction, graph, std::move(applied), {id});
  std::optional<RunPlan::Step> step = run_plan.next();
  if (direction == Direction::downgrade && is_needed) {
    throw Error(
        ErrorCode::failed,
        fmt::format("revision {} is half done, and other applied revisions build on it", id))
        .hint("downgrade those first");
  }
  met = run_plan.before();
  return plan_step(std::move(*step), run_plan);
}

}  // namespace dbmig::run
