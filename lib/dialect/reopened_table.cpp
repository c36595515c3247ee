#include "dialect/reopened_table.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "dialect/dialect.hpp"

namespace dbmig::dialect {
namespace {

bool has_expressions(const schema::Table& table) {
  return !table.checks.empty() ||
         std::any_of(table.columns.begin(), table.columns.end(), [](const schema::Column& column) {
           return column.generated || (column.default_value &&
                                       column.default_value->kind == schema::Default::Kind::sql);
         });
}

}  // namespace

std::string before_renamed_columns(DialectKind kind, const schema::Table& table) {
  if (kind != DialectKind::mariadb || !has_expressions(table)) return {};
  const Dialect& own = dialect(kind);
  return fmt::format("ALTER TABLE {} COMMENT = {}", own.quote_identifier(table.name),
                     own.quote_string(table.comment));
}

}  // namespace dbmig::dialect
