#include "backend/mariadb/create_table.hpp"

#include <vector>

#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"

namespace dbmig::backend::mariadb {
namespace {

using dialect::mariadb::Token;
using dialect::mariadb::TokenKind;

class Reader {
 public:
  explicit Reader(std::string_view sql) : sql_(sql), tokens_(dialect::mariadb::tokenize(sql)) {}

  CreateTable run() {
    for (std::size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (is_word(i, "constraint") && is_word(i + 2, "check")) check(i);
      if (is_word(i, "fulltext") && is_word(i + 1, "key")) index_ = tokens_[i + 2].text;
      // Inside an executable comment: /*!50100 WITH PARSER `ngram` */
      if (is_word(i, "with") && is_word(i + 1, "parser")) {
        out_.parsers[index_] = tokens_[i + 2].text;
      }
      if (is_word(i, "period") && is_word(i + 1, "for")) out_.has_period = true;
    }
    return std::move(out_);
  }

 private:
  bool is_word(std::size_t i, std::string_view word) const {
    return i < tokens_.size() && tokens_[i].kind == TokenKind::word &&
           text::equals_ignoring_case(tokens_[i].text, word);
  }

  bool is_symbol(std::size_t i, std::string_view symbol) const {
    return tokens_[i].kind == TokenKind::symbol && tokens_[i].text == symbol;
  }

  /// CONSTRAINT `name` CHECK (…)
  void check(std::size_t at) {
    const std::size_t open = at + 3;
    int depth = 0;
    for (std::size_t i = open; i < tokens_.size(); ++i) {
      if (is_symbol(i, "(")) ++depth;
      if (is_symbol(i, ")") && --depth == 0) {
        const std::size_t begin = tokens_[open].finish;
        out_.checks[tokens_[at + 1].text] =
            std::string(sql_.substr(begin, tokens_[i].begin - begin));
        return;
      }
    }
  }

  std::string_view sql_;
  std::vector<Token> tokens_;
  std::string index_;
  CreateTable out_;
};

}  // namespace

CreateTable read_create_table(std::string_view sql) {
  return Reader(sql).run();
}

}  // namespace dbmig::backend::mariadb
