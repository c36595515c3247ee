#include "ops/apply.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ops/rules.hpp"

namespace dbmig::ops {

schema::Schema apply(schema::Schema schema, const Operation& operation) {
  std::visit([&](const auto& one) { rules::step(schema, one); }, operation);
  return schema;
}

schema::Schema apply(schema::Schema schema, std::span<const Operation> operations) {
  for (const Operation& operation : operations) schema = ops::apply(std::move(schema), operation);
  return schema;
}

std::vector<Operation> inverse(const Operation& operation, const schema::Schema& before) {
  return std::visit([&](const auto& one) { return rules::undo(before, one); }, operation);
}

std::vector<Operation> inverse(std::span<const Operation> operations,
                               const schema::Schema& before) {
  std::vector<std::vector<Operation>> undone;
  undone.reserve(operations.size());
  schema::Schema schema = before;
  for (const Operation& operation : operations) {
    undone.push_back(inverse(operation, schema));
    schema = ops::apply(std::move(schema), operation);
  }
  std::vector<Operation> all;
  for (auto part = undone.rbegin(); part != undone.rend(); ++part) {
    std::move(part->begin(), part->end(), std::back_inserter(all));
  }
  return all;
}

bool is_reversible(const Operation& operation) {
  const auto* execute = std::get_if<Execute>(&operation);
  return execute == nullptr || execute->sql.empty() || execute->undo.has_value();
}

}  // namespace dbmig::ops
