#include "run/preflight.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/error.hpp"
#include "data_check/script_checks.hpp"
#include "run/apply.hpp"

namespace dbmig::run {
namespace {

bool changes_rows(const ops::Operation& operation, DialectKind kind) {
  if (const auto* execute = std::get_if<ops::Execute>(&operation)) {
    return !execute->sql.for_dialect(kind).empty();
  }
  return std::holds_alternative<ops::BulkInsert>(operation) ||
         std::holds_alternative<ops::BulkDelete>(operation);
}

/// The revisions up to the first one that changes rows, with their operations.
std::vector<PlannedRevision> walk(DialectKind kind, RunPlan& run_plan) {
  std::vector<PlannedRevision> list;
  try {
    while (std::optional<RunPlan::Step> step = run_plan.next()) {
      PlannedRevision planned;
      planned.direction = run_plan.direction();
      planned.revision = *step->revision;
      planned.operations = std::move(step->operations);
      if (planned.direction == Direction::downgrade) fill_gaps(planned, run_plan.before(), kind);
      list.push_back(std::move(planned));
      const std::vector<ops::Operation>& operations = list.back().operations;
      if (std::any_of(operations.begin(), operations.end(),
                      [&](const ops::Operation& one) { return changes_rows(one, kind); })) {
        break;
      }
    }
  } catch (const Error&) {
    // A revision that does not fit is reported, with its position, when it is planned.
  }
  return list;
}

/// `ask` gives the checks of operations on a database with a schema.
template <class Ask>
std::vector<PlannedRevision> with_checks(DialectKind kind, RunPlan run_plan, Ask ask) {
  const schema::Schema before = run_plan.before();
  std::vector<PlannedRevision> list = walk(kind, run_plan);
  std::vector<ops::Operation> operations;
  std::vector<std::pair<std::size_t, std::size_t>> origins;  // revision, operation
  for (std::size_t i = 0; i < list.size(); ++i) {
    for (std::size_t j = 0; j < list[i].operations.size(); ++j) {
      operations.push_back(list[i].operations[j]);
      origins.emplace_back(i, j);
    }
  }
  std::vector<data_check::DataCheck> asked;
  try {
    asked = ask(before, operations, run_plan.direction() == Direction::downgrade);
  } catch (const Error&) {
    return {};
  }
  for (data_check::DataCheck& check : asked) {
    const auto [revision, operation] = origins[check.operation];
    check.operation = operation;
    list[revision].checks.push_back(std::move(check));
  }
  return list;
}

}  // namespace

std::vector<PlannedRevision> preflight(backend::Connection& connection, RunPlan run_plan) {
  return with_checks(connection.dialect().kind(), std::move(run_plan),
                     [&](const auto& before, const auto& operations, bool is_downgrade) {
                       return data_check::data_checks(connection, before, operations, is_downgrade);
                     });
}

std::vector<PlannedRevision> preflight(const dialect::Dialect& dialect, RunPlan run_plan) {
  return with_checks(dialect.kind(), std::move(run_plan),
                     [&](const auto& before, const auto& operations, bool is_downgrade) {
                       return data_check::script_checks(dialect, before, operations, is_downgrade);
                     });
}

}  // namespace dbmig::run
