#include "backend/mariadb/create_program.hpp"

#include <vector>

#include "backend/mariadb/create_column.hpp"
#include "backend/mariadb/create_reader.hpp"
#include "base/text.hpp"

namespace dbmig::backend::mariadb {
namespace {

/// Walks over words, quoted names and symbols. Unlike the dialect's lexer it reads no further than
/// it is asked to: what follows may be written under a sql_mode that means strings differently.
class Head {
 public:
  struct Part {
    std::string text;
    bool quoted = false;
    std::size_t begin = 0;
    std::size_t finish = 0;
  };

  explicit Head(std::string_view sql) : sql_(sql) {}

  std::size_t position() const { return pos_; }
  void go_to(std::size_t position) { pos_ = position; }

  /// The next part; an empty text at the end.
  Part next() {
    skip();
    Part part;
    part.begin = pos_;
    if (pos_ < sql_.size()) {
      const char c = sql_[pos_];
      if (c == '`' || c == '"' || c == '\'') {
        quoted(part, c);
      } else if (is_word(c)) {
        while (pos_ < sql_.size() && is_word(sql_[pos_])) part.text += sql_[pos_++];
      } else {
        part.text = sql_[pos_++];
      }
    }
    part.finish = pos_;
    return part;
  }

  Part peek() {
    const std::size_t here = pos_;
    Part part = next();
    pos_ = here;
    return part;
  }

 private:
  static bool is_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || static_cast<unsigned char>(c) >= 0x80;
  }

  void skip() {
    while (pos_ < sql_.size()) {
      if (static_cast<unsigned char>(sql_[pos_]) <= ' ') {
        ++pos_;
      } else if (sql_.substr(pos_).starts_with("/*")) {
        const std::size_t close = sql_.find("*/", pos_ + 2);
        pos_ = close == std::string_view::npos ? sql_.size() : close + 2;
      } else if (sql_.substr(pos_).starts_with("-- ") || sql_[pos_] == '#') {
        pos_ = std::min(sql_.find('\n', pos_), sql_.size());
      } else {
        return;
      }
    }
  }

  void quoted(Part& part, char mark) {
    part.quoted = true;
    for (++pos_; pos_ < sql_.size(); ++pos_) {
      if (sql_[pos_] == mark) {
        ++pos_;
        if (pos_ >= sql_.size() || sql_[pos_] != mark) return;
      }
      part.text += sql_[pos_];
    }
  }

  std::string_view sql_;
  std::size_t pos_ = 0;
};

bool is(const Head::Part& part, std::string_view word) {
  return !part.quoted && text::equals_ignoring_case(part.text, word);
}

}  // namespace

CreateProgram read_program(std::string_view sql, std::string_view kind) {
  CreateProgram out;
  Head head(sql);
  for (Head::Part part = head.next(); part.finish > part.begin; part = head.next()) {
    if (is(part, kind)) break;
    if (!is(part, "definer") || !is(head.peek(), "=")) continue;
    head.next();  // =
    out.definer = head.next().text;
    if (is(head.peek(), "@")) {
      head.next();
      out.definer += '@' + head.next().text;
    }
  }
  if (is(head.peek(), "if")) {
    for (int i = 0; i < 3; ++i) head.next();  // IF NOT EXISTS
  }
  head.next();
  if (is(head.peek(), ".")) {
    head.next();
    head.next();
  }
  out.rest = std::string(text::trim(sql.substr(head.position())));
  return out;
}

schema::View read_view(std::string_view sql, const std::string& name, std::string_view database) {
  schema::View view;
  view.name = name;
  const CreateProgram program = read_program(sql, "VIEW");
  view.mariadb.definer = program.definer;
  CreateReader head(sql);
  while (!head.at_end() && !head.is_word("view")) {
    if (head.accept("algorithm")) {
      head.take();
      const std::string algorithm = text::lower(head.name());
      if (algorithm != "undefined") view.mariadb.algorithm = algorithm;
    } else if (head.accept("security")) {
      if (head.is_word("invoker")) view.mariadb.security = "invoker";
    } else {
      head.take();
    }
  }
  CreateReader body(program.rest);
  body.accept("as");
  const std::size_t begin = body.last_finish();
  std::size_t end = program.rest.size();
  while (!body.at_end()) {
    const std::size_t here = body.peek().begin;
    const bool option = body.is_word("check", 2) && body.is_word("option", 3);
    if (option && body.accept("with")) {
      view.mariadb.check_option = text::lower(body.name());
      end = here;
      break;
    }
    body.take();
  }
  view.sql.any = without_database(
      std::string(text::trim(std::string_view(program.rest).substr(begin, end - begin))), database);
  return view;
}

std::string trigger_text(const std::string& rest) {
  // before insert on db.t for each row [follows|precedes other] body
  Head head(rest);
  Head::Part part = head.next();
  while (part.finish > part.begin && !is(part, "on")) part = head.next();
  const Head::Part first = head.next();
  std::string out = rest.substr(0, first.begin);
  Head::Part table = first;
  if (is(head.peek(), ".")) {
    head.next();
    table = head.next();
  }
  out += rest.substr(table.begin, table.finish - table.begin);
  const std::size_t after_table = head.position();
  for (int i = 0; i < 3; ++i) head.next();  // FOR EACH ROW
  const std::size_t after_row = head.position();
  out += rest.substr(after_table, after_row - after_table);
  const Head::Part order = head.peek();
  if (is(order, "follows") || is(order, "precedes")) {
    head.next();
    head.next();
  }
  return out + rest.substr(head.position());
}

}  // namespace dbmig::backend::mariadb
