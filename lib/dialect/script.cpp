#include "dialect/script.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect {
namespace {

constexpr std::string_view kBom = "\xEF\xBB\xBF";

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

/// Line and column (in characters) of offsets that only grow.
class LineCounter {
 public:
  LineCounter(std::string_view text, std::string name) : text_(text), name_(std::move(name)) {}

  SourcePosition at(std::size_t offset) {
    for (; done_ < offset; ++done_) {
      if (text_[done_] != '\n') continue;
      ++line_;
      line_begin_ = done_ + 1;
    }
    const std::string_view before = text_.substr(line_begin_, offset - line_begin_);
    const auto characters = std::count_if(before.begin(), before.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
    });
    return {name_, line_, static_cast<int>(characters) + 1};
  }

 private:
  std::string_view text_;
  std::string name_;
  std::size_t done_ = 0;
  std::size_t line_begin_ = 0;
  int line_ = 1;
};

class Splitter {
 public:
  Splitter(DialectKind kind, std::string_view text, const std::string& name)
      : mariadb_(kind == DialectKind::mariadb),
        dialect_(dialect(kind)),
        text_(text),
        name_(name),
        lines_(text, name) {}

  std::vector<ScriptStatement> run() {
    check_encoding();
    if (text_.starts_with(kBom)) pos_ = kBom.size();
    while (skip_gap()) {
      if (!client_command()) statement();
    }
    return std::move(statements_);
  }

 private:
  [[noreturn]] void fail(std::size_t offset, std::string message, std::string hint) const {
    throw Error(ErrorCode::invalid, std::move(message))
        .hint(std::move(hint))
        .at(LineCounter(text_, name_).at(offset));
  }

  void check_encoding() const {
    if (text_.starts_with("SQLite format 3")) {
      throw Error(ErrorCode::invalid, "this is a SQLite database, no script")
          .hint("name it as a database: --url sqlite:///" + name_)
          .at({name_, 0, 0});
    }
    const auto invalid = text::find_invalid_utf8(text_);
    const std::size_t zero = std::min(text_.find('\0'), text_.size());
    if (!invalid && zero == text_.size()) return;
    fail(std::min(invalid.value_or(text_.size()), zero), "the script is not UTF-8 text",
         "convert it, as in: iconv -f latin1 -t utf-8");
  }

  char at(std::size_t ahead) const {
    return pos_ + ahead < text_.size() ? text_[pos_ + ahead] : '\0';
  }

  bool at_line_comment() const {
    if (mariadb_ && at(0) == '#') return true;
    if (at(0) != '-' || at(1) != '-') return false;
    return !mariadb_ || pos_ + 2 >= text_.size() || static_cast<unsigned char>(at(2)) <= ' ';
  }
  bool at_block_comment() const { return at(0) == '/' && at(1) == '*'; }
  /// `/*!` and `/*M!` hold code.
  bool at_code_comment() const {
    return mariadb_ && at_block_comment() && (at(2) == '!' || (at(2) == 'M' && at(3) == '!'));
  }

  void skip_line() { pos_ = std::min(text_.find('\n', pos_), text_.size()); }
  void skip_block_comment() {
    const std::size_t close = text_.find("*/", pos_ + 2);
    // SQLite takes the end of the text for the end of the comment.
    if (close == std::string_view::npos && mariadb_) {
      fail(pos_, "a comment is not closed", "end it with */");
    }
    pos_ = close == std::string_view::npos ? text_.size() : close + 2;
  }

  /// To the first byte of a statement; false at the end.
  bool skip_gap() {
    while (pos_ < text_.size()) {
      if (is_blank(at(0))) {
        ++pos_;
      } else if (at_line_comment()) {
        skip_line();
      } else if (at_block_comment() && !at_code_comment()) {
        skip_block_comment();
      } else if (at_delimiter()) {
        pos_ += delimiter_.size();
      } else if (at_semicolon()) {
        ++pos_;
      } else {
        return true;
      }
    }
    return false;
  }

