#include "dialect/mariadb/sequence.hpp"

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/token_cursor.hpp"

namespace dbmig::dialect::mariadb {
namespace {

class SequenceReader : public TokenCursor {
 public:
  using TokenCursor::TokenCursor;

  Sequence run() {
    while (peek().kind != TokenKind::end) option();
    const bool falls = sequence_.increment.starts_with('-');
    if (sequence_.minimum.empty()) sequence_.minimum = falls ? "-9223372036854775807" : "1";
    if (sequence_.maximum.empty()) sequence_.maximum = falls ? "-1" : "9223372036854775806";
    if (sequence_.start.empty()) {
      sequence_.start = falls ? sequence_.maximum : sequence_.minimum;
    }
    return std::move(sequence_);
  }

 private:
  void option() {
    if (take_word("start")) {
      take_word("with");
      sequence_.start = number();
    } else if (take_word("minvalue")) {
      sequence_.minimum = number();
    } else if (take_word("maxvalue")) {
      sequence_.maximum = number();
    } else if (take_word("increment")) {
      take_word("by");
      sequence_.increment = number();
    } else if (take_word("cache")) {
      sequence_.cache = number();
    } else if (take_word("nocache")) {
      sequence_.cache = "0";
    } else if (take_word("cycle")) {
      sequence_.cycle = true;
    } else if (take_word("nocycle")) {
      sequence_.cycle = false;
    } else if (take_word("nominvalue") || take_word("nomaxvalue")) {
      return;
    } else if (take_word("no")) {
      none();
    } else if (take_word("engine")) {
      sequence_.engine = value();
      if (text::equals_ignoring_case(sequence_.engine, "innodb")) sequence_.engine.clear();
    } else if (take_word("comment")) {
      sequence_.comment = value();
    } else if (!take_symbol(",")) {
      throw ParseError{};
    }
  }

  /// NO MINVALUE, NO MAXVALUE, NO CACHE, NO CYCLE
  void none() {
    if (take_word("minvalue") || take_word("maxvalue")) return;
    if (take_word("cache")) {
      sequence_.cache = "0";
    } else if (take_word("cycle")) {
      sequence_.cycle = false;
    } else {
      throw ParseError{};
    }
  }

  std::string number() {
    take_symbol("=");
    std::string sign;
    if (take_symbol("-")) sign = "-";
    if (sign.empty()) take_symbol("+");
    if (peek().kind != TokenKind::number) throw ParseError{};
    return sign + tokens_[pos_++].text;
  }

  std::string value() {
    take_symbol("=");
    if (peek().kind == TokenKind::end) throw ParseError{};
    return tokens_[pos_++].text;
  }

  Sequence sequence_;
};

}  // namespace

Sequence read_sequence(std::string_view sql) {
  const std::vector<Token> tokens = tokenize(sql);
  std::size_t position = 0;
  return SequenceReader(tokens, position).run();
}

std::string sequence_options(const Sequence& sequence) {
  return "start with " + sequence.start + " minvalue " + sequence.minimum + " maxvalue " +
         sequence.maximum + " increment by " + sequence.increment +
         (sequence.cache == "0" ? " nocache" : " cache " + sequence.cache) +
         (sequence.cycle ? " cycle" : " nocycle");
}

std::string canonical_sequence(std::string_view sql) {
  const Sequence sequence = read_sequence(sql);
  std::string out = sequence_options(sequence);
  if (!sequence.engine.empty()) out += " ENGINE=" + text::lower(sequence.engine);
  if (!sequence.comment.empty()) out += " COMMENT=" + string_literal(sequence.comment);
  return out;
}

}  // namespace dbmig::dialect::mariadb
