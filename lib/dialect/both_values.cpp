#include <fmt/core.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/text.hpp"
#include "dialect/both_parser.hpp"

// Functions of both_functions.cpp that make a value of one other.

namespace dbmig::dialect {

/// substr(): SQLite counts a place before the first one, and from the end beyond the beginning.
BothParser::Value BothParser::cut_text(const std::string& name, std::size_t first,
                                       const std::vector<Value>& values) {
  Value result{.kind = Kind::text, .first = first};
  if (values.size() < 2) return result;
  if (!values[1].is_literal || text_of(values[1]) == "0") {
    differs(fmt::format("{}() from a place that may be 0", name));
  }
  if (values.size() > 2 && !values[2].is_literal && text_of(values[1]) != "1") {
    differs(fmt::format("{}() of a length that may be less than 0", name));
  }
  if (is_number(values[0].kind)) differs("a substring of a number");
  if (values[0].kind == Kind::bytes) differs("a substring of a BLOB");
  return result;
}

/// MariaDB rounds what is no decimal to even: round(2.5e0) is 2.
BothParser::Value BothParser::rounded(std::size_t first, const std::vector<Value>& values) {
  Value result{.kind = Kind::real, .first = first};
  if (values.empty()) return result;
  if (values.size() > 1 && !values[1].is_literal) {
    differs("round() with a number of digits that may be negative, which SQLite treats as 0");
  }
  const Value& value = values.front();
  if (value.kind == Kind::text || value.kind == Kind::bytes) {
    differs(fmt::format("the text {} as a number", text_of(value)));
  } else if (value.kind != Kind::whole && value.kind != Kind::truth) {
    insert_before(value.first, "CAST(");
    insert_after(value.last, " AS DECIMAL(65,30))");
  }
  return result;
}

/// json_valid() of NULL, where nothing else says what holds for it. Source: the function's code in
/// SQLite's json.c, SQLITE_LEGACY_JSON_VALID
void BothParser::json_check(std::size_t first, const std::vector<Value>& values) {
  if (values.size() != 1 || values.front().is_literal || values.front().is_never_null) return;
  const std::string said(text_of(values.front()));
  const auto before = [&](std::size_t back, std::string_view word) {
    return first >= back && text::equals_ignoring_case(tokens_[first - back].text, word);
  };
  const bool has_default = before(1, "(") && (before(2, "coalesce") || before(2, "ifnull"));
  // x IS NULL OR json_valid(x), either way round.
  const bool takes_null = (before(1, "or") && before(2, "null") && before(3, "is")) ||
                          (is("or") && is("is", 2) && is("null", 3));
  if (has_default || takes_null) return;
  differs(
      fmt::format("json_valid({0}), which is 0 for NULL on SQLite before 3.45 and NULL on "
                  "MariaDB (`{0} IS NULL OR json_valid({0})` and `coalesce(json_valid({0}), 0)` "
                  "work on both)",
                  said));
}

/// date() and time(), which MariaDB has without their modifiers.
void BothParser::clock_function(const std::string& name, const std::vector<Value>& values) {
  if (values.size() != 1) {
    differs(fmt::format("{}() {}, which MariaDB does not have", name,
                        values.empty() ? "of nothing" : "with modifiers"));
    return;
  }
  const Value& value = values.front();
  const bool is_now = value.is_literal && value.kind == Kind::text &&
                      text::equals_ignoring_case(text_of(value), "'now'");
  if (is_now) {
    differs(
        fmt::format("{}('now'), which is NULL on MariaDB (current_{} works on both)", name, name));
  } else if (is_number(value.kind)) {
    differs(fmt::format("{}() of a number, which is a Julian day on SQLite", name));
  }
}

BothParser::Value BothParser::text_function(const std::string& name, std::size_t first,
                                            const std::vector<Value>& values) {
  Value result{.kind = Kind::text, .first = first, .last = at_ - 1};
  if (name.ends_with("trim") && values.size() > 1) {
    differs(fmt::format("{}() with the characters to trim", name));
    result.kind = Kind::unknown;
    return result;
  }
  for (const Value& value : values) {
    if (!is_number(value.kind) && value.kind != Kind::bytes) continue;
    differs(fmt::format("{}() of {}, which is not text", name, text_of(value)));
  }
  const bool turns_case = name == "lower" || name == "upper";
  if (turns_case && !values.empty() && !values[0].is_literal) hangs_on_collation(text_of(result));
  return result;
}

}  // namespace dbmig::dialect
