#include "run/violations.hpp"

#include <fmt/core.h>

#include <utility>

#include "data_check/violation.hpp"

namespace dbmig::run {
namespace {

SourcePosition place(const PlannedRevision& planned, std::size_t operation) {
  const history::Revision& revision = planned.revision;
  SourcePosition where{revision.path.string(), 0, 0};
  if (planned.direction == Direction::upgrade && operation < revision.upgrade_positions.size()) {
    where = revision.upgrade_positions[operation];
  } else if (planned.direction == Direction::downgrade && revision.downgrade &&
             operation < revision.downgrade_positions.size()) {
    where = revision.downgrade_positions[operation];
  }
  return where;
}

void find(backend::Connection& connection, const PlannedRevision& planned,
          std::vector<Diagnostic>& found) {
  for (const data_check::DataCheck& check : planned.checks) {
    try {
      const auto rows = data_check::find_violation(connection, check);
      if (!rows) continue;
      found.push_back({place(planned, check.operation),
                       fmt::format("{} of revision {} would fail: {}", to_string(planned.direction),
                                   planned.revision.id, rows->refusal),
                       check.hint});
    } catch (const Error& error) {
      const bool gone = error.code() == ErrorCode::connection ||
                        error.code() == ErrorCode::interrupted || error.code() == ErrorCode::busy;
      if (gone) throw;
    }
  }
}

void refuse(std::vector<Diagnostic> found) {
  if (!found.empty()) throw Error(ErrorCode::constraint, std::move(found));
}

}  // namespace

void refuse_violations(backend::Connection& connection, const PlannedRevision& planned) {
  std::vector<Diagnostic> found;
  find(connection, planned, found);
  refuse(std::move(found));
}

void refuse_violations(backend::Connection& connection,
                       const std::vector<PlannedRevision>& planned) {
  std::vector<Diagnostic> found;
  for (const PlannedRevision& one : planned) find(connection, one, found);
  refuse(std::move(found));
}

}  // namespace dbmig::run
