#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"

// Functions that both databases have, and what they answer otherwise. Sources:
// https://www.sqlite.org/lang_corefunc.html, https://www.sqlite.org/lang_aggfunc.html,
// https://www.sqlite.org/lang_datefunc.html, https://mariadb.com/kb/en/built-in-functions/

namespace dbmig::dialect {
namespace {

/// Functions of the same name that do something else, whatever they are given.
const std::map<std::string, std::string, std::less<>>& different_functions() {
  static const std::map<std::string, std::string, std::less<>> functions = {
      {"json_extract",
       "json_extract(), which keeps a text's quotes on MariaDB (json_value() drops them there)"},
      {"json_type", "json_type(), whose answers differ ('text' and 'STRING')"},
      {"format", "format(), which is printf() on SQLite"},
      {"quote", "quote(), which escapes in another way"},
      {"timediff", "timediff(), which answers in another form"},
      {"concat", "concat(), which skips NULL on SQLite and gives NULL on MariaDB (use || instead)"},
      {"soundex", "soundex(), which answers more letters on MariaDB"},
      {"interval", "interval()"}};
  return functions;
}

bool takes_rows_together(std::string_view name) {
  static const std::set<std::string, std::less<>> names = {"count",
                                                           "sum",
                                                           "avg",
                                                           "total",
                                                           "min",
                                                           "max",
                                                           "group_concat",
                                                           "string_agg",
                                                           "json_group_array",
                                                           "json_group_object"};
  return names.count(name) != 0;
}

BothKind kind_of_call(std::string_view name) {
  static const std::map<std::string, BothKind, std::less<>> kinds = {
      {"count", BothKind::whole},
      {"row_number", BothKind::whole},
      {"rank", BothKind::whole},
      {"dense_rank", BothKind::whole},
      {"ntile", BothKind::whole},
      {"percent_rank", BothKind::real},
      {"cume_dist", BothKind::real},
      {"instr", BothKind::whole},
      {"octet_length", BothKind::whole},
      {"sign", BothKind::whole},
      {"sqrt", BothKind::real},
      {"exp", BothKind::real},
      {"ln", BothKind::real},
      {"log10", BothKind::real},
      {"log2", BothKind::real},
      {"pi", BothKind::real},
      {"pow", BothKind::real},
      {"power", BothKind::real},
      {"radians", BothKind::real},
      {"degrees", BothKind::real},
      {"sin", BothKind::real},
      {"cos", BothKind::real},
      {"tan", BothKind::real},
      {"hex", BothKind::text},
      {"concat_ws", BothKind::text},
      {"julianday", BothKind::real},
      {"total", BothKind::real},
      {"unicode", BothKind::whole}};
  const auto found = kinds.find(name);
  return found == kinds.end() ? BothKind::unknown : found->second;
}

}  // namespace

BothParser::Value BothParser::call() {
  const std::size_t first = at_;
  const std::string name = text::lower(tokens_[at_].text);
  at_ += 2;
  Value result{.first = first};
  if (!call_for_rows(name, result)) {
    std::vector<Value> values;
    if (!is(")")) values = list();
    expect(")");
    result = call_of(name, first, values);
  }
  if (is("filter") && is("(", 1)) {
    at_ += 2;
    expect("where");
    either();
    expect(")");
    differs("FILTER, which MariaDB does not have; CASE inside the function works on both");
  }
  if (take("over")) {
    if (name == "group_concat") {
      differs("group_concat() with OVER, which MariaDB takes behind other functions alone");
    }
    window();
  }
  result.first = first;
  result.last = at_ - 1;
  return result;
}

bool BothParser::has_comma() const {
  int depth = 0;
  for (std::size_t i = at_; i < tokens_.size(); ++i) {
    if (tokens_[i].kind != ops::TokenKind::symbol) continue;
    if (tokens_[i].text == "(") ++depth;
    if (tokens_[i].text == ")" && --depth < 0) return false;
    if (tokens_[i].text == "," && depth == 0) return true;
  }
  return false;
}

/// Functions over many rows, behind their parenthesis.
bool BothParser::call_for_rows(const std::string& name, Value& result) {
  const bool extreme = name == "min" || name == "max";
  if (!takes_rows_together(name) || (extreme && has_comma())) return false;
  if (scopes_.empty()) scopes_.emplace_back();
  const std::size_t scope = scopes_.size() - 1;
  const std::vector<std::size_t> extremes = scopes_[scope].grouping.extremes;
  ++scopes_[scope].grouping.inside;
  if (extreme) ++scopes_[scope].grouping.inside_extreme;
  const bool distinct = take("distinct");
  std::vector<Value> values;
  std::size_t ordered = 0;
  if (!take("*") && !is(")")) values = list();
  if (is("order")) {
    ordered = at_;
    order();
  }
  expect(")");
  BothScope::Grouping& grouping = scopes_[scope].grouping;
  --grouping.inside;
  if (extreme) --grouping.inside_extreme;
  // A window gives every row its own.
  if (is("over")) grouping.extremes = extremes;
  result.kind = kind_of_call(name);
  if (name == "group_concat") {
    join_rows(values, ordered);
    result.kind = Kind::text;
  }
  if (values.size() != 1) return true;
  const Value& value = values.front();
  if (distinct && value.kind == Kind::text && !value.is_collated) {
    hangs_on_collation(text_of(value));
  }
  if (extreme) {
    result.kind = value.kind;
    result.is_collated = value.is_collated;
    result.digits = value.digits;
    if (value.kind == Kind::text && !value.is_collated) hangs_on_collation(text_of(value));
  } else if (name == "sum" || name == "avg") {
    arithmetic(value, value, name + "()");
    const bool whole = value.kind == Kind::whole || value.kind == Kind::truth;
    result.kind = name == "sum" && whole ? Kind::whole : Kind::real;
    if (name == "sum" && !whole) result.kind = value.kind == Kind::real ? Kind::real : value.kind;
    if (name == "avg" && value.kind != Kind::real) {
      // MariaDB gives four digits more than the numbers have.
      insert_before(value.first, "1e0 * (");
      insert_after(value.last, ")");
    }
  }
  return true;
}

/// group_concat(x, ', '): for MariaDB both are texts to join, and what stands between them is said
/// by SEPARATOR, behind the order.
void BothParser::join_rows(const std::vector<Value>& values, std::size_t ordered) {
  if (values.empty()) return;
  const Kind kind = values.front().kind;
  if (kind == Kind::real || kind == Kind::decimal) {
    differs(fmt::format("the number {} as a text", text_of(values.front())));
  }
  if (values.size() != 2) return;
  if (!values[1].is_literal || values[1].kind != Kind::text) {
    differs("group_concat() with a separator that is not a string literal");
    return;
  }
  if (ordered == 0) {
    replace(values[1].first - 1, " SEPARATOR");
    return;
  }
  replace(values[1].first - 1, "");
  replace(values[1].first, "");
  insert_after(at_ - 2, " SEPARATOR " + std::string(text_of(values[1])));
}

/// What follows OVER or AS: a name, or PARTITION BY, ORDER BY and the frame in parentheses.
void BothParser::window() {
  if (!take("(")) {
    if (done()) throw NotParsed{};
    quote_part(at_++);
    return;
  }
  if (!is("partition") && !is("order") && !is("rows") && !is("range") && !is("groups") &&
      !is(")")) {
    quote_part(at_++);
  }
  if (take("partition")) {
    expect("by");
    for (const Value& value : list()) {
      if (value.kind == Kind::text && !value.is_collated) hangs_on_collation(text_of(value));
    }
  }
  order();
  for (int depth = 0; depth > 0 || !is(")"); ++at_) {
    if (done()) throw NotParsed{};
    if (depth == 0 && (is("groups") || is("exclude"))) {
      differs(text::upper(tokens_[at_].text) + " in a window, which MariaDB does not have");
    }
    if (is("(")) ++depth;
    if (is(")")) --depth;
  }
  ++at_;
}

BothParser::Value BothParser::call_of(const std::string& name, std::size_t first,
                                      const std::vector<Value>& values) {
  Value result{.kind = kind_of_call(name), .first = first, .last = at_ - 1};
  const auto argument = [&](std::size_t i) { return i < values.size() ? values[i] : Value{}; };
  const auto different = different_functions().find(name);
  if (different != different_functions().end()) {
    differs(different->second);
  } else if (name == "length") {
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
    return cut_text(name, first, values);
  } else if (name == "hex") {
    if (argument(0).kind != Kind::text && argument(0).kind != Kind::bytes) {
      differs("hex() of a value that may be a number");
    }
    // Of NULL an empty text on SQLite.
    insert_before(first, "coalesce(");
    insert_after(at_ - 1, ", '')");
  } else if (name == "coalesce" || name == "ifnull") {
    result.kind = argument(0).kind;
    result.digits = argument(0).digits;
    for (const Value& value : values) {
      if (value.kind == Kind::null) continue;
      if (is_number(value.kind) != is_number(argument(0).kind) && value.kind != Kind::unknown) {
        differs(fmt::format("{}() of a number or a text", name));
      }
      result.kind = united(result.kind, value.kind);
    }
  } else if (name == "nullif" && values.size() == 2) {
    compare(values[0], values[1], "nullif");
    result.kind = argument(0).kind;
  } else if (name == "instr" && values.size() == 2) {
    compare_texts(values[0], values[1], true);
    if (values[0].kind != values[1].kind) {
      differs(fmt::format("{} in {}, of another kind", text_of(values[1]), text_of(values[0])));
    }
  } else if (name == "iif" && values.size() == 3) {
    replace(first, "if");
    truth_of(values[0]);
    result.kind = united(argument(1).kind, argument(2).kind);
  } else if (name == "log") {
    // Of one number, the one to base 10 on SQLite, the natural one on MariaDB.
    if (values.size() == 1) replace(first, "log10");
    result.kind = Kind::real;
  } else if (name == "char") {
    const auto is_ascii = [&](const Value& value) {
      const std::string number(text_of(value));
      return value.is_literal && value.kind == Kind::whole && number.size() < 4 &&
             std::stoi(number) < 0x80;
    };
    result.kind = Kind::text;
    if (!values.empty() && std::all_of(values.begin(), values.end(), is_ascii)) {
      insert_after(values.back().last, " USING utf8mb4");
    } else {
      differs("char() beyond ASCII, which gives bytes on MariaDB");
    }
  } else if (name == "date" || name == "time") {
    clock_function(name, values);
  } else if (name == "datetime" || name == "json") {
    // They are types, too, so that their names alone say nothing.
    differs(name + "(), which MariaDB does not have");
  } else if (name == "json_valid") {
    json_check(first, values);
    result.kind = Kind::truth;
  } else if (name == "abs" && values.size() == 1) {
    result.kind = argument(0).kind;
    if (result.kind == Kind::text) differs("text used as a number");
  } else if (name == "round") {
    return rounded(first, values);
  } else if (name == "lag" || name == "lead" || name == "first_value" || name == "last_value" ||
             name == "nth_value") {
    const bool has_default = (name == "lag" || name == "lead") && values.size() > 2;
    if (has_default) differs(name + "() with a default, which MariaDB does not have");
    result.kind = argument(0).kind;
    result.digits = argument(0).digits;
  } else if (name == "lower" || name == "upper" || name == "trim" || name == "ltrim" ||
             name == "rtrim" || name == "replace") {
    return text_function(name, first, values);
  }
  return result;
}

}  // namespace dbmig::dialect
