#include "backend/has_table.hpp"

#include <string>
#include <vector>

namespace dbmig::backend {

bool has_table(Connection& connection, std::string_view name) {
  const bool mariadb = connection.dialect().kind() == DialectKind::mariadb;
  const std::vector<Value> table{std::string(name)};
  return !connection
              .query(mariadb ? "SELECT 1 FROM information_schema.tables WHERE table_schema = "
                               "DATABASE() AND table_name = ?"
                             : "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?",
                     table)
              .rows.empty();
}

}  // namespace dbmig::backend
