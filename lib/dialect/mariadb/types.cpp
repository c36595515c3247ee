#include "dialect/mariadb/types.hpp"

#include <fmt/core.h>

#include <array>
#include <cstdlib>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"
#include "dialect/mariadb/lexer.hpp"
#include "dialect/mariadb/tokens.hpp"
#include "schema/validate.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using schema::Default;
using schema::Type;
using schema::TypeKind;

Type type_of(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

struct Width {
  TypeKind kind;
  int is_signed;
  int is_unsigned;
};

// The widths that SHOW CREATE TABLE prints when nobody gave one.
constexpr std::array kWidths = {Width{TypeKind::tinyint, 4, 3}, Width{TypeKind::smallint, 6, 5},
                                Width{TypeKind::mediumint, 9, 8}, Width{TypeKind::integer, 11, 10},
                                Width{TypeKind::bigint, 20, 20}};

Type canonical_integer(Type type) {
  if (type.zerofill) type.is_unsigned = true;
  if (type.kind == TypeKind::tinyint && type.length == 1 && !type.is_unsigned) {
    return type_of(TypeKind::boolean);
  }
  for (const Width& width : kWidths) {
    if (width.kind == type.kind &&
        type.length == (type.is_unsigned ? width.is_unsigned : width.is_signed)) {
      type.length.reset();
    }
  }
  return type;
}

Default string_default(std::string value) {
  return {.kind = Default::Kind::string, .literal = std::move(value), .sql = {}};
}

Default number_default(std::string value) {
  return {.kind = Default::Kind::number, .literal = std::move(value), .sql = {}};
}

std::string bits_to_number(std::string_view bits) {
  unsigned long long value = 0;
  for (const char bit : bits) {
    if (bit == '0' || bit == '1') value = value * 2 + static_cast<unsigned>(bit - '0');
  }
  return std::to_string(value);
}

std::string bytes_of_hex(std::string_view literal) {
  std::string digits;
  for (const char c : literal.substr(2)) {
    if (c != '\'') digits += c;
  }
  if (digits.size() % 2 == 1) digits.insert(0, "0");
  return from_hex(digits).value_or("");
}

/// A hexadecimal or bit literal where the type says how it is read.
std::optional<Default> based_literal(const std::string& text, const Type& type) {
  const bool bits = text[0] == 'b' || text[0] == 'B' || text[1] == 'b';
  if (bits) {
    if (type.kind == TypeKind::bit || schema::is_integer(type.kind)) {
      return number_default(bits_to_number(std::string_view(text).substr(2)));
    }
    return std::nullopt;
  }
  const std::string bytes = bytes_of_hex(text);
  if (schema::is_binary(type.kind) || schema::is_text(type.kind)) return string_default(bytes);
  if ((type.kind == TypeKind::bit || schema::is_integer(type.kind)) && bytes.size() <= 8) {
    unsigned long long value = 0;
    for (const char byte : bytes) value = value * 256 + static_cast<unsigned char>(byte);
    return number_default(std::to_string(value));
  }
  return std::nullopt;
}

/// The literal that `sql` is, and nothing more.
std::optional<Default> as_literal(std::string_view sql, const Type& type) {
  std::vector<Token> tokens = tokenize(sql);
  while (tokens.size() > 3 && tokens.front().text == "(" && tokens[tokens.size() - 2].text == ")" &&
         tokens.front().kind == TokenKind::symbol) {
    tokens.erase(tokens.end() - 2);
    tokens.erase(tokens.begin());
  }
  std::string sign;
  if (tokens.size() == 3 && tokens[0].kind == TokenKind::symbol &&
      tokens[1].kind == TokenKind::number && (tokens[0].text == "-" || tokens[0].text == "+")) {
    sign = tokens[0].text == "-" ? "-" : "";
    tokens.erase(tokens.begin());
  }
  // DATE '…', N'…' and _utf8mb4'…': the string is the value.
  if (tokens.size() == 3 && tokens[0].kind == TokenKind::word &&
      tokens[1].kind == TokenKind::string) {
    tokens.erase(tokens.begin());
  }
  if (tokens.size() != 2) return std::nullopt;
  const Token& token = tokens[0];
  switch (token.kind) {
    case TokenKind::string:
      return string_default(token.text);
    case TokenKind::number:
      return number_default(sign + token.text);
    case TokenKind::literal:
      return based_literal(token.text, type);
    case TokenKind::word: {
      const std::string word = text::lower(token.text);
      if (word != "true" && word != "false") return std::nullopt;
      return Default{.kind = Default::Kind::boolean, .literal = word, .sql = {}};
    }
    case TokenKind::name:
    case TokenKind::variable:
    case TokenKind::symbol:
    case TokenKind::end:
      break;
  }
  return std::nullopt;
}

std::string without_trailing(std::string text, char c) {
  while (!text.empty() && text.back() == c) text.pop_back();
  return text;
}

/// The shortest text of a floating number: the server prints exponents only for large ones, and no
/// more than six digits of a FLOAT.
std::string shortest(const std::string& literal, const Type& type) {
  const double value = text::to_double(literal);
  if (type.kind == TypeKind::double_) return fmt::format("{}", value);
  return type.kind == TypeKind::float_ ? fmt::format("{:.6g}", value) : literal;
}

/// What the server changes beyond schema::coerce.
Default fitted(Default value, const Type& type) {
  if (const auto coerced = schema::coerce(value, type)) value = *coerced;
  if (value.kind == Default::Kind::number) value.literal = shortest(value.literal, type);
  if (value.kind != Default::Kind::string) return value;
  if (type.kind == TypeKind::char_) value.literal = without_trailing(value.literal, ' ');
  if (type.kind == TypeKind::binary) value.literal = without_trailing(value.literal, '\0');
  return value;
}

bool is_printable(std::string_view value) {
  for (const char c : value) {
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') return false;
  }
  return true;
}

std::string hex_literal(std::string_view value) {
  return "X'" + to_hex(value) + '\'';
}

}  // namespace

