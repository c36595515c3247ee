#include "backend/mariadb/insert_statement.hpp"

#include <string_view>

#include "backend/mariadb/binary_rows.hpp"
#include "backend/mariadb/error.hpp"
#include "base/error.hpp"

namespace dbmig::backend::mariadb {
namespace {

constexpr unsigned kCommandBytes = 1;
constexpr unsigned kIdBytes = 4;
constexpr unsigned kFlagBytes = 2;
/// Memory for commands that is used again. A longer one is rare: it has a large value.
constexpr std::size_t kKeptBytes = std::size_t{16} << 20;

/// `cell` must outlive the execution.
void bind(MYSQL_BIND& bind, const Cell& cell) {
  bind.buffer_length = static_cast<unsigned long>(cell.bytes.size());
  switch (cell.kind) {
    case Cell::Kind::null:
      bind.buffer_type = MYSQL_TYPE_NULL;
      return;
    case Cell::Kind::integer:
    case Cell::Kind::unsigned_integer:
      bind.buffer_type = MYSQL_TYPE_LONGLONG;
      bind.is_unsigned = static_cast<my_bool>(cell.kind == Cell::Kind::unsigned_integer);
      bind.buffer = const_cast<std::int64_t*>(&cell.integer);
      return;
    case Cell::Kind::real:
      bind.buffer_type = MYSQL_TYPE_DOUBLE;
      bind.buffer = const_cast<double*>(&cell.real);
      return;
    case Cell::Kind::text:
    case Cell::Kind::blob:
      bind.buffer_type = cell.kind == Cell::Kind::text ? MYSQL_TYPE_STRING : MYSQL_TYPE_BLOB;
      bind.buffer = const_cast<char*>(cell.bytes.data() != nullptr ? cell.bytes.data() : "");
      return;
  }
}

void append_number(std::vector<char>& bytes, unsigned long value, unsigned size) {
  for (unsigned i = 0; i < size; ++i) bytes.push_back(static_cast<char>(value >> (8 * i)));
}

}  // namespace

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
    : connection_(connection), statement_(mysql_stmt_init(connection)) {
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

std::size_t InsertStatement::size_of_rows(std::span<const char> types, std::span<const char> rows) {
  return kCommandBytes + kIdBytes + kFlagBytes + types.size() + rows.size();
}

/// Source: https://mariadb.com/kb/en/com_stmt_execute/
std::size_t InsertStatement::size_of_values(std::span<const Cell> values) {
  constexpr std::size_t kCursorBytes = 1;
  constexpr std::size_t kTimesBytes = 4;
  constexpr std::size_t kHasTypesBytes = 1;
  std::size_t bytes = kCommandBytes + kIdBytes + kCursorBytes + kTimesBytes + kHasTypesBytes +
                      (values.size() + 7) / 8 + values.size() * kTypeBytes;
  for (const Cell& value : values) {
    if (value.kind == Cell::Kind::null) continue;
    const bool is_number = value.kind != Cell::Kind::text && value.kind != Cell::Kind::blob;
    bytes +=
        is_number ? sizeof value.integer : length_bytes(value.bytes.size()) + value.bytes.size();
  }
  return bytes;
}

std::optional<InsertFailure> InsertStatement::run_rows(std::span<const char> types,
                                                       std::span<const char> rows) {
  if (request_.capacity() > kKeptBytes) std::vector<char>().swap(request_);
  request_.clear();
  append_number(request_, statement_->stmt_id, kIdBytes);
  append_number(request_, STMT_BULK_FLAG_CLIENT_SEND_TYPES, kFlagBytes);
  request_.insert(request_.end(), types.begin(), types.end());
  request_.insert(request_.end(), rows.begin(), rows.end());
  constexpr my_bool kWithoutAnswer = 1;  // it is read by the next call
  if (connection_->methods->db_command(connection_, COM_STMT_BULK_EXECUTE, request_.data(),
                                       request_.size(), kWithoutAnswer, statement_) != 0 ||
      connection_->methods->db_read_stmt_result(connection_) != 0) {
    return InsertFailure{mysql_errno(connection_), mysql_sqlstate(connection_),
                         mysql_error(connection_)};
  }
  affected_ = static_cast<std::size_t>(mysql_affected_rows(connection_));
  return std::nullopt;
}

std::optional<InsertFailure> InsertStatement::run_values(std::span<const Cell> values) {
  binds_.assign(values.size(), MYSQL_BIND{});
  lengths_.resize(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    lengths_[i] = static_cast<unsigned long>(values[i].bytes.size());
    binds_[i].length = &lengths_[i];
    bind(binds_[i], values[i]);
  }
  if (mysql_stmt_bind_param(statement_, binds_.data()) != 0 ||
      mysql_stmt_execute(statement_) != 0) {
    return failure();
  }
  affected_ = static_cast<std::size_t>(mysql_stmt_affected_rows(statement_));
  return std::nullopt;
}

InsertFailure InsertStatement::failure() const {
  return {mysql_stmt_errno(statement_), mysql_stmt_sqlstate(statement_),
          mysql_stmt_error(statement_)};
}

}  // namespace dbmig::backend::mariadb