  bool at_delimiter() const { return text_.substr(pos_, delimiter_.size()) == delimiter_; }
  /// The client sends all that stands before its delimiter, which may be several statements for the
  /// server.
  bool at_semicolon() const { return mariadb_ && at(0) == ';'; }

  std::string_view line() const {
    const std::size_t end = std::min(text_.find('\n', pos_), text_.size());
    return text::trim(text_.substr(pos_, end - pos_));
  }

  bool client_command() { return mariadb_ ? delimiter_command(line()) : dot_command(line()); }

  static bool is_delimiter_command(std::string_view line) {
    constexpr std::string_view kWord = "delimiter";
    return line.size() > kWord.size() && is_blank(line[kWord.size()]) &&
           text::equals_ignoring_case(line.substr(0, kWord.size()), kWord);
  }

  bool delimiter_command(std::string_view command) {
    if (command.starts_with("\\.") || command.starts_with("\\!") ||
        text::lower(command.substr(0, 7)) == "source ") {
      fail(pos_, "this is a command of the database's client and no statement",
           "put the content of the file there");
    }
    if (text::equals_ignoring_case(command, "delimiter")) {
      fail(pos_, "DELIMITER without a delimiter", "as in DELIMITER $$");
    }
    if (!is_delimiter_command(command)) return false;
    const std::string_view rest = text::trim(command.substr(9));
    delimiter_ = rest.substr(0, rest.find_first_of(" \t"));
    skip_line();
    return true;
  }

  bool dot_command(std::string_view command) {
    const bool starts_line = pos_ == 0 || text_[pos_ - 1] == '\n';
    if (!starts_line || !command.starts_with('.')) return false;
    static constexpr std::array<std::string_view, 9> kHarmful = {
        ".read", ".open", ".import", ".restore", ".shell", ".system", ".load", ".cd", ".clone"};
    const std::string word = text::lower(command.substr(0, command.find_first_of(" \t")));
    if (std::find(kHarmful.begin(), kHarmful.end(), word) != kHarmful.end()) {
      fail(pos_, fmt::format("{} is a command of the sqlite3 shell and no statement", word),
           "put what it brings in its place");
    }
    skip_line();
    return true;
  }

  void statement() {
    const std::size_t begin = pos_;
    in_code_comment_ = false;
    while (pos_ < text_.size()) {
      if (!in_code_comment_ && at_delimiter()) {
        if (delimiter_ != ";" || is_whole(text_.substr(begin, pos_ - begin))) break;
        ++pos_;
      } else if (!in_code_comment_ && at_semicolon() &&
                 is_whole(text_.substr(begin, pos_ - begin))) {
        break;
      } else if (mariadb_ && ends_before_command()) {
        break;
      } else {
        step();
      }
    }
    const std::string_view sql = text::trim(text_.substr(begin, pos_ - begin));
    statements_.push_back({std::string(sql), lines_.at(begin)});
    if (pos_ < text_.size() && at_delimiter()) {
      pos_ += delimiter_.size();
    } else if (pos_ < text_.size() && at_semicolon()) {
      ++pos_;
    }
  }

  /// A statement without its delimiter before `DELIMITER ;`. A column may be called delimiter, so
  /// what follows the word must look like one.
  bool ends_before_command() const {
    if (pos_ == 0 || text_[pos_ - 1] != '\n' || in_code_comment_) return false;
    const std::string_view command = line();
    if (!is_delimiter_command(command)) return false;
    return std::none_of(command.begin() + 9, command.end(), [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '`' || c == '"';
    });
  }

  /// Over one character, string, quoted name or comment.
  void step() {
    const char c = at(0);
    if (c == '\'' || c == '"' || c == '`') return quoted(c);
    if (c == '[' && !mariadb_) {
      pos_ = std::min(text_.find(']', pos_), text_.size() - 1) + 1;
    } else if (at_line_comment()) {
      skip_line();
    } else if (at_code_comment()) {
      in_code_comment_ = true;
      pos_ += 3;
    } else if (at_block_comment()) {
      skip_block_comment();
    } else {
      if (in_code_comment_ && c == '*' && at(1) == '/') {
        in_code_comment_ = false;
        ++pos_;
      }
      ++pos_;
    }
  }

