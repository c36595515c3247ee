#include "backend/sqlite/read_only.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <string>

#include "backend/sqlite/connection.hpp"
#include "backend/sqlite/error.hpp"
#include "backend/sqlite/row_source.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::backend::sqlite {
namespace {

using std::chrono::steady_clock;

/// Values that a query makes up (`zeroblob(2000000000)`) must not take the memory of the machine.
constexpr int kMaxValue = 256 << 20;
/// Steps of SQLite's virtual machine between two looks at the clock: some 100 microseconds.
constexpr int kSteps = 20000;

template <std::size_t N>
bool is_one_of(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view one) { return text::equals_ignoring_case(word, one); });
}

/// Functions that reach out of the query. Source:
/// https://www.sqlite.org/lang_corefunc.html#load_extension and, for those of SQLite's shell,
/// https://www.sqlite.org/cli.html#file_i_o_functions
constexpr std::array<std::string_view, 6> kForbiddenFunctions{
    "load_extension", "readfile", "writefile", "edit", "fts3_tokenizer", "lsdir"};

/// Pragmas that read, also with an argument. Source: https://www.sqlite.org/pragma.html
constexpr std::array<std::string_view, 15> kReadingPragmas{
    "table_info",    "table_xinfo",      "table_list",        "index_list",      "index_info",
    "index_xinfo",   "foreign_key_list", "foreign_key_check", "database_list",   "collation_list",
    "function_list", "module_list",      "pragma_list",       "compile_options", "data_version"};
/// Pragmas that read as long as they are given no value.
constexpr std::array<std::string_view, 13> kValuePragmas{
    "user_version", "application_id", "schema_version", "encoding",     "page_count",
    "page_size",    "freelist_count", "journal_mode",   "foreign_keys", "auto_vacuum",
    "cache_size",   "synchronous",    "query_only"};

/// What SQLite asks before it compiles each part of a statement.
/// Source: https://www.sqlite.org/c3ref/set_authorizer.html
int authorize(void*, int action, const char* first, const char* second, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE:
    case SQLITE_TRANSACTION:  // what may be begun is decided by query_refusal(), and only reads
    case SQLITE_SAVEPOINT:
      return SQLITE_OK;
    case SQLITE_UPDATE:
      // SQLite asks so for what a virtual table declares of itself, and writes nothing then. A
      // statement that would is stopped by query_only.
      return std::string_view(first) == "sqlite_master" ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
      return is_one_of(second, kForbiddenFunctions) ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: {
      const bool reads = is_one_of(first, kReadingPragmas) ||
                         (second == nullptr && is_one_of(first, kValuePragmas));
      return reads ? SQLITE_OK : SQLITE_DENY;
    }
    default:
      return SQLITE_DENY;
  }
}

/// Rows that tell a query that ran out of time from one that was interrupted.
class TimedRows final : public RowSource {
 public:
  TimedRows(std::unique_ptr<RowSource> rows, const bool& is_late, std::chrono::milliseconds time,
            std::string sql)
      : rows_(std::move(rows)), is_late_(is_late), time_(time), sql_(std::move(sql)) {}
  const std::vector<std::string>& columns() const override { return rows_->columns(); }
  bool next(std::vector<Cell>& row) override {
    try {
      return rows_->next(row);
    } catch (const Error&) {
      if (!is_late_) throw;
      throw Error(ErrorCode::busy, fmt::format("the query took longer than {} s and was stopped",
                                               std::chrono::duration<double>(time_).count()))
          .hint("narrow it down, or allow it more time")
          .sql(sql_);
    }
  }

 private:
  std::unique_ptr<RowSource> rows_;
  const bool& is_late_;
  std::chrono::milliseconds time_;
  std::string sql_;
};

class ReadOnlyFile final : public ReadOnlyConnection {
 public:
  explicit ReadOnlyFile(const Url& url) : database_(connect(url, {})) {
    sqlite3* native = database_->native();
    database_->execute("PRAGMA query_only = ON");
    database_->execute("PRAGMA trusted_schema = OFF");
    sqlite3_db_config(native, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
    sqlite3_db_config(native, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_limit(native, SQLITE_LIMIT_LENGTH, kMaxValue);
    sqlite3_limit(native, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_set_authorizer(native, authorize, nullptr);
    sqlite3_progress_handler(native, kSteps, look_at_clock, this);
  }

  Connection& connection() override {
    deadline_ = steady_clock::time_point::max();
    return *database_;
  }

  std::unique_ptr<RowSource> read(std::string_view sql, std::span<const Cell> values,
                                  std::chrono::milliseconds time, std::size_t) override {
    if (const auto refusal = backend::query_refusal(DialectKind::sqlite, sql)) {
      throw Error(ErrorCode::refused, refusal->reason).hint(refusal->hint);
    }
    is_late_ = false;
    deadline_ = steady_clock::now() + time;
    try {
      return std::make_unique<TimedRows>(sqlite::read_rows(database_->native(), sql, values),
                                         is_late_, time, std::string(sql));
    } catch (const Error& error) {
      if ((error.native_code() & 0xff) != SQLITE_AUTH) throw;
      throw Error(ErrorCode::refused, "only reading is allowed here: " + error.message())
          .hint("change the schema with a revision, and rows with the application")
          .sql(std::string(sql));
    }
  }
  void end() noexcept override { deadline_ = steady_clock::time_point::max(); }

 private:
  static int look_at_clock(void* self) {
    auto& file = *static_cast<ReadOnlyFile*>(self);
    file.is_late_ = steady_clock::now() > file.deadline_;
    return file.is_late_ ? 1 : 0;
  }

  bool is_late_ = false;
  steady_clock::time_point deadline_ = steady_clock::time_point::max();
  std::unique_ptr<SqliteConnection> database_;
};

}  // namespace

std::unique_ptr<ReadOnlyConnection> connect_read_only(const Url& url) {
  Url target = url;
  target.parameters["mode"] = "ro";
  if (target.in_memory() || target.database.empty()) {
    throw Error(ErrorCode::refused,
                "an in-memory database is visible only to the process that made it")
        .hint("name a file, as in sqlite:///app.db");
  }
  return std::make_unique<ReadOnlyFile>(target);
}

std::optional<dialect::SqlRefusal> query_refusal(std::string_view sql) {
  constexpr std::array<std::string_view, 5> kQueries{"select", "with", "values", "explain",
                                                     "pragma"};
  const auto tokens = dialect::sqlite::tokenize(sql);
  const bool is_query = !tokens.empty() &&
                        tokens.front().kind == dialect::sqlite::Token::Kind::word &&
                        is_one_of(tokens.front().text, kQueries);
  if (is_query) return std::nullopt;
  return dialect::SqlRefusal{
      "only reading is allowed here: a query begins with SELECT, WITH, VALUES, EXPLAIN or PRAGMA",
      "change the schema with a revision, and rows with the application"};
}

}  // namespace dbmig::backend::sqlite
