#include "backend/mariadb/insert_statement.hpp"

#include <string_view>

#include "backend/mariadb/error.hpp"
#include "base/error.hpp"

namespace dbmig::backend::mariadb {

bool InsertFailure::is_fault_of_row() const {
  const std::string_view state = std::string_view(sqlstate).substr(0, 2);
  if (state == "22" || state == "23" || state == "45") return true;
  switch (number) {
    case 1265:  // WARN_DATA_TRUNCATED
    case 1366:  // ER_TRUNCATED_WRONG_VALUE_FOR_FIELD
    case 1364:  // ER_NO_DEFAULT_FOR_FIELD
    case 1416:  // ER_CANT_CREATE_GEOMETRY_OBJECT
    case 1526:  // ER_NO_PARTITION_FOR_GIVEN_VALUE
    case 1748:  // ER_ROW_DOES_NOT_MATCH_GIVEN_PARTITION_SET
    case 1906:  // ER_GENERATED_COLUMN_VALUE
    case 4025:  // ER_CONSTRAINT_FAILED
      return true;
    default:
      return false;
  }
}

InsertStatement::InsertStatement(MYSQL* connection, const std::string& sql)
    : statement_(mysql_stmt_init(connection)) {
  if (statement_ == nullptr) throw Error(ErrorCode::failed, "not enough memory");
  if (mysql_stmt_prepare(statement_, sql.c_str(), sql.size()) != 0) {
    const InsertFailure reason = failure();
    mysql_stmt_close(statement_);
    throw translate(reason.number, reason.message, sql);
  }
}

InsertStatement::~InsertStatement() {
  mysql_stmt_close(statement_);
}

std::optional<InsertFailure> InsertStatement::run_array(std::vector<ColumnArray>& columns,
                                                        std::size_t first, std::size_t count) {
  binds_.assign(columns.size(), MYSQL_BIND{});
  for (std::size_t i = 0; i < columns.size(); ++i) columns[i].bind_rows(binds_[i], first);
  auto size = static_cast<unsigned>(count);
  mysql_stmt_attr_set(statement_, STMT_ATTR_ARRAY_SIZE, &size);
  return execute();
}

std::optional<InsertFailure> InsertStatement::run_rows(std::vector<ColumnArray>& columns,
                                                       std::size_t first, std::size_t count) {
  binds_.assign(columns.size() * count, MYSQL_BIND{});
  for (std::size_t row = 0; row < count; ++row) {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      columns[i].bind_value(binds_[row * columns.size() + i], first + row);
    }
  }
  unsigned no_array = 0;
  mysql_stmt_attr_set(statement_, STMT_ATTR_ARRAY_SIZE, &no_array);
  return execute();
}

std::size_t InsertStatement::affected() const {
  return static_cast<std::size_t>(mysql_stmt_affected_rows(statement_));
}

std::optional<InsertFailure> InsertStatement::execute() {
  if (mysql_stmt_bind_param(statement_, binds_.data()) != 0 ||
      mysql_stmt_execute(statement_) != 0) {
    return failure();
  }
  return std::nullopt;
}

InsertFailure InsertStatement::failure() const {
  return {mysql_stmt_errno(statement_), mysql_stmt_sqlstate(statement_),
          mysql_stmt_error(statement_)};
}

}  // namespace dbmig::backend::mariadb
