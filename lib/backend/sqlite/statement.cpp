#include "backend/sqlite/statement.hpp"

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
    throw Error(ErrorCode::invalid, none ? "there is no SQL statement in the text"
                                         : "there is more than one SQL statement in the text")
        .hint("send exactly one statement")
        .sql(sql_);
  }
}

PreparedStatement::~PreparedStatement() {
  sqlite3_finalize(statement_);
}

bool PreparedStatement::step() {
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  throw last_error(database_, sql_);
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
