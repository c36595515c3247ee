#include "dialect/sqlite/dialect.hpp"

#include "dialect/sqlite/plan.hpp"
#include "dialect/sqlite/quote.hpp"

namespace dbmig::dialect::sqlite {

std::string SqliteDialect::quote_identifier(std::string_view name) const {
  return sqlite::quote_identifier(name);
}

std::string SqliteDialect::quote_string(std::string_view value) const {
  return sqlite::quote_string(value);
}

std::vector<Statement> SqliteDialect::plan(
    const schema::Schema& before, std::span<const ops::Operation> operations,
    std::span<const DependentObject> dependent_objects) const {
  return make_plan(before, operations, dependent_objects, version_);
}

bool SqliteDialect::transactional_ddl() const {
  return true;
}

}  // namespace dbmig::dialect::sqlite
