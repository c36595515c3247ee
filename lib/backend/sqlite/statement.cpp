#include "backend/sqlite/statement.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>

#include "backend/sqlite/error.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::backend::sqlite {
namespace {

bool is_empty_sql(std::string_view sql) {
  const auto tokens = dialect::sqlite::tokenize(sql);
  return std::all_of(tokens.begin(), tokens.end(),
                     [](const dialect::sqlite::Token& token) { return token.is_symbol(';'); });
}

}  // namespace

int bind_cell(sqlite3_stmt* statement, int index, const Cell& cell, bool copies) {
  const auto lifetime = copies ? SQLITE_TRANSIENT : SQLITE_STATIC;
  // A null pointer would be bound as NULL.
  const char* const bytes = cell.bytes.data() != nullptr ? cell.bytes.data() : "";
  switch (cell.kind) {
    case Cell::Kind::null:
      return sqlite3_bind_null(statement, index);
    case Cell::Kind::integer:
    case Cell::Kind::unsigned_integer:
      return sqlite3_bind_int64(statement, index, cell.integer);
    case Cell::Kind::real:
      return sqlite3_bind_double(statement, index, cell.real);
    case Cell::Kind::text:
      return sqlite3_bind_text64(statement, index, bytes, cell.bytes.size(), lifetime, SQLITE_UTF8);
    case Cell::Kind::blob:
      return sqlite3_bind_blob64(statement, index, bytes, cell.bytes.size(), lifetime);
  }
  return SQLITE_MISUSE;
}

PreparedStatement::PreparedStatement(sqlite3* database, std::string_view sql)
    : database_(database), sql_(sql) {
  if (sql.find('\0') != std::string_view::npos) {
    throw Error(ErrorCode::invalid, "the SQL contains a zero byte").hint("remove it").sql(sql_);
  }
  const char* tail = nullptr;
  if (sqlite3_prepare_v2(database_, sql_.data(), static_cast<int>(sql_.size()), &statement_,
                         &tail) != SQLITE_OK) {
    throw last_error(database_, sql_);
  }
  const std::string_view rest =
      std::string_view(sql_).substr(static_cast<std::size_t>(tail - sql_.data()));
  if (statement_ == nullptr || !is_empty_sql(rest)) {
    sqlite3_finalize(statement_);
    const bool none = statement_ == nullptr;
    throw Error(ErrorCode::invalid,
                none ? "the text has no SQL statement" : "the text has more than one SQL statement")
        .hint("send exactly one statement")
        .sql(sql_);
  }
}

PreparedStatement::~PreparedStatement() {
  sqlite3_finalize(statement_);
}

void PreparedStatement::bind(std::span<const Value> values) {
  const auto wanted = static_cast<std::size_t>(parameter_count());
  if (wanted != values.size()) {
    throw Error(ErrorCode::invalid,
                fmt::format("the statement has {} parameters, but {} values are given", wanted,
                            values.size()))
        .sql(sql_);
  }
  for (std::size_t i = 0; i < values.size(); ++i) {
    const int at = static_cast<int>(i) + 1;
    const int code = values[i] ? sqlite3_bind_text64(statement_, at, values[i]->data(),
                                                     values[i]->size(), SQLITE_STATIC, SQLITE_UTF8)
                               : sqlite3_bind_null(statement_, at);
    if (code != SQLITE_OK) throw last_error(database_, sql_);
  }
}

bool PreparedStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw last_error(database_, sql_);
}

std::vector<Value> PreparedStatement::row() const {
  std::vector<Value> row;
  const int count = sqlite3_column_count(statement_);
  row.reserve(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    if (sqlite3_column_type(statement_, i) == SQLITE_NULL) {
      row.emplace_back();
      continue;
    }
    const unsigned char* text = sqlite3_column_text(statement_, i);
    if (text == nullptr) throw last_error(database_, sql_);  // no memory
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_, i));
    row.emplace_back(std::string(reinterpret_cast<const char*>(text), size));
  }
  return row;
}

std::vector<std::string> PreparedStatement::column_names() const {
  std::vector<std::string> names;
  for (int i = 0; i < sqlite3_column_count(statement_); ++i) {
    names.emplace_back(sqlite3_column_name(statement_, i));
  }
  return names;
}

int PreparedStatement::parameter_count() const {
  return sqlite3_bind_parameter_count(statement_);
}

}  // namespace dbmig::backend::sqlite
