#include <fmt/core.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/statement_starts.hpp"

namespace dbmig::dialect::mariadb {
namespace {

constexpr const char* kOwnTransactions =
    "leave it out: each statement that changes rows is a transaction together with the note that "
    "it has run, and what stands inside of one BEGIN NOT ATOMIC … END is one statement";

SqlRefusal interferes(std::string what) {
  return {std::move(what) + " interferes with the transactions of the upgrade", kOwnTransactions};
}

/// Looks at each statement of a text, those inside of a compound one included.
class Judge {
 public:
  explicit Judge(const std::vector<Token>& tokens) : tokens_(tokens) {}

  std::optional<SqlRefusal> run() const {
    if (tokens_.front().kind == TokenKind::end) return std::nullopt;
    // Stored programs run later, and triggers and functions may not do it at all.
    if (is("create", 0) || is("alter", 0) || is("drop", 0)) return std::nullopt;
    if (is("begin", 0) && !is("not", 1)) return interferes("BEGIN");
    for (const std::size_t start : statement_starts(tokens_)) {
      if (auto refusal = judge(start)) return refusal;
    }
    return std::nullopt;
  }

 private:
  bool is(std::string_view word, std::size_t i) const { return is_word(tokens_, i, word); }
  bool ends(std::size_t i) const {
    return i >= tokens_.size() || tokens_[i].kind == TokenKind::end || is_symbol(tokens_, i, ";");
  }
  bool is_any(std::size_t i, std::initializer_list<std::string_view> words) const {
    return std::any_of(words.begin(), words.end(),
                       [&](std::string_view word) { return is(word, i); });
  }

  std::optional<SqlRefusal> judge(std::size_t i) const {
    if (is_any(i, {"commit", "rollback"}) && closes_transaction(i)) {
      return interferes(text::upper(tokens_[i].text));
    }
    if (is("start", i) && is("transaction", i + 1)) return interferes("START TRANSACTION");
    // A name, and the statement's end: `ELSE savepoint END` is a column.
    if (is("savepoint", i) && !ends(i + 1) && ends(i + 2) && !is("end", i + 1)) {
      return interferes("SAVEPOINT");
    }
    if (is("release", i) && is("savepoint", i + 1)) return interferes("RELEASE SAVEPOINT");
    if (is("xa", i) && is_any(i + 1, {"begin", "start", "end", "prepare", "commit", "rollback"})) {
      return interferes("XA");
    }
    if (is_any(i, {"lock", "unlock"}) && is_any(i + 1, {"table", "tables"})) {
      return SqlRefusal{
          text::upper(tokens_[i].text) + " TABLES ends the transaction of the upgrade",
          "leave it out: one upgrade at a time works on a database"};
    }
    if (is("flush", i) && locks(i)) {
      return SqlRefusal{"FLUSH TABLES WITH READ LOCK keeps the upgrade itself out",
                        "leave it out: one upgrade at a time works on a database"};
    }
    if (is("use", i) && i == 0) {
      return SqlRefusal{"USE leaves the database of the upgrade",
                        "name the other database before the table: other.table"};
    }
    if (is("set", i)) return judge_set(i);
    if (is("prepare", i) || (is("execute", i) && is("immediate", i + 1))) return judge_text(i);
    return std::nullopt;
  }

  /// COMMIT and ROLLBACK are no reserved words: `THEN commit ELSE 0` is a column.
  bool closes_transaction(std::size_t i) const {
    if (ends(i + 1) || is_any(i + 1, {"work", "release", "to"})) return true;
    if (is("no", i + 1)) return is("release", i + 2);
    return is("and", i + 1) && (is("chain", i + 2) || (is("no", i + 2) && is("chain", i + 3)));
  }

  bool locks(std::size_t i) const {
    for (; !ends(i); ++i) {
      if ((is("with", i) && is("read", i + 1)) || (is("for", i) && is("export", i + 1))) {
        return true;
      }
    }
    return false;
  }

  /// SET [STATEMENT] a = 1, SESSION autocommit = 0 [FOR …]
  std::optional<SqlRefusal> judge_set(std::size_t i) const {
    const bool for_statement = is("statement", i + 1);
    int depth = 0;
    bool is_target = true;
    for (std::size_t at = i + 1; !ends(at); ++at) {
      if (is_symbol(tokens_, at, "(")) ++depth;
      if (is_symbol(tokens_, at, ")")) --depth;
      if (depth > 0) continue;
      if (for_statement && is("for", at)) return judge(at + 1);
      if (is_symbol(tokens_, at, ",")) {
        is_target = true;
      } else if (is_target && !is_any(at, {"session", "local", "statement"})) {
        is_target = false;
        const std::string name = setting(at);
        if (name == "autocommit" || name == "completion_type") return interferes("SET " + name);
      }
    }
    return std::nullopt;
  }

  /// The session's variable that is set at `at`, in lower case; what is not one is nobody's name.
  std::string setting(std::size_t at) const {
    std::string name = text::lower(tokens_[at].text);
    for (const std::string_view prefix : {"@@session.", "@@local.", "@@"}) {
      if (!name.starts_with(prefix)) continue;
      name.erase(0, prefix.size());
      // @@session.`autocommit`
      if (name.empty() && at + 1 < tokens_.size()) name = text::lower(tokens_[at + 1].text);
      return name;
    }
    return name;
  }

  /// PREPARE s FROM 'text', EXECUTE IMMEDIATE 'text': what stands there word for word can be seen.
  std::optional<SqlRefusal> judge_text(std::size_t i) const {
    for (std::size_t at = i + 1; !ends(at); ++at) {
      if (tokens_[at].kind != TokenKind::string) continue;
      if (!is("from", at - 1) && !is("immediate", at - 1)) continue;
      try {
        const std::vector<Token> text = tokenize(tokens_[at].text, Versions::all);
        return Judge(text).run();
      } catch (const Error&) {
        return std::nullopt;  // for the server to refuse
      }
    }
    return std::nullopt;
  }

  const std::vector<Token>& tokens_;
};

}  // namespace

std::optional<SqlRefusal> MariadbDialect::sql_refusal(std::string_view statement) const {
  if (statement.find('\0') != std::string_view::npos) {
    return SqlRefusal{"the SQL contains a zero byte", "remove it"};
  }
  try {
    for (const Versions versions : {Versions::known, Versions::all}) {
      const std::vector<Token> tokens = tokenize(statement, versions);
      if (auto refusal = Judge(tokens).run()) return refusal;
    }
  } catch (const Error& error) {
    return SqlRefusal{error.message(), error.diagnostics().front().hint};
  }
  return std::nullopt;
}

}  // namespace dbmig::dialect::mariadb
