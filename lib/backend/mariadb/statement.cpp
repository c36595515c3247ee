#include "backend/mariadb/statement.hpp"

#include <fmt/core.h>
#include <mysql.h>

#include <vector>

#include "backend/mariadb/error.hpp"

namespace dbmig::backend::mariadb {

PreparedStatement::PreparedStatement(st_mysql* connection, std::string_view sql)
    : statement_(mysql_stmt_init(connection)), sql_(sql) {
  if (statement_ == nullptr) {
    throw translate(mysql_errno(connection), mysql_error(connection), sql);
  }
  // Lets fetch() learn how long the longest value of each column is.
  my_bool with_lengths = 1;
  mysql_stmt_attr_set(statement_.get(), STMT_ATTR_UPDATE_MAX_LENGTH, &with_lengths);
  if (mysql_stmt_prepare(statement_.get(), sql.data(), sql.size()) != 0) fail();
}

void PreparedStatement::execute(std::span<const Value> values) {
  const std::size_t wanted = mysql_stmt_param_count(statement_.get());
  if (wanted != values.size()) {
    throw Error(ErrorCode::invalid,
                fmt::format("the statement has {} parameters, but {} values are given", wanted,
                            values.size()))
        .sql(sql_);
  }
  mysql_stmt_free_result(statement_.get());
  std::vector<MYSQL_BIND> binds(values.size());
  std::vector<unsigned long> lengths(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    MYSQL_BIND& bind = binds[i];
    if (!values[i]) {
      bind.buffer_type = MYSQL_TYPE_NULL;
      continue;
    }
    lengths[i] = values[i]->size();
    bind.buffer_type = MYSQL_TYPE_STRING;
    // The library only reads it.
    bind.buffer = const_cast<char*>(values[i]->data());
    bind.buffer_length = lengths[i];
    bind.length = &lengths[i];
  }
  if (!binds.empty() && mysql_stmt_bind_param(statement_.get(), binds.data()) != 0) fail();
  if (mysql_stmt_execute(statement_.get()) != 0) fail();
}

void PreparedStatement::Close::operator()(st_mysql_stmt* statement) const {
  mysql_stmt_close(statement);
}

void PreparedStatement::fail() const {
  throw translate(mysql_stmt_errno(statement_.get()), mysql_stmt_error(statement_.get()), sql_);
}

std::size_t PreparedStatement::changed() const {
  const my_ulonglong rows = mysql_stmt_affected_rows(statement_.get());
  constexpr my_ulonglong kNone = static_cast<my_ulonglong>(-1);
  return rows == kNone ? 0 : static_cast<std::size_t>(rows);
}

Rows PreparedStatement::fetch() {
  Rows out;
  const unsigned count = mysql_stmt_field_count(statement_.get());
  if (count == 0) return out;
  if (mysql_stmt_store_result(statement_.get()) != 0) fail();
  const std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)> fields(
      mysql_stmt_result_metadata(statement_.get()), mysql_free_result);
  if (fields == nullptr) fail();
  std::vector<MYSQL_BIND> binds(count);
  std::vector<std::string> buffers(count);
  std::vector<unsigned long> lengths(count);
  std::vector<my_bool> nulls(count);
  for (unsigned i = 0; i < count; ++i) {
    const MYSQL_FIELD* field = mysql_fetch_field_direct(fields.get(), i);
    out.columns.emplace_back(field->name);
    // Numbers and dates have no length until they are printed; none is longer than this.
    constexpr unsigned long kMaxNumber = 512;
    buffers[i].resize(std::max(field->max_length + 1, kMaxNumber));
    binds[i].buffer_type = MYSQL_TYPE_STRING;
    binds[i].buffer = buffers[i].data();
    binds[i].buffer_length = buffers[i].size();
    binds[i].length = &lengths[i];
    binds[i].is_null = &nulls[i];
  }
  if (mysql_stmt_bind_result(statement_.get(), binds.data()) != 0) fail();
  for (;;) {
    const int status = mysql_stmt_fetch(statement_.get());
    if (status == MYSQL_NO_DATA) return out;
    if (status != 0) fail();
    std::vector<Value> row;
    for (unsigned i = 0; i < count; ++i) {
      row.push_back(nulls[i] != 0 ? Value() : Value(std::string(buffers[i].data(), lengths[i])));
    }
    out.rows.push_back(std::move(row));
  }
}

}  // namespace dbmig::backend::mariadb
