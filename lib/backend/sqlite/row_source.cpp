#include "backend/sqlite/row_source.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include "backend/sqlite/error.hpp"
#include "backend/sqlite/statement.hpp"

namespace dbmig::backend::sqlite {
namespace {

class SqliteRows final : public RowSource {
 public:
  SqliteRows(sqlite3* database, std::string_view sql, std::span<const Cell> values)
      : statement_(database, sql), columns_(statement_.column_names()) {
    if (columns_.empty() || sqlite3_stmt_readonly(statement_.native()) == 0) {
      throw Error(ErrorCode::invalid,
                  "the statement is not a query: it returns no rows, or changes something")
          .sql(std::string(sql));
    }
    if (static_cast<std::size_t>(statement_.parameter_count()) != values.size()) {
      throw Error(ErrorCode::invalid,
                  fmt::format("the statement has {} parameters, but {} values are given",
                              statement_.parameter_count(), values.size()))
          .sql(std::string(sql));
    }
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (bind_cell(statement_.native(), static_cast<int>(i) + 1, values[i], true) != SQLITE_OK) {
        throw last_error(database, sql);
      }
    }
  }

  const std::vector<std::string>& columns() const override { return columns_; }

  bool next(std::vector<Cell>& row) override {
    if (!statement_.step()) return false;
    row.resize(columns_.size());
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = cell(static_cast<int>(i));
    return true;
  }

 private:
  Cell cell(int column) const {
    sqlite3_stmt* const statement = statement_.native();
    switch (sqlite3_column_type(statement, column)) {
      case SQLITE_INTEGER:
        return Cell::of(static_cast<std::int64_t>(sqlite3_column_int64(statement, column)));
      case SQLITE_FLOAT:
        return Cell::of(sqlite3_column_double(statement, column));
      case SQLITE_TEXT: {
        const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return Cell::of_text({text, size});
      }
      case SQLITE_BLOB: {
        // Null for an empty one.
        const auto* bytes = static_cast<const char*>(sqlite3_column_blob(statement, column));
        const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
        return Cell::of_blob(size == 0 ? std::string_view("") : std::string_view(bytes, size));
      }
      default:
        return Cell::null();
    }
  }

  PreparedStatement statement_;
  std::vector<std::string> columns_;
};

}  // namespace

std::unique_ptr<RowSource> read_rows(sqlite3* database, std::string_view sql,
                                     std::span<const Cell> values) {
  return std::make_unique<SqliteRows>(database, sql, values);
}

}  // namespace dbmig::backend::sqlite
