#include "ops/full_text.hpp"

#include <algorithm>
#include <cstddef>

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::ops {
namespace {

std::string name_of(const Token& token) {
  if (token.kind != TokenKind::string) return identifier(token);
  return text::replace_all(std::string(token.text.substr(1, token.text.size() - 2)), "''", "'");
}

std::string spelled(const Token& token, std::string_view name) {
  if (token.kind != TokenKind::string) return spelled_like(token, name);
  return '\'' + text::replace_all(std::string(name), "'", "''") + '\'';
}

/// The arguments of a module, as far as they name the table with the text and its columns.
class Arguments {
 public:
  explicit Arguments(std::string_view module) : tokens_(tokenize(module, DialectKind::sqlite)) {
    std::vector<std::size_t> solid;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const TokenKind kind = tokens_[i].kind;
      if (kind != TokenKind::space && kind != TokenKind::comment) solid.push_back(i);
    }
    const bool is_full_text = solid.size() > 2 && (is_word(tokens_[solid[0]], "fts5") ||
                                                   is_word(tokens_[solid[0]], "fts4"));
    if (!is_full_text || !is_symbol(solid[1], "(")) return;
    std::vector<std::size_t> argument;
    int depth = 0;
    for (std::size_t i = 2; i < solid.size(); ++i) {
      if (is_symbol(solid[i], "(")) ++depth;
      const bool closes = is_symbol(solid[i], ")") && depth-- == 0;
      if (!closes && (depth > 0 || !is_symbol(solid[i], ","))) {
        argument.push_back(solid[i]);
        continue;
      }
      read(argument);
      argument.clear();
      if (closes) break;
    }
  }

  std::optional<FullTextContent> content() const {
    if (!table_ || name_of(tokens_[*table_]).empty()) return std::nullopt;
    FullTextContent found{name_of(tokens_[*table_]), {}, {}};
    for (const std::size_t column : columns_) found.columns.push_back(name_of(tokens_[column]));
    if (rowid_) found.rowid = name_of(tokens_[*rowid_]);
    return found;
  }

  std::string with_table(std::string_view name) const { return with({*table_}, name); }

  std::string with_column(std::string_view from, std::string_view to) const {
    std::vector<std::size_t> places = columns_;
    if (rowid_) places.push_back(*rowid_);
    std::erase_if(places, [&](std::size_t place) {
      return !text::equals_ignoring_case(name_of(tokens_[place]), from);
    });
    return with(places, to);
  }

 private:
  bool is_symbol(std::size_t token, std::string_view symbol) const {
    return tokens_[token].kind == TokenKind::symbol && tokens_[token].text == symbol;
  }

  bool can_be_name(std::size_t token) const {
    return is_name(tokens_[token]) || tokens_[token].kind == TokenKind::string;
  }

  /// `name`, `name UNINDEXED`, `name TEXT`, `option = value`
  void read(const std::vector<std::size_t>& argument) {
    if (argument.empty() || !can_be_name(argument[0])) return;
    if (argument.size() == 1 || !is_symbol(argument[1], "=")) {
      columns_.push_back(argument[0]);
    } else if (argument.size() == 3 && can_be_name(argument[2])) {
      if (is_word(tokens_[argument[0]], "content")) table_ = argument[2];
      if (is_word(tokens_[argument[0]], "content_rowid")) rowid_ = argument[2];
    }
  }

  std::string with(const std::vector<std::size_t>& places, std::string_view name) const {
    std::string out;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const bool is_place = std::find(places.begin(), places.end(), i) != places.end();
      out += is_place ? spelled(tokens_[i], name) : std::string(tokens_[i].text);
    }
    return out;
  }

  std::vector<Token> tokens_;
  std::optional<std::size_t> table_;  ///< these are tokens
  std::optional<std::size_t> rowid_;
  std::vector<std::size_t> columns_;
};

}  // namespace

std::optional<FullTextContent> full_text_content(std::string_view module) {
  if (module.empty()) return std::nullopt;
  return Arguments(module).content();
}

std::string rename_content(const std::string& module, std::string_view from, std::string_view to) {
  const Arguments arguments(module);
  const auto content = arguments.content();
  if (!content || !text::equals_ignoring_case(content->table, from)) return module;
  return arguments.with_table(to);
}

std::string rename_content_column(const std::string& module, std::string_view table,
                                  std::string_view from, std::string_view to) {
  const Arguments arguments(module);
  const auto content = arguments.content();
  if (!content || !text::equals_ignoring_case(content->table, table)) return module;
  return arguments.with_column(from, to);
}

}  // namespace dbmig::ops
