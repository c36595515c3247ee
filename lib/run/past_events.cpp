#include "run/past_events.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::run {
namespace {

using ops::Token;

template <std::size_t n>
bool is_one_of(const Token& token, const std::array<std::string_view, n>& words) {
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return ops::is_word(token, word); });
}

/// The schedule of an event, as far as it says when the event is over.
/// Source: https://mariadb.com/kb/en/create-event/
struct Schedule {
  std::string last_time;  ///< SQL; empty if it goes on for ever
  bool is_relative = false;
  bool is_preserved = false;
};

Schedule schedule_of(const std::string& sql) {
  static constexpr std::array<std::string_view, 6> kClauses{"starts", "ends",    "on",
                                                            "enable", "disable", "comment"};
  static constexpr std::array<std::string_view, 5> kClocks{"current_timestamp", "now", "sysdate",
                                                           "localtimestamp", "localtime"};
  std::vector<Token> tokens = ops::tokenize(sql, DialectKind::mariadb);
  std::erase_if(tokens, [](const Token& token) {
    return token.kind == ops::TokenKind::space || token.kind == ops::TokenKind::comment;
  });
  Schedule schedule;
  bool is_in_time = false;
  for (std::size_t i = 0; i < tokens.size() && !ops::is_word(tokens[i], "do"); ++i) {
    const bool is_clause = is_one_of(tokens[i], kClauses);
    if (ops::is_word(tokens[i], "completion") && i + 1 < tokens.size()) {
      schedule.is_preserved = ops::is_word(tokens[i + 1], "preserve");
    }
    if (ops::is_word(tokens[i], "at") || ops::is_word(tokens[i], "ends")) {
      is_in_time = true;
    } else if (is_clause) {
      is_in_time = false;
    } else if (is_in_time) {
      schedule.last_time += std::string(tokens[i].text) + ' ';
      schedule.is_relative = schedule.is_relative || is_one_of(tokens[i], kClocks);
    }
  }
  return schedule;
}

bool is_past(backend::Connection& connection, const std::string& sql) {
  const Schedule schedule = schedule_of(sql);
  if (schedule.last_time.empty() || schedule.is_preserved) return false;
  if (schedule.is_relative) return true;
  try {
    const backend::Rows answer = connection.query("SELECT (" + schedule.last_time + ") <= now()");
    return !answer.rows.empty() && answer.rows.front().front() == "1";
  } catch (const Error& error) {
    if (is_of_surroundings(error.code())) throw;
    return false;
  }
}

}  // namespace

schema::Schema with_past_events(backend::Connection& connection, const schema::Schema& expected,
                                schema::Schema live) {
  for (const auto& [key, event] : expected.routines) {
    if (key.first != schema::RoutineKind::event || live.routines.count(key) != 0) continue;
    if (is_past(connection, event.sql)) live.routines.emplace(key, event);
  }
  return live;
}

}  // namespace dbmig::run
