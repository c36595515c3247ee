#include "backend/mariadb/read_only.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "backend/mariadb/connection.hpp"
#include "backend/mariadb/row_source.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::Token;
using dialect::mariadb::TokenKind;

/// ER_STATEMENT_TIMEOUT. Source: https://mariadb.com/kb/en/e1969/
constexpr int kTimeout = 1969;
/// ER_CANT_EXECUTE_IN_READ_ONLY_TRANSACTION
constexpr int kReadOnly = 1792;
/// Beyond max_statement_time the server itself has a fault, or the network; seconds.
constexpr const char* kReadTimeout = "120";

constexpr std::array<std::string_view, 8> kFirstWords{"select",  "with", "values",   "show",
                                                      "explain", "desc", "describe", "table"};

/// Functions that a READ ONLY transaction allows, and that reach beyond reading tables.
constexpr std::array<std::string_view, 13> kForbiddenFunctions{
    "load_file", "get_lock",        "release_lock",     "release_all_locks",
    "setval",    "nextval",         "sys_exec",         "sys_eval",
    "sys_set",   "master_pos_wait", "master_gtid_wait", "wsrep_sync_wait_upto_gtid",
    "benchmark"};

bool is_any(const Token& token, std::string_view word) {
  return (token.kind == TokenKind::word || token.kind == TokenKind::name) &&
         text::equals_ignoring_case(token.text, word);
}
bool is_keyword(const Token& token, std::string_view word) {
  return token.kind == TokenKind::word && text::equals_ignoring_case(token.text, word);
}

dialect::SqlRefusal refusal(std::string reason) {
  return {std::move(reason), "change the schema with a revision, and rows with the application"};
}

std::optional<dialect::SqlRefusal> refusal_at(const std::vector<Token>& tokens, std::size_t i) {
  const Token& token = tokens[i];
  // There is always an `end` token.
  const Token& next = tokens[std::min(i + 1, tokens.size() - 1)];
  const bool is_called = next.kind == TokenKind::symbol && next.text == "(";
  const bool is_part =
      i > 0 && tokens[i - 1].kind == TokenKind::symbol && tokens[i - 1].text == ".";
  if (is_keyword(token, "into") && !is_part) {
    return refusal("INTO writes to a file or a variable, and only reading is allowed here");
  }
  if (is_called) {
    for (const std::string_view function : kForbiddenFunctions) {
      if (is_any(token, function)) {
        return refusal(fmt::format("{}() is not allowed here: it does more than read tables",
                                   text::upper(function)));
      }
    }
  }
  if (is_keyword(token, "for") && (is_keyword(next, "update") || is_keyword(next, "share"))) {
    return refusal("FOR UPDATE locks rows, and only reading is allowed here");
  }
  if (is_keyword(token, "lock") && is_keyword(next, "in")) {
    return refusal("LOCK IN SHARE MODE locks rows, and only reading is allowed here");
  }
  const bool is_sequence = is_keyword(token, "next") || is_keyword(token, "nextval");
  if (is_sequence && is_keyword(next, "value")) {
    return refusal("NEXT VALUE FOR advances a sequence, and only reading is allowed here");
  }
  const bool is_qualifier = next.kind == TokenKind::symbol && next.text == ".";
  if (is_any(token, "mysql") && is_qualifier && !is_part) {
    return refusal("the database 'mysql' holds the accounts and their passwords: it is not shown");
  }
  return std::nullopt;
}

class TimedRows final : public RowSource {
 public:
  TimedRows(std::unique_ptr<RowSource> rows, std::string sql)
      : rows_(std::move(rows)), sql_(std::move(sql)) {}
  const std::vector<std::string>& columns() const override { return rows_->columns(); }
  bool next(std::vector<Cell>& row) override {
    try {
      return rows_->next(row);
    } catch (const Error& error) {
      throw told(error, sql_);
    }
  }
  static Error told(const Error& error, const std::string& sql) {
    if (error.native_code() == kTimeout) {
      return Error(ErrorCode::busy, "the query took longer than allowed and was stopped")
          .hint("narrow it down, or allow it more time")
          .native(kTimeout)
          .sql(sql);
    }
    if (error.native_code() == kReadOnly) {
      return Error(ErrorCode::refused, "only reading is allowed here: " + error.message())
          .hint("change the schema with a revision, and rows with the application")
          .native(kReadOnly)
          .sql(sql);
    }
    return error;
  }

 private:
  std::unique_ptr<RowSource> rows_;
  std::string sql_;
};

class ReadOnlyClient final : public ReadOnlyConnection {
 public:
  explicit ReadOnlyClient(const Url& url) : client_(connect(url, {})) {
    client_->execute("SET SESSION TRANSACTION READ ONLY");
    client_->execute("SET SESSION max_statement_time = 30, lock_wait_timeout = 10");
  }

  Connection& connection() override { return *client_; }

  std::unique_ptr<RowSource> read(std::string_view sql, std::span<const Cell> values,
                                  std::chrono::milliseconds time, std::size_t rows) override {
    if (const auto refused = backend::query_refusal(DialectKind::mariadb, sql)) {
      throw Error(ErrorCode::refused, refused->reason).hint(refused->hint);
    }
    const std::string text(sql);
    try {
      client_->execute(fmt::format("SET SESSION max_statement_time = {:.3f}, sql_select_limit = {}",
                                   std::chrono::duration<double>(time).count(), rows));
      client_->begin_snapshot();
      return std::make_unique<TimedRows>(mariadb::read_rows(client_->native(), text, values), text);
    } catch (const Error& error) {
      end();
      throw TimedRows::told(error, text);
    }
  }

  void end() noexcept override {
    client_->rollback();
    try {
      client_->execute(
          "SET SESSION max_statement_time = 30, sql_select_limit = 18446744073709551615");
    } catch (const Error&) {  // the connection is gone: the next statement says so
    }
  }

 private:
  std::unique_ptr<MariadbConnection> client_;
};

}  // namespace

std::unique_ptr<ReadOnlyConnection> connect_read_only(const Url& url) {
  if (text::equals_ignoring_case(url.database, "mysql")) {
    throw Error(ErrorCode::refused,
                "the database 'mysql' holds the accounts and their passwords: it is not shown")
        .hint("name another database in the URL");
  }
  Url target = url;
  target.parameters.try_emplace("read_timeout", kReadTimeout);
  return std::make_unique<ReadOnlyClient>(target);
}

std::optional<dialect::SqlRefusal> query_refusal(std::string_view sql) {
  std::vector<Token> tokens;
  try {
    tokens = dialect::mariadb::tokenize(sql, dialect::mariadb::Versions::all);
  } catch (const Error& error) {
    return dialect::SqlRefusal{error.message(), "close it"};
  }
  std::size_t first = 0;
  while (tokens[first].kind == TokenKind::symbol && tokens[first].text == "(") ++first;
  const bool is_query = std::any_of(kFirstWords.begin(), kFirstWords.end(),
                                    [&](auto word) { return is_keyword(tokens[first], word); });
  if (!is_query) {
    return refusal(
        "only reading is allowed here: a query begins with SELECT, WITH, VALUES, SHOW or EXPLAIN");
  }
  if (is_keyword(tokens[first], "show") && is_keyword(tokens[first + 1], "create") &&
      is_keyword(tokens[std::min(first + 2, tokens.size() - 1)], "user")) {
    return refusal("SHOW CREATE USER shows a password: it is not allowed here");
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (auto refused = refusal_at(tokens, i)) return refused;
  }
  return std::nullopt;
}

}  // namespace dbmig::backend::mariadb
