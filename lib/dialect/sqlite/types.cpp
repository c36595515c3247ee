#include "dialect/sqlite/types.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/sqlite/token.hpp"

namespace dbmig::dialect::sqlite {
namespace {

using schema::Type;
using schema::TypeKind;

struct OwnName {
  TypeKind kind;
  std::string_view declared;
};

// Types whose usual name has an affinity that would change their values.
constexpr std::array kOwnNames = {
    OwnName{TypeKind::binary, "BINARY_BLOB"}, OwnName{TypeKind::varbinary, "VARBINARY_BLOB"},
    OwnName{TypeKind::vector, "VECTOR_BLOB"}, OwnName{TypeKind::json, "JSON_TEXT"},
    OwnName{TypeKind::uuid, "UUID_TEXT"},     OwnName{TypeKind::inet4, "INET4_TEXT"},
    OwnName{TypeKind::inet6, "INET6_TEXT"},   OwnName{TypeKind::enum_, "ENUM_TEXT"},
    OwnName{TypeKind::set, "SET_TEXT"},
};

std::string declared_name(TypeKind kind) {
  const auto own = std::find_if(kOwnNames.begin(), kOwnNames.end(),
                                [&](const OwnName& name) { return name.kind == kind; });
  return own == kOwnNames.end() ? text::upper(name_of(kind)) : std::string(own->declared);
}

std::string_view strict_name(TypeKind kind) {
  if (is_integer(kind) || kind == TypeKind::boolean || kind == TypeKind::bit ||
      kind == TypeKind::year) {
    return "INTEGER";
  }
  if (is_numeric(kind)) return "REAL";
  if (is_binary(kind) || is_geometry(kind)) return "BLOB";
  return "TEXT";
}

// What no type of SQLite says: display widths and their zeros.
Type without_width(Type type) {
  if (is_integer(type.kind)) type.length.reset();
  type.zerofill = false;
  return type;
}

// Words separated by one blank, parentheses closed up, as SQL writes types.
std::string tidy(std::string_view declared) {
  std::string out;
  for (const Token& token : tokenize(declared)) {
    const bool glue = out.empty() || token.kind == Token::Kind::symbol || out.back() == '(' ||
                      out.back() == ',' || out.back() == '-' || out.back() == '+';
    if (!glue) out += ' ';
    // Without any quotes, so that the result is read the same again.
    std::string word = token.can_be_name() ? token.value() : std::string(token.text);
    std::erase_if(word, [](char c) { return c == '"' || c == '\'' || c == '`' || c == '['; });
    out += word;
  }
  return out;
}

Type of_kind(TypeKind kind) {
  Type type;
  type.kind = kind;
  return type;
}

TypeReading read_strict(const std::string& declared) {
  const std::string name = text::upper(declared);
  if (name == "INT" || name == "INTEGER") return {of_kind(TypeKind::integer), {}};
  if (name == "REAL") return {of_kind(TypeKind::double_), {}};
  if (name == "TEXT") return {of_kind(TypeKind::text), {}};
  if (name == "BLOB") return {of_kind(TypeKind::blob), {}};
  return {native_type(declared), {}};
}

// `DECIMAL UNSIGNED(10,2)` as `DECIMAL(10,2) UNSIGNED`, and the names that are ours by the names
// that are everybody's.
std::string portable_spelling(const std::string& declared) {
  const auto open = declared.find('(');
  std::string name = text::upper(text::trim(std::string_view(declared).substr(0, open)));
  std::string rest = open == std::string::npos ? std::string() : declared.substr(open);
  constexpr std::string_view kUnsigned = "UNSIGNED";
  if (name.starts_with("UNSIGNED ")) {
    name.erase(0, kUnsigned.size() + 1);
    rest += " UNSIGNED";
  } else if (name.ends_with(" UNSIGNED")) {
    name.erase(name.size() - kUnsigned.size() - 1);
    rest += " UNSIGNED";
  }
  for (const OwnName& own : kOwnNames) {
    if (name == own.declared) name = text::upper(name_of(own.kind));
  }
  return name + rest;
}

std::optional<Type> parse_portable(const std::string& declared) {
  try {
    return without_width(schema::parse_type(portable_spelling(declared)));
  } catch (const Error&) {
    return std::nullopt;
  }
}

// The portable type nearest to a name that no other database knows.
std::optional<Type> nearest(std::string_view declared) {
  switch (affinity(declared)) {
    case Affinity::integer:
      return of_kind(TypeKind::bigint);
    case Affinity::text:
      return of_kind(TypeKind::text);
    case Affinity::blob:
      return of_kind(TypeKind::longblob);
    case Affinity::real:
      return of_kind(TypeKind::double_);
    case Affinity::numeric:
      break;
  }
  return std::nullopt;
}

}  // namespace

Type native_type(std::string declared) {
  Type type;
  type.kind = TypeKind::native;
  type.native = std::move(declared);
  return type;
}

std::string declared_type(const Type& portable, bool strict) {
  if (portable.kind == TypeKind::native) return portable.native;
  if (strict) return std::string(strict_name(portable.kind));
  const Type type = without_width(portable);
  std::string declared = declared_name(type.kind);
  // A word after the parentheses would be a syntax error.
  if (type.is_unsigned) declared += " UNSIGNED";
  if (type.length && type.scale)
    return fmt::format("{}({},{})", declared, *type.length, *type.scale);
  if (type.length) return fmt::format("{}({})", declared, *type.length);
  return declared;
}

TypeReading read_type(std::string_view text, bool strict) {
  const std::string declared = tidy(text);
  if (declared.empty()) return {native_type(""), {}};
  if (strict) return read_strict(declared);
  if (const auto type = parse_portable(declared)) {
    if (affinity(declared_type(*type, false)) == affinity(declared)) return {*type, {}};
    return {*type, native_type(declared)};
  }
  if (const auto type = nearest(declared)) return {*type, native_type(declared)};
  return {native_type(declared), {}};
}

TypeReading read_key_type(std::string_view text, bool strict) {
  TypeReading reading = read_type(text, strict);
  const std::string declared = tidy(text);
  if (!reading.own && declared_type(reading.type, strict) == "INTEGER" &&
      !text::equals_ignoring_case(declared, "INTEGER")) {
    reading.own = native_type(declared);
  }
  return reading;
}

bool same_words(std::string_view declared, std::string_view other) {
  return text::equals_ignoring_case(tidy(declared), tidy(other));
}

bool agrees(const Type& own, const Type& type) {
  const std::string declared = declared_type(own, false);
  const std::string wanted = declared_type(type, false);
  return same_words(declared, wanted) ||
         read_type(declared, false).type == read_type(wanted, false).type;
}

bool numbers_without_keyword(const schema::Column& column) {
  return column.autoincrement && column.sqlite.type &&
         column.sqlite.type->kind == TypeKind::integer;
}

bool is_filled_by_sqlite_alone(const schema::Table& table, const schema::Column& column) {
  if (table.only || !table.sqlite.module.empty() || column.autoincrement || column.default_value ||
      column.generated || !is_rowid(table, column)) {
    return false;
  }
  return std::none_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& key) {
        return std::find(key.columns.begin(), key.columns.end(), column.name) != key.columns.end();
      });
}

