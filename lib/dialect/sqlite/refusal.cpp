#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "dialect/sqlite/closed.hpp"
#include "dialect/sqlite/dialect.hpp"
#include "dialect/sqlite/token.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect::sqlite {
namespace {

constexpr const char* kOneTransaction =
    "leave it out: an upgrade is one transaction, and a revision that fails leaves nothing behind";

bool is_any(const Token& token, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return token.is_word(word); });
}

/// Pragmas that do nothing in a transaction, or fail there, and what to do instead.
struct Setting {
  std::string_view name;
  std::string_view hint;
};
constexpr std::string_view kFileHint =
    "it belongs to the file and not to a revision: set it once with the sqlite3 shell";
constexpr std::string_view kConnectionHint =
    "leave it out: it would last for this connection alone";
constexpr std::array<Setting, 9> kSettings{{
    {"journal_mode", kFileHint},
    {"auto_vacuum", kFileHint},
    {"page_size", kFileHint},
    {"encoding", kFileHint},
    {"synchronous", kConnectionHint},
    {"locking_mode", kConnectionHint},
    {"temp_store", kConnectionHint},
    {"query_only", kConnectionHint},
    {"wal_checkpoint", "leave it out: a checkpoint has to wait for the end of the upgrade"},
}};

/// `tokens` begin with PRAGMA.
std::optional<SqlRefusal> refuse_pragma(const std::vector<Token>& tokens) {
  std::size_t at = 1;
  if (at + 1 < tokens.size() && tokens[at + 1].is_symbol('.')) at += 2;
  if (at >= tokens.size()) return std::nullopt;
  const std::string name = text::lower(tokens[at].value());
  const bool sets =
      at + 2 < tokens.size() && (tokens[at + 1].is_symbol('=') || tokens[at + 1].is_symbol('('));
  if (name == "foreign_keys" && sets) {
    const std::string value = text::lower(tokens[at + 2].value());
    // That is how it is while an upgrade runs.
    if (value == "off" || value == "0" || value == "no" || value == "false") return std::nullopt;
    return SqlRefusal{"PRAGMA foreign_keys does nothing inside of a transaction",
                      "leave it out: foreign keys are off while an upgrade runs, and all rows are "
                      "checked at its end"};
  }
  if (!sets && name != "wal_checkpoint") return std::nullopt;
  for (const Setting& setting : kSettings) {
    if (name != setting.name) continue;
    return SqlRefusal{
        fmt::format("PRAGMA {} cannot work inside of the upgrade's transaction", name),
        std::string(setting.hint)};
  }
  return std::nullopt;
}

}  // namespace

std::optional<SqlRefusal> not_closed(std::string_view sql) {
  if (sql.find('\0') != std::string_view::npos) {
    return SqlRefusal{"the SQL contains a zero byte", "remove it"};
  }
  const std::string_view what = ops::not_closed(sql, DialectKind::sqlite);
  if (what.empty()) return std::nullopt;
  return SqlRefusal{fmt::format("a {} is not closed", what),
                    what == "comment" ? "end it with */" : "end it with the mark that begins it"};
}

std::optional<SqlRefusal> SqliteDialect::sql_refusal(std::string_view statement) const {
  if (auto open = not_closed(statement)) return open;
  const std::vector<Token> tokens = tokenize(statement);
  if (tokens.empty()) return std::nullopt;
  const Token& first = tokens.front();
  const std::string verb = text::upper(std::string(first.text));
  if (is_any(first, {"COMMIT", "END", "ROLLBACK"})) {
    const bool to_savepoint = std::any_of(tokens.begin(), tokens.end(),
                                          [](const Token& token) { return token.is_word("TO"); });
    return SqlRefusal{to_savepoint ? "ROLLBACK TO undoes a part of the upgrade's transaction"
                                   : verb + " ends the transaction of the upgrade",
                      kOneTransaction};
  }
  if (is_any(first, {"BEGIN", "SAVEPOINT", "RELEASE"})) {
    return SqlRefusal{verb + " interferes with the transaction of the upgrade", kOneTransaction};
  }
  if (is_any(first, {"ATTACH", "DETACH"})) {
    return SqlRefusal{verb + " reaches for another database file",
                      "a revision works on one database; bring rows in with `dbmig import`"};
  }
  if (first.is_word("VACUUM")) {
    return SqlRefusal{"VACUUM cannot run inside of the upgrade's transaction",
                      "leave it out, and run it by itself: sqlite3 app.db VACUUM"};
  }
  if (first.is_word("PRAGMA")) return refuse_pragma(tokens);
  return std::nullopt;
}

}  // namespace dbmig::dialect::sqlite
