#include "dialect/mariadb/lexer.hpp"

#include <algorithm>
#include <array>
#include <cctype>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::dialect::mariadb {
namespace {

/// MariaDB 10.11 as `/*!NNNNNN` counts; newer code in such a comment is a comment.
constexpr long kVersion = 101199;
/// What dumps hide from every server.
constexpr long kNoVersion = 999999;

bool is_word_byte(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || byte >= 0x80;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char unescape(char c) {
  switch (c) {
    case '0':
      return '\0';
    case 'b':
      return '\b';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'Z':
      return '\x1a';
    default:
      return c;
  }
}

class Lexer {
 public:
  Lexer(std::string_view sql, Versions versions) : sql_(sql), versions_(versions) {}

  std::vector<Token> run() {
    while (skip_blanks()) next();
    push(TokenKind::end, {}, sql_.size());
    return std::move(tokens_);
  }

 private:
  char at(std::size_t offset) const {
    return pos_ + offset < sql_.size() ? sql_[pos_ + offset] : '\0';
  }

  void push(TokenKind kind, std::string text, std::size_t begin) {
    tokens_.push_back({kind, std::move(text), begin, pos_});
  }

  /// Moves to the next token's first byte; false at the end.
  bool skip_blanks() {
    while (pos_ < sql_.size()) {
      const char c = sql_[pos_];
      if (std::isspace(static_cast<unsigned char>(c)) != 0) {
        ++pos_;
      } else if (c == '#' || (c == '-' && at(1) == '-' && is_comment_blank(at(2)))) {
        pos_ = std::min(sql_.find('\n', pos_), sql_.size());
      } else if (c == '/' && at(1) == '*') {
        skip_block_comment();
      } else if (in_version_comment_ && c == '*' && at(1) == '/') {
        in_version_comment_ = false;
        pos_ += 2;
      } else {
        return true;
      }
    }
    return false;
  }

  bool is_comment_blank(char c) const {
    return pos_ + 2 >= sql_.size() || static_cast<unsigned char>(c) <= ' ';
  }

  void skip_block_comment() {
    std::size_t mark = pos_ + 2;
    if (mark < sql_.size() && sql_[mark] == 'M') ++mark;
    if (mark < sql_.size() && sql_[mark] == '!') {
      std::size_t digits = mark + 1;
      long version = 0;
      while (digits < sql_.size() && is_digit(sql_[digits]) && digits < mark + 7) {
        version = version * 10 + (sql_[digits++] - '0');
      }
      // MySQL's own numbers from 5.7 on are not MariaDB's: MariaDB skips them.
      const bool mysql_only = version >= 50700 && version <= 99999 && sql_[mark - 1] != 'M';
      const long newest = versions_ == Versions::all ? kNoVersion - 1 : kVersion;
      if (version <= newest && !mysql_only) {
        in_version_comment_ = true;
        pos_ = digits;
        return;
      }
    }
    const std::size_t close = sql_.find("*/", pos_ + 2);
    if (close == std::string_view::npos) {
      throw Error(ErrorCode::invalid, "a comment is not closed").hint("end it with */");
    }
    pos_ = close + 2;
  }

  void next() {
    const char c = sql_[pos_];
    if (c == '\'' || c == '"') return quoted(TokenKind::string, c, true);
    if (c == '`') return quoted(TokenKind::name, c, false);
    if ((c == 'x' || c == 'X' || c == 'b' || c == 'B') && at(1) == '\'') return prefixed_literal();
    if (c == '0' && (at(1) == 'x' || at(1) == 'b') && based_literal()) return;
    if (is_digit(c) || (c == '.' && is_digit(at(1)) && !after_name())) return number();
    if (is_word_byte(c)) return word(TokenKind::word);
    if (c == '@' || c == '?') return variable();
    symbol();
  }

  /// A dot right after a name separates it from the next part, even if that starts with a digit.
  bool after_name() const {
    return !tokens_.empty() && tokens_.back().finish == pos_ &&
           (tokens_.back().kind == TokenKind::name || tokens_.back().kind == TokenKind::word);
  }

  void quoted(TokenKind kind, char mark, bool escapes) {
    const std::size_t begin = pos_++;
    std::string text;
    while (pos_ < sql_.size()) {
      const char c = sql_[pos_++];
      if (c == mark) {
        if (at(0) != mark) return push(kind, std::move(text), begin);
        ++pos_;
        text += mark;
      } else if (escapes && c == '\\' && pos_ < sql_.size()) {
        const char escaped = sql_[pos_++];
        // LIKE's own escapes keep their backslash.
        if (escaped == '%' || escaped == '_') text += '\\';
        text += unescape(escaped);
      } else {
        text += c;
      }
    }
    throw Error(ErrorCode::invalid,
                kind == TokenKind::name ? "a quoted name is not closed" : "a string is not closed")
        .hint(std::string("end it with ") + mark);
  }

  void prefixed_literal() {
    const std::size_t begin = pos_;
    pos_ += 2;
    while (pos_ < sql_.size() && sql_[pos_] != '\'') ++pos_;
    pos_ = std::min(pos_ + 1, sql_.size());
    push(TokenKind::literal, std::string(sql_.substr(begin, pos_ - begin)), begin);
  }

  bool based_literal() {
    const bool hexadecimal = at(1) == 'x';
    std::size_t end = pos_ + 2;
    while (end < sql_.size() &&
           (hexadecimal ? std::isxdigit(static_cast<unsigned char>(sql_[end])) != 0
                        : sql_[end] == '0' || sql_[end] == '1')) {
      ++end;
    }
    if (end == pos_ + 2 || (end < sql_.size() && is_word_byte(sql_[end]))) return false;
    const std::size_t begin = pos_;
    pos_ = end;
    push(TokenKind::literal, std::string(sql_.substr(begin, end - begin)), begin);
    return true;
  }

  void number() {
    const std::size_t begin = pos_;
    while (is_digit(at(0))) ++pos_;
    if (pos_ > begin && is_word_byte(at(0)) && at(0) != 'e' && at(0) != 'E') {
      pos_ = begin;  // identifiers may start with digits
      return word(TokenKind::word);
    }
    if (at(0) == '.') {
      ++pos_;
      while (is_digit(at(0))) ++pos_;
    }
    const bool sign = at(1) == '+' || at(1) == '-';
    if ((at(0) == 'e' || at(0) == 'E') && is_digit(at(sign ? 2 : 1))) {
      pos_ += sign ? 2 : 1;
      while (is_digit(at(0))) ++pos_;
    }
    push(TokenKind::number, std::string(sql_.substr(begin, pos_ - begin)), begin);
  }

  void word(TokenKind kind) {
    const std::size_t begin = pos_;
    while (pos_ < sql_.size() && is_word_byte(sql_[pos_])) ++pos_;
    push(kind, std::string(sql_.substr(begin, pos_ - begin)), begin);
  }

  void variable() {
    const std::size_t begin = pos_++;
    while (at(0) == '@' || at(0) == '.' || is_word_byte(at(0))) ++pos_;
    push(TokenKind::variable, std::string(sql_.substr(begin, pos_ - begin)), begin);
  }

  void symbol() {
    static constexpr std::array<std::string_view, 13> kLong = {
        "<=>", "->>", "<=", ">=", "<>", "!=", "<<", ">>", "||", "&&", ":=", "->", "::"};
    const std::size_t begin = pos_;
    for (const std::string_view candidate : kLong) {
      if (sql_.substr(pos_, candidate.size()) == candidate) {
        pos_ += candidate.size();
        return push(TokenKind::symbol, std::string(candidate), begin);
      }
    }
    ++pos_;
    push(TokenKind::symbol, std::string(1, sql_[begin]), begin);
  }

  std::string_view sql_;
  Versions versions_;
  std::size_t pos_ = 0;
  bool in_version_comment_ = false;
  std::vector<Token> tokens_;
};

// Sorted, for a binary search.
constexpr std::array kReserved = std::to_array<std::string_view>({
    "accessible",
    "add",
    "all",
    "alter",
    "analyze",
    "and",
    "as",
    "asc",
    "asensitive",
    "before",
    "between",
    "bigint",
    "binary",
    "blob",
    "both",
    "by",
    "call",
    "cascade",
    "case",
    "change",
    "char",
    "character",
    "check",
    "collate",
    "column",
    "condition",
    "constraint",
    "continue",
    "convert",
    "create",
    "cross",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "cursor",
    "database",
    "databases",
    "day_hour",
    "day_microsecond",
    "day_minute",
    "day_second",
    "dec",
    "decimal",
    "declare",
    "default",
    "delayed",
    "delete",
    "delete_domain_id",
    "desc",
    "describe",
    "deterministic",
    "distinct",
    "distinctrow",
    "div",
    "do_domain_ids",
    "double",
    "drop",
    "dual",
    "each",
    "else",
    "elseif",
    "enclosed",
    "escaped",
    "except",
    "exists",
    "exit",
    "explain",
    "false",
    "fetch",
    "float",
    "float4",
    "float8",
    "for",
    "force",
    "foreign",
    "from",
    "fulltext",
    "general",
    "grant",
    "group",
    "having",
    "high_priority",
    "hour_microsecond",
    "hour_minute",
    "hour_second",
    "if",
    "ignore",
    "ignore_domain_ids",
    "ignore_server_ids",
    "in",
    "index",
    "infile",
    "inner",
    "inout",
    "insensitive",
    "insert",
    "int",
    "int1",
    "int2",
    "int3",
    "int4",
    "int8",
    "integer",
    "intersect",
    "interval",
    "into",
    "is",
    "iterate",
    "join",
    "key",
    "keys",
    "kill",
    "leading",
    "leave",
    "left",
    "like",
    "limit",
    "linear",
    "lines",
    "load",
    "localtime",
    "localtimestamp",
    "lock",
    "long",
    "longblob",
    "longtext",
    "loop",
    "low_priority",
    "master_heartbeat_period",
    "master_ssl_verify_server_cert",
    "match",
    "maxvalue",
    "mediumblob",
    "mediumint",
    "mediumtext",
    "middleint",
    "minute_microsecond",
    "minute_second",
    "mod",
    "modifies",
    "natural",
    "no_write_to_binlog",
    "not",
    "null",
    "numeric",
    "offset",
    "on",
    "optimize",
    "option",
    "optionally",
    "or",
    "order",
    "out",
    "outer",
    "outfile",
    "over",
    "page_checksum",
    "parse_vcol_expr",
    "partition",
    "position",
    "precision",
    "primary",
    "procedure",
    "purge",
    "range",
    "read",
    "read_write",
    "reads",
    "real",
    "recursive",
    "ref_system_id",
    "references",
    "regexp",
    "release",
    "rename",
    "repeat",
    "replace",
    "require",
    "resignal",
    "restrict",
    "return",
    "returning",
    "revoke",
    "right",
    "rlike",
    "row_number",
    "rows",
    "schema",
    "schemas",
    "second_microsecond",
    "select",
    "sensitive",
    "separator",
    "set",
    "show",
    "signal",
    "slow",
    "smallint",
    "spatial",
    "specific",
    "sql",
    "sql_big_result",
    "sql_calc_found_rows",
    "sql_small_result",
    "sqlexception",
    "sqlstate",
    "sqlwarning",
    "ssl",
    "starting",
    "stats_auto_recalc",
    "stats_persistent",
    "stats_sample_pages",
    "straight_join",
    "table",
    "terminated",
    "then",
    "tinyblob",
    "tinyint",
    "tinytext",
    "to",
    "trailing",
    "trigger",
    "true",
    "undo",
    "union",
    "unique",
    "unlock",
    "unsigned",
    "update",
    "usage",
    "use",
    "using",
    "utc_date",
    "utc_time",
    "utc_timestamp",
    "values",
    "varbinary",
    "varchar",
    "varcharacter",
    "varying",
    "vector",
    "when",
    "where",
    "while",
    "window",
    "with",
    "write",
    "xor",
    "year_month",
    "zerofill",
});

}  // namespace

std::vector<Token> tokenize(std::string_view sql, Versions versions) {
  return Lexer(sql, versions).run();
}

bool is_reserved(std::string_view word) {
  return std::binary_search(kReserved.begin(), kReserved.end(), text::lower(word));
}

std::string readable_name(std::string_view name) {
  const bool plain =
      !name.empty() && !is_digit(name.front()) && std::all_of(name.begin(), name.end(), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
      });
  return plain && !is_reserved(name) ? std::string(name) : text::quote(name, '`');
}

std::string string_literal(std::string_view value) {
  std::string out = "'";
  for (const char c : value) {
    switch (c) {
      case '\'':
        out += "''";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\0':
        out += "\\0";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\x1a':
        out += "\\Z";
        break;
      default:
        out += c;
    }
  }
  return out += '\'';
}

}  // namespace dbmig::dialect::mariadb