schema::Type canonical_type(Type type) {
  if (schema::is_integer(type.kind)) return canonical_integer(std::move(type));
  switch (type.kind) {
    case TypeKind::decimal:
      if (!type.length) type.length = 10;
      if (!type.scale) type.scale = 0;
      break;
    case TypeKind::float_:
      if (type.length && !type.scale) {
        if (*type.length > 24) type.kind = TypeKind::double_;
        type.length.reset();
      }
      break;
    case TypeKind::double_:
      if (!type.scale) type.length.reset();
      break;
    case TypeKind::char_:
    case TypeKind::binary:
    case TypeKind::bit:
      if (!type.length) type.length = 1;
      break;
    case TypeKind::date:
    case TypeKind::time:
    case TypeKind::datetime:
    case TypeKind::timestamp:
      if (type.length == 0) type.length.reset();
      break;
    case TypeKind::boolean:
      type.length.reset();
      break;
    case TypeKind::year:
      if (type.length == 4) type.length.reset();
      break;
    case TypeKind::native:
      type.native = text::lower(text::trim(type.native));
      break;
    case TypeKind::enum_:
    case TypeKind::set:
      for (std::string& value : type.values) value = without_trailing(value, ' ');
      break;
    case TypeKind::tinyint:
    case TypeKind::smallint:
    case TypeKind::mediumint:
    case TypeKind::integer:
    case TypeKind::bigint:
    case TypeKind::varchar:
    case TypeKind::tinytext:
    case TypeKind::text:
    case TypeKind::mediumtext:
    case TypeKind::longtext:
    case TypeKind::varbinary:
    case TypeKind::tinyblob:
    case TypeKind::blob:
    case TypeKind::mediumblob:
    case TypeKind::longblob:
    case TypeKind::vector:
    case TypeKind::json:
    case TypeKind::uuid:
    case TypeKind::inet4:
    case TypeKind::inet6:
    case TypeKind::geometry:
    case TypeKind::point:
    case TypeKind::linestring:
    case TypeKind::polygon:
    case TypeKind::multipoint:
    case TypeKind::multilinestring:
    case TypeKind::multipolygon:
    case TypeKind::geometrycollection:
      break;
  }
  return type;
}