bool is_rowid_key(const schema::Table& table, std::string_view column) {
  return !table.sqlite.without_rowid && table.primary_key &&
         table.primary_key->columns.size() == 1 &&
         text::equals_ignoring_case(table.primary_key->columns.front(), column);
}

bool is_rowid(const schema::Table& table, const schema::Column& column) {
  if (!is_rowid_key(table, column.name)) return false;
  // INTEGER PRIMARY KEY DESC is none; other ways to take the column mean nothing to a rowid.
  const auto& parts = table.primary_key->parts;
  const bool descends =
      !parts.empty() && parts.front().descending && parts.front().collation.empty();
  if (descends && !column.autoincrement) return false;
  return column.autoincrement ||
         text::equals_ignoring_case(
             declared_type(column.type_on(DialectKind::sqlite), table.sqlite.strict), "INTEGER");
}

std::optional<std::string> rowid_name(const schema::Table& table) {
  constexpr std::array<std::string_view, 3> kNames = {"rowid", "_rowid_", "oid"};
  if (table.sqlite.without_rowid) return std::nullopt;
  for (const std::string_view name : kNames) {
    const bool hidden =
        std::any_of(table.columns.begin(), table.columns.end(), [&](const schema::Column& column) {
          return text::equals_ignoring_case(column.name, name);
        });
    if (!hidden) return std::string(name);
  }
  return std::nullopt;
}

std::optional<std::string> text_of_number(std::string_view literal) {
  const std::vector<Token> tokens = tokenize(literal);
  const bool is_signed =
      tokens.size() == 2 && (tokens[0].is_symbol('-') || tokens[0].is_symbol('+'));
  if (tokens.empty() || tokens.size() > (is_signed ? 2U : 1U) ||
      tokens.back().kind != Token::Kind::number) {
    return std::nullopt;
  }
  const bool negative = tokens.front().is_symbol('-');
  const std::string digits(tokens.back().text);
  const bool is_hex = digits.size() > 2 && (digits[1] == 'x' || digits[1] == 'X');
  if (is_hex || digits.find_first_of(".eE") == std::string::npos) {
    errno = 0;
    const long long value = std::strtoll(digits.c_str(), nullptr, is_hex ? 16 : 10);
    if (errno == 0) return fmt::format("{}", negative ? -value : value);
  }
  // SQLite prints floating point with 15 digits and always with a point.
  std::string number = fmt::format("{:.15g}", text::to_double(digits));
  if (number.find('.') == std::string::npos) {
    number.insert(std::min(number.find('e'), number.size()), ".0");
  }
  return negative ? "-" + number : number;
}

}  // namespace dbmig::dialect::sqlite
