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

/// Words that begin or go on with something else than a value here.
bool is_no_value(std::string_view word) {
  static const std::set<std::string, std::less<>> words = {
      "and",    "or",       "not",    "in",     "like",  "between", "is",      "when",
      "then",   "else",     "end",    "from",   "as",    "case",    "select",  "exists",
      "raise",  "escape",   "where",  "over",   "glob",  "match",   "collate", "distinct",
      "filter", "interval", "group",  "having", "order", "limit",   "union",   "on",
      "using",  "join",     "values", "with",   "set"};
  return words.count(text::lower(word)) != 0;
}

/// The number of a row on SQLite. Source: https://www.sqlite.org/lang_createtable.html#rowid
bool names_rowid(std::string_view name) {
  return text::equals_ignoring_case(name, "rowid") || text::equals_ignoring_case(name, "_rowid_") ||
         text::equals_ignoring_case(name, "oid");
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
  if (is("exists") || (is("not") && is("exists", 1))) {
    const std::size_t first = at_;
    at_ += is("not") ? 2 : 1;
    expect("(");
    query();
    expect(")");
    return {.kind = Kind::truth, .first = first, .last = at_ - 1};
  }
  if (is("cast") && is("(", 1)) return cast();
  const bool is_column = find_name(scopes_, {}, token.text).column != nullptr;
  if (is_no_value(token.text) && !is_column) throw NotParsed{};
  if (is("(", 1)) return call();
  const std::size_t at = at_;
  if (is(".", 1) || is_column) return name();
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
  if (begins_query()) {
    const Output rows = query();
    expect(")");
    Value value{.first = first, .last = at_ - 1};
    if (rows.columns.size() != 1 || rows.is_open) return value;
    value.kind = rows.columns.front().kind;
    value.is_collated = rows.columns.front().is_collated;
    value.digits = rows.columns.front().digits;
    return value;
  }
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
  const std::string source = last == first ? "" : identifier(tokens_[last - 2]);
  const BothName found = find_name(scopes_, source, identifier(token));
  if (found.column == nullptr && !found.is_open && first == last &&
      token.kind == ops::TokenKind::quoted_name && token.text.front() == '"') {
    // SQLite takes a name that is none as a text.
    replace(last, mariadb::string_literal(identifier(token)));
    return {.kind = Kind::text, .is_literal = true, .first = first, .last = last};
  }
  if (found.column == nullptr && !found.is_open && names_rowid(identifier(token))) {
    differs(fmt::format("{}, which MariaDB does not have", token.text));
  }
  for (std::size_t i = first; i <= last; i += 2) quote_part(i);
  Value value{.is_column = true, .first = first, .last = last};
  if (found.column == nullptr) return value;
  value.kind = found.column->kind;
  value.is_collated = found.column->is_collated;
  value.digits = found.column->digits;
  // A row that an outer join finds nothing for has NULL in all columns of a query's table.
  value.is_never_null = schema_ == nullptr && found.column->is_never_null;
  BothScope& scope = scopes_[found.scope];
  if (found.is_alias) return value;
  const auto is_it = [&](const std::string& one) {
    return text::equals_ignoring_case(one, found.column->name);
  };
  if (std::any_of(scope.assigned.begin(), scope.assigned.end(), is_it)) {
    differs(fmt::format("{} after the same UPDATE has set it: MariaDB reads the new value",
                        text_of(value)));
  }
  if (found.scope + 1 != scopes_.size()) return value;
  BothScope::Grouping& grouping = scope.grouping;
  if (grouping.inside_extreme > 0) grouping.extremes.push_back(found.source);
  if (grouping.is_selecting && grouping.inside == 0) {
    grouping.bare.push_back({found.source, found.column->name, grouping.place});
  }
  return value;
}

/// A part of a name, in quotes that MariaDB takes.
void BothParser::quote_part(std::size_t token) {
  const Token& part = tokens_[token];
  if (part.kind != ops::TokenKind::quoted_name || part.text.front() == '`') return;
  const std::string name = ops::identifier({part.kind, part.text});
  if (schema_ == nullptr) {
    replace(token, name_for_both(name), false);
  } else {
    replace(token, text::quote(name, '`'));
  }
}

BothParser::Value BothParser::case_of() {
  const std::size_t first = at_++;
  const bool has_subject = !is("when");
  Value subject;
  if (has_subject) subject = either();
  Kind kind = Kind::null;
  const auto add = [&](const Value& value) { kind = united(kind, value.kind); };
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
  const bool has_length = take("(");
  if (has_length) {
    list();
    expect(")");
  }
  expect(")");
  Value result{.first = first, .last = at_ - 1};
  if (type == "integer" || type == "int" || type == "bigint") {
    if (type != "integer") replace(at, "INTEGER");
    if (value.kind != Kind::whole && value.kind != Kind::truth) {
      differs("CAST to an integer, which SQLite truncates and MariaDB rounds or refuses");
    }
    result.kind = Kind::whole;
  } else if (type == "text" || type == "char" || type == "varchar") {
    if (type != "char") replace(at, "CHAR");
    if (value.kind == Kind::real || value.kind == Kind::decimal) {
      differs(fmt::format("the number {} as a text", text_of(value)));
    }
    if (has_length) differs("CAST to a type with a length, to which SQLite does not truncate");
    result.kind = Kind::text;
  } else if (type == "blob" && value.kind == Kind::text && !has_length) {
    replace(at, "BINARY");
    result.kind = Kind::bytes;
  } else if (type == "real" || type == "double") {
    replace(at, "DOUBLE");
    if (!is_number(value.kind)) differs("CAST of a text to a number");
    result.kind = Kind::real;
  } else {
    differs(fmt::format("CAST to {}, which is a number on SQLite", tokens_[at].text));
  }
  return result;
}

/// Of a text that was not parsed: whether something is called so.
bool BothParser::is_known(const std::string& name) const {
  if (find_name(scopes_, {}, name).column != nullptr) return true;
  for (std::size_t i = 1; i < tokens_.size(); ++i) {
    const bool is_alias = text::equals_ignoring_case(tokens_[i - 1].text, "as");
    if (is_alias && ops::identifier({tokens_[i].kind, tokens_[i].text}) == name) return true;
  }
  if (schema_ == nullptr) return false;
  return schema_->views.count(name) != 0 ||
         std::any_of(schema_->tables.begin(), schema_->tables.end(), [&](const auto& entry) {
           return text::equals_ignoring_case(entry.first, name) ||
                  entry.second.find_column(name) != nullptr;
         });
}

void BothParser::quote_names() {
  for (at_ = 0; at_ < tokens_.size(); ++at_) {
    const Token& token = tokens_[at_];
    if (token.kind != ops::TokenKind::quoted_name || token.text.front() == '`') continue;
    const std::string identifier = ops::identifier({token.kind, token.text});
    const bool is_name = token.text.front() == '[' || is_known(identifier) || is(".", 1) ||
                         (at_ > 0 && tokens_[at_ - 1].text == ".");
    if (is_name) {
      quote_part(at_);
    } else {
      replace(at_, mariadb::string_literal(identifier));
    }
  }
}

}  // namespace dbmig::dialect