std::string type_sql(const Type& type) {
  if (type.kind == TypeKind::native) return type.native;
  if (type.kind == TypeKind::boolean) return "tinyint(1)";
  if (type.kind == TypeKind::enum_ || type.kind == TypeKind::set) {
    std::string out(schema::name_of(type.kind));
    out += '(';
    for (std::size_t i = 0; i < type.values.size(); ++i) {
      out += (i == 0 ? "" : ",") + string_literal(type.values[i]);
    }
    return out + ')';
  }
  // As the server itself spells it.
  std::string out = schema::to_string(type);
  return type.kind == TypeKind::integer ? "int" + out.substr(schema::name_of(type.kind).size())
                                        : out;
}

schema::Type parse_column_type(std::string_view column_type) {
  const std::string_view trimmed = text::trim(column_type);
  for (const TypeKind kind : {TypeKind::enum_, TypeKind::set}) {
    const std::string head = std::string(schema::name_of(kind)) + '(';
    if (!trimmed.starts_with(head)) continue;
    Type type = type_of(kind);
    for (const Token& token : tokenize(trimmed)) {
      if (token.kind == TokenKind::string) type.values.push_back(token.text);
    }
    return type;
  }
  try {
    return canonical_type(schema::parse_type(trimmed));
  } catch (const Error&) {
    Type type = type_of(TypeKind::native);
    type.native = text::lower(trimmed);
    return type;
  }
}

bool has_list(const Type& type) {
  return type.kind == TypeKind::enum_ || type.kind == TypeKind::set;
}

bool has_charset(const Type& type) {
  return schema::is_text(type.kind) || has_list(type);
}

bool is_clock(std::string_view sql) {
  constexpr std::string_view kClock = "current_timestamp";
  return sql == kClock ||
         (sql.starts_with(kClock) && sql.size() == kClock.size() + 3 && sql.ends_with(')'));
}

namespace {

/// NOW() and its other names as `current_timestamp`, with its digits if it has any; everything else
/// as it is.
std::string with_one_clock(std::string expression) {
  for (const std::string_view name : {"current_timestamp", "now", "localtimestamp", "localtime"}) {
    if (!expression.starts_with(name)) continue;
    const std::string rest = expression.substr(name.size());
    const bool has_digits =
        rest.size() == 3 && rest[0] == '(' && rest[2] == ')' && rest[1] >= '0' && rest[1] <= '6';
    if ((rest.empty() && name != "now") || rest == "()" || rest == "(0)") {
      return "current_timestamp";
    }
    if (has_digits) return "current_timestamp" + rest;
  }
  return expression;
}

}  // namespace

std::string canonical_clock(std::string_view sql, const Type& type) {
  std::string out = with_one_clock(normalize_expression(sql));
  const std::string clock = "current_timestamp";
  if (!is_clock(out) || !schema::is_temporal(type.kind)) return out;
  return type.length ? clock + '(' + std::to_string(*type.length) + ')' : clock;
}

std::optional<Default> canonical_default(const Default& value, const Type& type) {
  if (value.kind != Default::Kind::sql) return fitted(value, type);
  const std::string& sql = value.sql.for_dialect(DialectKind::mariadb);
  if (text::equals_ignoring_case(text::trim(sql), "null")) return std::nullopt;
  if (const auto literal = as_literal(sql, type)) return fitted(*literal, type);
  Default out{.kind = Default::Kind::sql, .literal = {}, .sql = {}};
  out.sql.any = canonical_clock(sql, type);
  return out;
}

std::string default_sql(const Default& value, const Type& type) {
  switch (value.kind) {
    case Default::Kind::number:
      return value.literal;
    case Default::Kind::boolean:
      return value.literal == "true" ? "1" : "0";
    case Default::Kind::string:
      if (schema::is_binary(type.kind) && !is_printable(value.literal)) {
        return hex_literal(value.literal);
      }
      return string_literal(value.literal);
    case Default::Kind::sql:
      break;
  }
  const std::string& sql = value.sql.for_dialect(DialectKind::mariadb);
  return is_clock(sql) ? sql : '(' + sql + ')';
}

std::string canonical_charset_name(std::string_view name) {
  std::string out = text::lower(text::trim(name));
  if (out == "utf8" || out.starts_with("utf8_")) out.insert(4, "mb3");
  return out;
}

std::string charset_of_collation(std::string_view collation) {
  return std::string(collation.substr(0, collation.find('_')));
}

}  // namespace dbmig::dialect::mariadb
