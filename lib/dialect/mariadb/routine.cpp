#include "dialect/mariadb/routine.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/sequence.hpp"
#include "dialect/mariadb/token_cursor.hpp"
#include "dialect/mariadb/tokens.hpp"
#include "dialect/mariadb/types.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::RoutineKind;

/// The parts of a text between two places among its tokens, in one spelling.
std::string spelled(const std::vector<Token>& tokens, std::size_t begin, std::size_t end) {
  std::vector<Token> part(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                          tokens.begin() + static_cast<std::ptrdiff_t>(end));
  part.push_back({TokenKind::end, {}, 0, 0});
  return normalize_tokens(part);
}

/// The body as it is, from a token on, without the last `;`.
std::string body_text(std::string_view sql, const Token& first) {
  std::string_view body = text::trim(sql.substr(std::min(first.begin, sql.size())));
  while (body.ends_with(';')) body = text::trim(body.substr(0, body.size() - 1));
  return std::string(body);
}

class Cursor : public TokenCursor {
 public:
  using TokenCursor::TokenCursor;
  std::size_t position() const { return pos_; }
  bool at_end() const { return peek().kind == TokenKind::end; }
  std::string take() { return tokens_[pos_++].text; }
  bool take_definition(std::string_view a, std::string_view b, std::string_view c = {}) {
    if (!is_word(a) || !is_word(b, 1) || (!c.empty() && !is_word(c, 2))) return false;
    pos_ += c.empty() ? 2 : 3;
    return true;
  }
  /// Over a parenthesis and all in it.
  void skip_parentheses() {
    expect_symbol("(");
    for (int depth = 1; depth > 0; ++pos_) {
      if (at_end()) throw ParseError{};
      if (is_symbol("(")) ++depth;
      if (is_symbol(")")) --depth;
    }
  }
};

// Functions and procedures

struct Program {
  std::string parameters;
  std::string returns;
  std::string charset;
  std::string collation;
  bool deterministic = false;
  std::string access;  ///< "reads sql data"; empty for "contains sql"
  bool invoker = false;
  std::string comment;
  std::string body;
};

void read_returns(Cursor& cursor, std::string_view sql, Program& program) {
  const std::size_t begin = cursor.peek().begin;
  std::size_t finish = cursor.peek().finish;
  cursor.take();
  while (true) {
    if (cursor.is_symbol("(")) {
      cursor.skip_parentheses();
    } else if (!cursor.take_word("unsigned") && !cursor.take_word("zerofill") &&
               !cursor.take_word("signed") && !cursor.take_word("precision")) {
      break;
    }
    finish = cursor.peek().begin;
  }
  while (true) {
    if (cursor.take_definition("character", "set") || cursor.take_word("charset")) {
      program.charset = canonical_charset_name(cursor.take());
    } else if (cursor.take_word("collate")) {
      program.collation = canonical_charset_name(cursor.take());
    } else {
      break;
    }
  }
  program.returns = type_sql(parse_column_type(text::trim(sql.substr(begin, finish - begin))));
}

bool read_characteristic(Cursor& cursor, Program& program) {
  if (cursor.take_definition("not", "deterministic")) {
    program.deterministic = false;
  } else if (cursor.take_word("deterministic")) {
    program.deterministic = true;
  } else if (cursor.take_definition("contains", "sql")) {
    program.access.clear();
  } else if (cursor.take_definition("no", "sql")) {
    program.access = "no sql";
  } else if (cursor.take_definition("reads", "sql", "data")) {
    program.access = "reads sql data";
  } else if (cursor.take_definition("modifies", "sql", "data")) {
    program.access = "modifies sql data";
  } else if (cursor.take_definition("sql", "security")) {
    program.invoker = text::equals_ignoring_case(cursor.take(), "invoker");
  } else if (cursor.take_word("comment")) {
    program.comment = cursor.take();
  } else {
    return cursor.take_definition("language", "sql");
  }
  return true;
}

Program read_program(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  std::size_t position = 0;
  Cursor cursor(tokens, position);
  Program program;
  if (cursor.is_symbol("(")) {
    const std::size_t begin = position + 1;
    cursor.skip_parentheses();
    program.parameters = spelled(tokens, begin, position - 1);
  }
  if (cursor.take_word("returns")) read_returns(cursor, sql, program);
  while (read_characteristic(cursor, program)) {
  }
  program.body = body_text(sql, cursor.peek());
  return program;
}

std::string print(const Program& program) {
  std::string out = '(' + program.parameters + ')';
  if (!program.returns.empty()) out += " returns " + program.returns;
  if (!program.charset.empty()) out += " charset " + program.charset;
  if (!program.collation.empty()) out += " collate " + program.collation;
  if (program.deterministic) out += " deterministic";
  if (!program.access.empty()) out += ' ' + program.access;
  if (program.invoker) out += " sql security invoker";
  if (!program.comment.empty()) out += " comment " + string_literal(program.comment);
  return out + ' ' + program.body;
}

// Events

