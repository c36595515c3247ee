#include "ops/risk.hpp"

#include "ops/rules.hpp"

namespace dbmig::ops {

std::vector<Risk> risks(const Operation& operation, const schema::Schema& before) {
  return std::visit([&](const auto& one) { return rules::find_risks(before, one); }, operation);
}

bool is_destructive(const Risk& risk) {
  return risk.kind == RiskKind::drops_table || risk.kind == RiskKind::drops_column ||
         risk.kind == RiskKind::narrows_type;
}

}  // namespace dbmig::ops
