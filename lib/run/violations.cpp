#include "run/violations.hpp"

#include <fmt/core.h>

#include <utility>

#include "data_check/violation.hpp"

namespace dbmig::run {
namespace {

void find(backend::Connection& connection, const PlannedRevision& planned,
          std::vector<Diagnostic>& found) {
  for (const data_check::DataCheck& check : planned.checks) {
    try {
      const auto rows = data_check::find_violation(connection, check);
      if (!rows) continue;
      found.push_back({position_of(planned, check.operation),
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