  void quoted(char mark) {
    const std::size_t begin = pos_++;
    while (pos_ < text_.size()) {
      const char c = text_[pos_++];
      if (c == '\\' && mariadb_ && mark != '`') {
        ++pos_;
      } else if (c == mark) {
        if (at(0) != mark) return;
        ++pos_;
      }
    }
    fail(begin, mark == '`' ? "a quoted name is not closed" : "a string is not closed",
         fmt::format("end it with {}", mark));
  }

  /// Whether `sql`, which a `;` follows, is not in the middle of a trigger's or routine's body.
  bool is_whole(std::string_view sql) const {
    const std::string head = text::lower(sql.substr(0, 20));
    if (!head.starts_with("create") && !head.starts_with("begin") && !head.starts_with("explain") &&
        !head.starts_with("/*") && !head.starts_with("alter")) {
      return true;
    }
    if (!has_body(sql)) return true;
    try {
      return dialect_.split_statements(std::string(sql) + ";\nSELECT 1").size() != 1;
    } catch (const Error&) {
      return true;  // the server will say what is wrong
    }
  }

  bool has_body(std::string_view sql) const {
    static constexpr std::array<std::string_view, 6> kKinds = {"trigger", "procedure", "function",
                                                               "event",   "package",   "atomic"};
    static constexpr std::array<std::string_view, 8> kOthers = {
        "table", "view", "index", "sequence", "database", "schema", "user", "role"};
    for (const ScriptWord& word : script_words(dialect_.kind(), sql)) {
      const auto is = [&](std::string_view keyword) { return word.is(keyword); };
      if (std::any_of(kKinds.begin(), kKinds.end(), is)) return true;
      if (std::any_of(kOthers.begin(), kOthers.end(), is)) return false;
    }
    return false;
  }

  bool mariadb_;
  const Dialect& dialect_;
  std::string_view text_;
  const std::string& name_;
  LineCounter lines_;
  std::size_t pos_ = 0;
  std::string delimiter_ = ";";
  bool in_code_comment_ = false;
  std::vector<ScriptStatement> statements_;
};

}  // namespace

bool ScriptWord::is(std::string_view keyword) const {
  return is_name && !quoted && text::equals_ignoring_case(text, keyword);
}

std::vector<ScriptStatement> split_script(DialectKind kind, std::string_view text,
                                          const std::string& name) {
  return Splitter(kind, text, name).run();
}

std::vector<ScriptWord> script_words(DialectKind kind, std::string_view sql, ServerCode code) {
  std::vector<ScriptWord> words;
  if (kind == DialectKind::sqlite) {
    for (const sqlite::Token& token : sqlite::tokenize(sql)) {
      const bool quoted = token.kind == sqlite::Token::Kind::quoted;
      const bool word = token.kind == sqlite::Token::Kind::word;
      const bool is_string = token.kind == sqlite::Token::Kind::string;
      words.push_back({quoted || is_string ? token.value() : std::string(token.text),
                       quoted || is_string, quoted || word || is_string, token.offset,
                       token.end()});
    }
    return words;
  }
  const auto versions = code == ServerCode::any ? mariadb::Versions::all : mariadb::Versions::known;
  for (mariadb::Token& token : mariadb::tokenize(sql, versions)) {
    if (token.kind == mariadb::TokenKind::end) break;
    const bool quoted = token.kind == mariadb::TokenKind::name;
    const bool word = token.kind == mariadb::TokenKind::word;
    words.push_back({std::move(token.text), quoted, quoted || word, token.begin, token.finish});
  }
  return words;
}

}  // namespace dbmig::dialect