struct Event {
  std::string every;
  std::string at;
  std::string starts;
  std::string ends;
  bool preserve = false;
  std::string state;  ///< "disable", "disable on slave"; empty when enabled
  std::string comment;
  std::string body;
};

/// The tokens up to the next word that begins another part of an event's head.
std::string moment(Cursor& cursor, const std::vector<Token>& tokens) {
  const std::size_t begin = cursor.position();
  while (!cursor.at_end()) {
    bool ends = false;
    for (const std::string_view word :
         {"starts", "ends", "on", "enable", "disable", "comment", "do"}) {
      ends = ends || cursor.is_word(word);
    }
    if (ends) break;
    cursor.take();
  }
  return spelled(tokens, begin, cursor.position());
}

Event read_event(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  std::size_t position = 0;
  Cursor cursor(tokens, position);
  Event event;
  while (!cursor.take_word("do")) {
    if (cursor.take_definition("on", "schedule")) continue;
    if (cursor.take_word("every")) {
      event.every = moment(cursor, tokens);
    } else if (cursor.take_word("at")) {
      event.at = moment(cursor, tokens);
    } else if (cursor.take_word("starts")) {
      event.starts = moment(cursor, tokens);
    } else if (cursor.take_word("ends")) {
      event.ends = moment(cursor, tokens);
    } else if (cursor.take_definition("on", "completion")) {
      event.preserve = !cursor.take_word("not");
      cursor.expect_word("preserve");
    } else if (cursor.take_word("enable")) {
      event.state.clear();
    } else if (cursor.take_word("disable")) {
      event.state = cursor.take_definition("on", "slave") ? "disable on slave" : "disable";
    } else if (cursor.take_word("comment")) {
      event.comment = cursor.take();
    } else {
      throw ParseError{};
    }
  }
  event.body = body_text(sql, cursor.peek());
  return event;
}

std::string print(const Event& event) {
  std::string out = "on schedule ";
  out += event.at.empty() ? "every " + event.every : "at " + event.at;
  if (!event.starts.empty()) out += " starts " + event.starts;
  if (!event.ends.empty()) out += " ends " + event.ends;
  if (event.preserve) out += " on completion preserve";
  if (!event.state.empty()) out += ' ' + event.state;
  if (!event.comment.empty()) out += " comment " + string_literal(event.comment);
  return out + " do " + event.body;
}

/// A time that is computed when the event is made, or is not said at all.
bool is_open(const std::string& moment) {
  return !moment.starts_with('\'');
}

void reconcile_event(Event& live, const Event& expected) {
  if (is_open(expected.at) && !expected.at.empty()) live.at = expected.at;
  if (is_open(expected.starts)) live.starts = expected.starts;
  if (is_open(expected.ends) && !expected.ends.empty()) live.ends = expected.ends;
}

void reconcile_program(Program& live, const Program& expected) {
  if (expected.charset.empty() && expected.collation.empty()) live.charset.clear();
  if (expected.collation.empty()) live.collation.clear();
}

}  // namespace

std::string canonical_definer(std::string_view definer) {
  std::string out;
  char open = '\0';
  const std::string_view text = text::trim(definer);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    // A quote inside a name, as the server reports it without quotes around, is part of it.
    const bool begins = out.empty() || out.back() == '@';
    if (open == '\0' && begins && (c == '`' || c == '\'' || c == '"')) {
      open = c;
    } else if (open != '\0' && c == open) {
      const bool doubled = i + 1 < text.size() && text[i + 1] == open;
      if (doubled) {
        out += c;
        ++i;
      } else {
        open = '\0';
      }
    } else {
      out += c;
    }
  }
  const std::string word = text::lower(out);
  return word == "current_user" || word == "current_user()" ? "" : out;
}

schema::Routine canonical_routine(const schema::Routine& routine) {
  schema::Routine out = routine;
  out.mariadb.definer = canonical_definer(routine.mariadb.definer);
  out.sql = std::string(text::trim(routine.sql));
  try {
    switch (routine.kind) {
      case RoutineKind::sequence:
        out.sql = canonical_sequence(routine.sql);
        break;
      case RoutineKind::function:
      case RoutineKind::procedure:
        out.sql = print(read_program(routine.sql));
        break;
      case RoutineKind::event:
        out.sql = print(read_event(routine.sql));
        break;
    }
  } catch (const ParseError&) {
    // Compared as it is.
  } catch (const Error&) {
    // Written under a sql_mode in which strings end elsewhere.
  }
  return out;
}

std::string reconciled_routine(RoutineKind kind, const std::string& live,
                               const std::string& expected) {
  if (live == expected) return live;
  try {
    if (kind == RoutineKind::event) {
      Event event = read_event(live);
      reconcile_event(event, read_event(expected));
      return print(event);
    }
    if (kind == RoutineKind::function) {
      Program program = read_program(live);
      reconcile_program(program, read_program(expected));
      return print(program);
    }
  } catch (const ParseError&) {
    return live;
  } catch (const Error&) {
    return live;
  }
  return live;
}

}  // namespace dbmig::dialect::mariadb
