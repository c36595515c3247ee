#include "ops/risk.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "ops/rules.hpp"

namespace dbmig::ops {
namespace {

using schema::Type;
using schema::TypeKind;

bool is_character(TypeKind kind) {
  return kind == TypeKind::char_ || kind == TypeKind::varchar || kind == TypeKind::tinytext ||
         kind == TypeKind::text || kind == TypeKind::mediumtext || kind == TypeKind::longtext;
}

/// Whether SQLite stores every value of `from` unchanged in a column of `to`: the affinity is the
/// same, and nothing else of the type is enforced.
bool keeps_values_on_sqlite(const Type& from, const Type& to) {
  const auto both = [&](auto is_kind) { return is_kind(from.kind) && is_kind(to.kind); };
  if (from == to || both(is_character) || both(schema::is_integer)) return true;
  if (both(schema::is_binary)) return true;
  if (both([](TypeKind kind) { return kind == TypeKind::float_ || kind == TypeKind::double_; })) {
    return true;
  }
  return from.kind == to.kind && from.kind == TypeKind::decimal;
}

}  // namespace

void rules::add_forgotten_case(std::vector<Risk>& risks, const std::string& subject,
                               const schema::TextRules& from, const schema::TextRules& to) {
  if (!schema::forgets_case(from, to)) return;
  risks.push_back({RiskKind::forgets_case, subject,
                   fmt::format("{} was compared by {} and is to have character set {} without a "
                               "collation: its text would be compared without case",
                               subject, from.collation, to.charset)});
}

bool concerns(const Risk& risk, const Operation& operation, const schema::Schema& before,
              std::span<const DialectKind> dialects) {
  const auto* alter = std::get_if<AlterColumn>(&operation);
  if (risk.kind != RiskKind::narrows_type || alter == nullptr) return true;
  const bool only_sqlite =
      !dialects.empty() && std::all_of(dialects.begin(), dialects.end(), [](DialectKind kind) {
        return kind == DialectKind::sqlite;
      });
  const schema::Table* table = before.find_table(alter->table);
  const schema::Column* column = table == nullptr ? nullptr : table->find_column(alter->name);
  if (!only_sqlite || column == nullptr) return true;
  return !keeps_values_on_sqlite(column->type_on(DialectKind::sqlite),
                                 changed(*column, *alter).type_on(DialectKind::sqlite));
}

std::vector<Risk> risks(const Operation& operation, const schema::Schema& before) {
  return std::visit([&](const auto& one) { return rules::find_risks(before, one); }, operation);
}

bool is_destructive(const Risk& risk) {
  return risk.kind == RiskKind::drops_table || risk.kind == RiskKind::drops_column ||
         risk.kind == RiskKind::drops_history || risk.kind == RiskKind::narrows_type;
}

}  // namespace dbmig::ops
