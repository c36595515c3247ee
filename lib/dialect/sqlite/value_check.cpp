#include "dialect/sqlite/value_check.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "dialect/sqlite/quote.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Type;
using schema::TypeKind;

std::string enum_check(const std::string& column, const Type& type) {
  std::vector<std::string> values;
  for (const std::string& value : type.values) values.push_back(quote_string(value));
  return column + " IN (" + text::join(values, ", ") + ")";
}

// Equal token by token; the column may be quoted in either.
bool same_tokens(std::string_view a, std::string_view b) {
  const auto left = tokenize(a);
  const auto right = tokenize(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Token& x, const Token& y) {
                      if (x.kind == Token::Kind::string || y.kind == Token::Kind::string) {
                        return x.kind == y.kind && x.text == y.text;
                      }
                      return text::equals_ignoring_case(x.value(), y.value());
                    });
}

}  // namespace

std::string set_condition(const std::string& value, const Type& type) {
  std::string rest = "',' || replace(" + value + ", ',', ',,') || ','";
  for (const std::string& one : type.values) {
    rest = "replace(" + rest + ", " + quote_string("," + one + ",") + ", '')";
  }
  return value + " = '' OR " + rest + " = ''";
}

std::optional<std::string> value_check(std::string_view column, const Type& type) {
  if (type.kind == TypeKind::enum_ && !type.values.empty()) {
    return enum_check(spell_identifier(column), type);
  }
  if (type.kind == TypeKind::set && !type.values.empty()) {
    return set_condition(spell_identifier(column), type);
  }
  return std::nullopt;
}

std::optional<Type> read_value_check(std::string_view column, std::string_view check) {
  // The values are among the string literals; writing the check again tells whether it is ours.
  Type one_of;
  one_of.kind = TypeKind::enum_;
  Type set;
  set.kind = TypeKind::set;
  for (const Token& token : tokenize(check)) {
    if (token.kind != Token::Kind::string) continue;
    const std::string value = token.value();
    one_of.values.push_back(value);
    if (value.size() > 2 && value.front() == ',' && value.back() == ',' && value != ",,") {
      set.values.push_back(value.substr(1, value.size() - 2));
    }
  }
  for (const Type& type : {one_of, set}) {
    const auto expected = value_check(column, type);
    if (expected && same_tokens(*expected, check)) return type;
  }
  return std::nullopt;
}

}  // namespace dbmig::dialect::sqlite
