#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"
#include "dialect/mariadb/lexer.hpp"

// What stands between the operators of both_parser.hpp.

namespace dbmig::dialect {
namespace {

using schema::TypeKind;

/// Words that begin or go on with something else than a value here.
bool is_no_value(std::string_view word) {
  static const std::set<std::string, std::less<>> words = {
      "and",   "or",   "not",  "in",    "like",    "between",  "is",     "when",    "then",
      "else",  "end",  "from", "as",    "case",    "select",   "exists", "raise",   "escape",
      "where", "over", "glob", "match", "collate", "distinct", "filter", "interval"};
  return words.count(text::lower(word)) != 0;
}

/// Bare where both databases take it so. Source: https://www.sqlite.org/lang_keywords.html
std::string name_for_both(const std::string& name) {
  static const std::set<std::string, std::less<>> of_sqlite = {
      "autoincrement", "commit",    "deferrable",  "escape", "isnull", "nothing",
      "notnull",       "returning", "transaction", "true",   "false"};
  if (of_sqlite.count(text::lower(name)) != 0) return text::quote(name, '`');
  return mariadb::readable_name(name);
}

}  // namespace

BothParser::Value BothParser::primary() {
  if (done()) throw NotParsed{};
  const Token& token = tokens_[at_];
  switch (token.kind) {
    case ops::TokenKind::number:
    case ops::TokenKind::string:
      return literal();
    case ops::TokenKind::quoted_name:
      return name();
    case ops::TokenKind::symbol:
      return in_parentheses();
    case ops::TokenKind::word:
      break;
    case ops::TokenKind::comment:
    case ops::TokenKind::space:
      throw NotParsed{};
  }
  if (is("case")) return case_of();
  if (is("cast") && is("(", 1)) return cast();
  if (is_no_value(token.text)) throw NotParsed{};
  if (is("(", 1)) return call();
  const std::size_t at = at_;
  if (table_.find_column(token.text) != nullptr || is(".", 1)) return name();
  if (take("null")) return {.kind = Kind::null, .is_literal = true, .first = at, .last = at};
  if (take("true") || take("false")) {
    return {.kind = Kind::truth, .is_literal = true, .first = at, .last = at};
  }
  return name();
}

BothParser::Value BothParser::literal() {
  const Token& token = tokens_[at_];
  Value value{.is_literal = true, .first = at_, .last = at_};
  ++at_;
  if (token.kind == ops::TokenKind::number) {
    const bool hexadecimal =
        token.text.size() > 1 && (token.text[1] == 'x' || token.text[1] == 'X');
    const bool whole = token.text.find_first_of(".eE") == std::string_view::npos;
    if (hexadecimal) differs(fmt::format("{}, which MariaDB may take as bytes", token.text));
    value.kind = whole || hexadecimal ? Kind::whole : Kind::real;
    return value;
  }
  value.kind = token.text.front() == '\'' ? Kind::text : Kind::bytes;
  if (token.text.find('\\') != std::string_view::npos) {
    differs(fmt::format("the backslash in {}, which is one of MariaDB's escapes", token.text));
  }
  return value;
}

BothParser::Value BothParser::in_parentheses() {
  const std::size_t first = at_;
  expect("(");
  const std::vector<Value> values = list();
  expect(")");
  Value value = values.front();
  if (values.size() > 1) value = {};
  value.first = first;
  value.last = at_ - 1;
  value.compares = false;
  return value;
}

std::vector<BothParser::Value> BothParser::list() {
  std::vector<Value> values;
  do {
    values.push_back(either());
  } while (take(","));
  return values;
}

BothParser::Value BothParser::name() {
  const std::size_t first = at_;
  std::size_t last = at_;
  while (at_ + 2 < tokens_.size() && tokens_[at_ + 1].text == ".") at_ += 2;
  last = at_++;
  const Token& token = tokens_[last];
  const auto identifier = [&](const Token& part) {
    return ops::identifier({part.kind, part.text});
  };
  const schema::Column* column = table_.find_column(identifier(token));
  if (column == nullptr && first == last && token.kind == ops::TokenKind::quoted_name &&
      token.text.front() == '"') {
    // SQLite takes a name that is none as a text.
    replace(last, mariadb::string_literal(identifier(token)));
    return {.kind = Kind::text, .is_literal = true, .first = first, .last = last};
  }
  for (std::size_t i = first; i <= last; i += 2) {
    const Token& part = tokens_[i];
    if (part.kind != ops::TokenKind::quoted_name || part.text.front() == '`') continue;
    replace(i, name_for_both(identifier(part)), false);
  }
  Value value{.is_column = true, .first = first, .last = last};
  if (column == nullptr) return value;
  static const std::map<TypeKind, Kind> kKinds = {
      {TypeKind::tinyint, Kind::whole},    {TypeKind::smallint, Kind::whole},
      {TypeKind::mediumint, Kind::whole},  {TypeKind::integer, Kind::whole},
      {TypeKind::bigint, Kind::whole},     {TypeKind::boolean, Kind::whole},
      {TypeKind::year, Kind::whole},       {TypeKind::decimal, Kind::decimal},
      {TypeKind::float_, Kind::real},      {TypeKind::double_, Kind::real},
      {TypeKind::char_, Kind::text},       {TypeKind::varchar, Kind::text},
      {TypeKind::tinytext, Kind::text},    {TypeKind::text, Kind::text},
      {TypeKind::mediumtext, Kind::text},  {TypeKind::longtext, Kind::text},
      {TypeKind::binary, Kind::bytes},     {TypeKind::varbinary, Kind::bytes},
      {TypeKind::tinyblob, Kind::bytes},   {TypeKind::blob, Kind::bytes},
      {TypeKind::mediumblob, Kind::bytes}, {TypeKind::longblob, Kind::bytes}};
  const auto kind = kKinds.find(column->type_on(DialectKind::mariadb).kind);
  if (kind != kKinds.end()) value.kind = kind->second;
  const std::string& own = column->mariadb.collation;
  const std::string& collation = own.empty() ? table_.mariadb.collation : own;
  value.is_collated = collation.ends_with("_bin");
  return value;
}

BothParser::Value BothParser::case_of() {
  const std::size_t first = at_++;
  const bool has_subject = !is("when");
  Value subject;
  if (has_subject) subject = either();
  Kind kind = Kind::null;
  const auto add = [&](const Value& value) {
    if (kind == Kind::null) kind = value.kind;
    if (value.kind != Kind::null && value.kind != kind) kind = Kind::unknown;
  };
  while (take("when")) {
    const Value condition = either();
    if (has_subject) {
      compare(subject, condition);
    } else {
      truth_of(condition);
    }
    expect("then");
    add(either());
  }
  if (take("else")) add(either());
  expect("end");
  return {.kind = kind, .first = first, .last = at_ - 1};
}

BothParser::Value BothParser::cast() {
  const std::size_t first = at_;
  at_ += 2;
  const Value value = either();
  expect("as");
  if (done() || tokens_[at_].kind != ops::TokenKind::word) throw NotParsed{};
  const std::string type = text::lower(tokens_[at_].text);
  const std::size_t at = at_++;
  expect(")");
  Value result{.first = first, .last = at_ - 1};
  if (type == "integer" || type == "int" || type == "bigint") {
    if (type != "integer") replace(at, "INTEGER");
    if (value.kind != Kind::whole && value.kind != Kind::truth) {
      differs("CAST to a whole number, which SQLite cuts and MariaDB rounds or refuses");
    }
    result.kind = Kind::whole;
  } else if (type == "text" || type == "char" || type == "varchar") {
    if (type != "char") replace(at, "CHAR");
    if (value.kind == Kind::real || value.kind == Kind::decimal) {
      differs(fmt::format("the number {} as a text", text_of(value)));
    }
    result.kind = Kind::text;
  } else if (type == "real" || type == "double") {
    replace(at, "DOUBLE");
    if (!is_number(value)) differs("CAST of a text to a number");
    result.kind = Kind::real;
  } else {
    throw NotParsed{};
  }
  return result;
}

BothParser::Value BothParser::call() {
  const std::size_t first = at_;
  const std::string name = text::lower(tokens_[at_].text);
  at_ += 2;
  std::vector<Value> values;
  if (!is(")")) values = list();
  expect(")");
  Value result{.first = first, .last = at_ - 1};
  const auto argument = [&](std::size_t i) { return i < values.size() ? values[i] : Value{}; };
  if (name == "length") {
    if (argument(0).kind == Kind::unknown || argument(0).kind == Kind::real ||
        argument(0).kind == Kind::decimal) {
      differs(fmt::format("the length of {}", values.empty() ? "" : text_of(values[0])));
    }
    if (argument(0).kind != Kind::bytes) replace(first, "char_length");
    result.kind = Kind::whole;
  } else if ((name == "min" || name == "max") && values.size() > 1) {
    replace(first, name == "min" ? "least" : "greatest");
    result.kind = argument(0).kind;
    for (const Value& value : values) {
      if (value.kind != result.kind) result.kind = Kind::unknown;
    }
    if (result.kind != Kind::whole) differs(fmt::format("{}() of other than whole numbers", name));
  } else if (name == "substr" || name == "substring") {
    // SQLite counts a place before the first one.
    if (!argument(1).is_literal || text_of(values[1]) == "0") {
      differs(fmt::format("{}() from a place that may be 0", name));
    }
    if (is_number(argument(0))) differs("part of a number as a text");
    if (argument(0).kind == Kind::bytes) differs("a part of bytes");
    result.kind = Kind::text;
  } else if (name == "json_extract") {
    differs("json_extract(), which keeps a text's quotes on MariaDB (json_value() there)");
  } else if (name == "hex" && argument(0).kind != Kind::text && argument(0).kind != Kind::bytes) {
    differs("hex() of what may be a number");
  } else if ((name == "trim" || name == "ltrim" || name == "rtrim") && values.size() > 1) {
    differs(fmt::format("{}() with the characters to take away", name));
  } else if (name == "coalesce" || name == "ifnull") {
    result.kind = argument(0).kind;
    for (const Value& value : values) {
      if (value.kind == result.kind || value.kind == Kind::null) continue;
      if (is_number(value) != is_number(argument(0)) && value.kind != Kind::unknown) {
        differs(fmt::format("{}() of a number or a text", name));
      }
      result.kind = Kind::unknown;
    }
  } else if (name == "abs" && values.size() == 1) {
    result.kind = argument(0).kind;
    if (result.kind == Kind::text) differs("a text as a number");
  } else if (name == "round") {
    result.kind = Kind::real;
  } else if (name == "lower" || name == "upper" || name == "trim" || name == "ltrim" ||
             name == "rtrim" || name == "replace") {
    result.kind = Kind::text;
    for (const Value& value : values) {
      if (!is_number(value) && value.kind != Kind::bytes) continue;
      differs(fmt::format("{} as a text for {}()", text_of(value), name));
    }
    const bool turns_case = name == "lower" || name == "upper";
    if (turns_case && !values.empty() && !values[0].is_literal) hangs_on_collation(text_of(result));
  }
  return result;
}

void BothParser::quote_names() {
  for (at_ = 0; at_ < tokens_.size(); ++at_) {
    const Token& token = tokens_[at_];
    if (token.kind != ops::TokenKind::quoted_name || token.text.front() == '`') continue;
    const std::string identifier = ops::identifier({token.kind, token.text});
    const bool is_name = token.text.front() == '[' || table_.find_column(identifier) != nullptr ||
                         is(".", 1) || (at_ > 0 && tokens_[at_ - 1].text == ".");
    if (is_name) {
      replace(at_, name_for_both(identifier), false);
    } else {
      replace(at_, mariadb::string_literal(identifier));
    }
  }
}

}  // namespace dbmig::dialect
