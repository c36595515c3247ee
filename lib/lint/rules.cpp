#include "lint/rules.hpp"

#include <utility>

namespace dbmig::lint {

std::vector<Rule> all_rules() {
  std::vector<Rule> all;
  for (const auto& rules :
       {destructive_rules(), data_rules(), breaking_rules(), reversal_rules(), determinism_rules(),
        key_rules(), index_rules(), type_rules(), naming_rules()}) {
    all.insert(all.end(), rules.begin(), rules.end());
  }
  return all;
}

Issues risk_issues(const Step& step, ops::RiskKind kind, std::string_view hint) {
  Issues issues;
  std::vector<DialectKind> dialects;
  if (step.on_sqlite) dialects.push_back(DialectKind::sqlite);
  if (step.on_mariadb) dialects.push_back(DialectKind::mariadb);
  for (ops::Risk& risk : ops::risks(step.operation, step.before)) {
    if (!ops::concerns(risk, step.operation, step.before, dialects)) continue;
    if (risk.kind == kind) issues.push_back({std::move(risk.message), std::string(hint)});
  }
  return issues;
}

std::vector<NewColumn> new_columns(const Step& step) {
  std::vector<NewColumn> list;
  if (const auto* create = step.as<ops::CreateTable>()) {
    for (const schema::Column& column : create->table.columns) {
      list.push_back({&create->table, column, nullptr});
    }
  } else if (const auto* add = step.as<ops::AddColumn>()) {
    if (step.table() != nullptr) list.push_back({step.table(), add->column, nullptr});
  } else if (const auto* alter = step.as<ops::AlterColumn>()) {
    const schema::Table* table = step.table();
    const schema::Column* old = table == nullptr ? nullptr : table->find_column(alter->name);
    if (old != nullptr) list.push_back({table, ops::changed(*old, *alter), old});
  }
  return list;
}

}  // namespace dbmig::lint
