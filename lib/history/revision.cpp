#include "history/revision.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "history/graph.hpp"
#include "ops/apply.hpp"

namespace dbmig::history {
namespace {

/// Where operation `index` stands, as far as it is known.
SourcePosition place(const Revision& revision, const std::vector<SourcePosition>& positions,
                     std::size_t index) {
  if (index < positions.size()) return positions[index];
  return {revision.path.string(), 0, 0};
}

/// `error` with the place and the revision that it belongs to.
Error located(const Error& error, ErrorCode code, const Revision& revision,
              const SourcePosition& where, const ops::Operation& operation) {
  const Diagnostic& first = error.diagnostics().front();
  Error located(code, fmt::format("revision {}: {}: {}", revision.id, ops::describe(operation),
                                  first.message));
  if (!first.hint.empty()) located = std::move(located).hint(first.hint);
  return std::move(located).at(where);
}

}  // namespace

bool changes_rows(const std::vector<ops::Operation>& operations) {
  return std::any_of(operations.begin(), operations.end(), [](const ops::Operation& operation) {
    return std::holds_alternative<ops::BulkInsert>(operation) ||
           std::holds_alternative<ops::BulkDelete>(operation) ||
           std::holds_alternative<ops::Execute>(operation);
  });
}

schema::Schema apply(schema::Schema schema, const Revision& revision) {
  for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
    try {
      schema = ops::apply(std::move(schema), revision.upgrade[i]);
    } catch (const Error& error) {
      throw located(error, error.code(), revision, place(revision, revision.upgrade_positions, i),
                    revision.upgrade[i]);
    }
  }
  return schema;
}

std::vector<ops::Operation> downgrade_operations(const Revision& revision,
                                                 const schema::Schema& before) {
  if (revision.downgrade) return *revision.downgrade;
  std::vector<std::vector<ops::Operation>> undone;
  schema::Schema schema = before;
  for (std::size_t i = 0; i < revision.upgrade.size(); ++i) {
    try {
      undone.push_back(ops::inverse(revision.upgrade[i], schema));
      schema = ops::apply(std::move(schema), revision.upgrade[i]);
    } catch (const Error& error) {
      throw located(error, ErrorCode::failed, revision,
                    place(revision, revision.upgrade_positions, i), revision.upgrade[i]);
    }
  }
  std::vector<ops::Operation> operations;
  for (auto part = undone.rbegin(); part != undone.rend(); ++part) {
    std::move(part->begin(), part->end(), std::back_inserter(operations));
  }
  return operations;
}

}  // namespace dbmig::history
