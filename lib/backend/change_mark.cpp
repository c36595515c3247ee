#include "backend/change_mark.hpp"

#include "dialect/dialect.hpp"
#include "dialect/sql_forms.hpp"

namespace dbmig::backend {

std::string change_mark(Connection& connection) {
  const std::string query = dialect::sql_forms(connection.dialect().kind()).change_mark();
  return query.empty() ? "" : connection.query(query).rows.at(0).at(0).value_or("");
}

}  // namespace dbmig::backend
