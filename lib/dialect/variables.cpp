#include "dialect/variables.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "ops/sql_tokens.hpp"

namespace dbmig::dialect {
namespace {

constexpr std::string_view kOpening = "${";
constexpr const char* kForms = "write ${name:literal} or ${name:identifier}";

bool is_variable_character(char c) {
  return ascii::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/// The placeholder that begins at `begin`, where `${` stands; nothing when that is none.
std::optional<Placeholder> placeholder_at(std::string_view sql, std::size_t begin) {
  const std::size_t close = sql.find('}', begin);
  if (close == sql.npos) return std::nullopt;
  const std::string_view inside = sql.substr(begin + kOpening.size(), close - begin - 2);
  const std::size_t colon = inside.find(':');
  if (colon == inside.npos) return std::nullopt;
  const std::string_view name = inside.substr(0, colon);
  const std::string_view form = inside.substr(colon + 1);
  if (name.empty() || ascii::is_digit(name.front()) ||
      !std::all_of(name.begin(), name.end(), is_variable_character) ||
      (form != "literal" && form != "identifier")) {
    return std::nullopt;
  }
  return Placeholder{std::string(name), form == "identifier", begin, close + 1};
}

/// Where in `sql` code stands, a byte each.
std::vector<ops::TokenKind> kinds_of_bytes(std::string_view sql, DialectKind kind) {
  std::vector<ops::TokenKind> kinds;
  kinds.reserve(sql.size());
  for (const ops::Token& token : ops::tokenize(sql, kind)) {
    kinds.insert(kinds.end(), token.text.size(), token.kind);
  }
  return kinds;
}

/// Whether what stands there is no code.
bool is_covered(ops::TokenKind kind) {
  return kind == ops::TokenKind::comment || kind == ops::TokenKind::string ||
         kind == ops::TokenKind::quoted_name;
}

std::string spelled(const Placeholder& placeholder) {
  return fmt::format("${{{}:{}}}", placeholder.name,
                     placeholder.is_identifier ? "identifier" : "literal");
}

std::string rendered(const Dialect& dialect, const Placeholder& placeholder,
                     const std::string& value) {
  return placeholder.is_identifier ? dialect.quote_identifier(value) : dialect.quote_string(value);
}

/// `text` with `name` where a beginning of `value` stands: servers cut what they quote.
std::string without_beginning(std::string text, std::string_view value, const std::string& name) {
  constexpr std::size_t kTelling = 8;
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::size_t length = 0;
    while (length < value.size() && at + length < text.size() && text[at + length] == value[length])
      ++length;
    if (length < std::min(kTelling, value.size())) continue;
    text.replace(at, length, name);
    at += name.size() - 1;
  }
  return text;
}

}  // namespace

std::vector<Placeholder> placeholders(DialectKind kind, std::string_view sql) {
  std::vector<Placeholder> found;
  std::vector<ops::TokenKind> kinds;
  for (std::size_t at = sql.find(kOpening); at != sql.npos; at = sql.find(kOpening, at + 1)) {
    if (kinds.empty()) kinds = kinds_of_bytes(sql, kind);
    if (is_covered(kinds[at])) continue;
    if (const auto placeholder = placeholder_at(sql, at)) found.push_back(*placeholder);
  }
  return found;
}

std::vector<Placeholder> checked_placeholders(DialectKind kind, std::string_view sql) {
  std::vector<ops::TokenKind> kinds;
  for (std::size_t at = sql.find(kOpening); at != sql.npos; at = sql.find(kOpening, at + 1)) {
    if (kinds.empty()) kinds = kinds_of_bytes(sql, kind);
    if (kinds[at] == ops::TokenKind::comment) continue;
    const std::optional<Placeholder> placeholder = placeholder_at(sql, at);
    if (is_covered(kinds[at])) {
      if (!placeholder) continue;  // a text like any other
      throw Error(ErrorCode::invalid, fmt::format("{} is inside quotes", spelled(*placeholder)))
          .hint("take the quotes away, it brings its own; texts are joined with || or CONCAT()");
    }
    if (placeholder) continue;
    constexpr std::size_t kShown = 40;
    const std::size_t close = sql.find('}', at);
    const std::size_t length = close == sql.npos ? kShown : close - at + 1;
    throw Error(ErrorCode::invalid,
                fmt::format("'{}' is not a variable", sql.substr(at, std::min(length, kShown))))
        .hint(kForms);
  }
  return placeholders(kind, sql);
}

std::string with_values(const Dialect& dialect, const std::string& sql,
                        const Variables& variables) {
  if (sql.find(kOpening) == sql.npos) return sql;
  std::string text;
  std::size_t done = 0;
  for (const Placeholder& placeholder : placeholders(dialect.kind(), sql)) {
    const auto value = variables.find(placeholder.name);
    if (value == variables.end()) {
      throw Error(ErrorCode::invalid, fmt::format("variable '{}' is not set", placeholder.name))
          .hint(fmt::format("--var {0}=VALUE sets it, or DBMIG_VAR_{0} in the environment, or "
                            "`variables:` of dbmig.yaml",
                            placeholder.name));
    }
    text.append(sql, done, placeholder.begin - done);
    text += rendered(dialect, placeholder, value->second);
    done = placeholder.end;
  }
  return text + sql.substr(done);
}

std::string without_values(const Dialect& dialect, std::string text, const std::string& sql,
                           const Variables& variables) {
  if (sql.find(kOpening) == sql.npos) return text;
  constexpr std::size_t kTelling = 4;
  for (const Placeholder& placeholder : placeholders(dialect.kind(), sql)) {
    const auto value = variables.find(placeholder.name);
    if (value == variables.end() || value->second.empty()) continue;
    const std::string quoted = rendered(dialect, placeholder, value->second);
    const std::string name = spelled(placeholder);
    text = text::replace_all(std::move(text), quoted, name);
    text = text::replace_all(std::move(text), "'" + value->second + "'", name);
    if (value->second.size() < kTelling) continue;
    text = text::replace_all(std::move(text), value->second, name);
    text = without_beginning(std::move(text), quoted, name);
    text = without_beginning(std::move(text), value->second, name);
  }
  return text;
}

}  // namespace dbmig::dialect
