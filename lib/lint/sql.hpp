#pragma once

#include <cstddef>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "ops/sql_tokens.hpp"
#include "schema/sql_text.hpp"

// Internal to this module: plain SQL as far as lint looks into it.

namespace dbmig::lint {

/// One statement, cut up, without its comments and blanks.
class SqlStatement {
 public:
  SqlStatement(std::string text, DialectKind kind);
  SqlStatement(SqlStatement&&) = default;
  SqlStatement& operator=(SqlStatement&&) = delete;

  std::size_t size() const { return tokens_.size(); }
  const ops::Token& operator[](std::size_t i) const { return tokens_[i]; }
  /// Whether the words stand at `at`, one after the other, in any case.
  bool has(std::size_t at, std::initializer_list<std::string_view> words) const;
  bool begins(std::initializer_list<std::string_view> words) const { return has(0, words); }
  bool is_symbol(std::size_t at, char symbol) const;
  /// Whether the word stands outside of all parentheses.
  bool has_outside(std::string_view word) const;
  /// Whether it reads or writes rows when it runs: not DDL, whose bodies run later.
  bool works_on_rows() const;
  /// The name at `at`, past IF [NOT] EXISTS and a database's name; empty when there is none.
  std::string name_at(std::size_t at) const;
  /// The table that a CREATE [TEMPORARY] TABLE makes.
  std::optional<std::string> created_table() const;
  /// `create table t …`: its beginning, for messages.
  std::string beginning() const;

 private:
  std::unique_ptr<const std::string> text_;  ///< what the tokens are parts of
  std::vector<ops::Token> tokens_;
};

/// The plain SQL of an execute, statement by statement, for each database.
struct Scripts {
  std::vector<SqlStatement> sqlite;
  std::vector<SqlStatement> mariadb;

  const std::vector<SqlStatement>& on(DialectKind kind) const {
    return kind == DialectKind::sqlite ? sqlite : mariadb;
  }
};

Scripts scripts_of(const schema::SqlText& sql);

}  // namespace dbmig::lint
