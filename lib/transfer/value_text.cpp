#include "transfer/value_text.hpp"

#include <fmt/compile.h>
#include <fmt/core.h>
#include <fmt/format.h>

#include <iterator>

#include "base/text.hpp"
#include "schema/geometry_text.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;
using schema::TypeKind;

/// Makes equal numbers equal texts: `1.50` and `1.5`, `-0` and `0`, `+1` and `1`.
std::string plain_decimal(std::string text) {
  if (text.find_first_of("eE") != std::string::npos) return text;
  if (!text.empty() && text.front() == '+') text.erase(0, 1);
  if (text.find('.') != std::string::npos) {
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
  }
  const bool is_negative = !text.empty() && text.front() == '-';
  std::size_t zeros = is_negative ? 1 : 0;
  while (zeros + 1 < text.size() && text[zeros] == '0' && text[zeros + 1] != '.') {
    text.erase(zeros, 1);
  }
  return text == "-0" || text.empty() || text == "-" ? "0" : text;
}

/// A time without trailing zeros in its fraction.
std::string_view trimmed_zeros(std::string_view text) {
  if (text.find('.') == std::string_view::npos) return text;
  text = text.substr(0, text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.remove_suffix(1);
  return text;
}

void append_shortest(double value, fmt::memory_buffer& out) {
  fmt::format_to(std::back_inserter(out), FMT_COMPILE("{}"), value);
  const std::string_view text(out.data(), out.size());
  if (text.find_first_not_of("-0123456789") != std::string_view::npos) return;
  out.push_back('.');
  out.push_back('0');
}

std::string without_blanks(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separates = text[i] == ' ' && i > 0 && i + 1 < text.size() && text[i - 1] != '(' &&
                           text[i - 1] != ',' && text[i + 1] != '(' && text[i + 1] != ',' &&
                           text[i + 1] != ')';
    if (text[i] != ' ' || separates) out.push_back(text[i]);
  }
  return text::upper(out);
}

}  // namespace

std::string shortest(double value) {
  fmt::memory_buffer text;
  append_shortest(value, text);
  return fmt::to_string(text);
}

std::string value_text(const Cell& cell) {
  switch (cell.kind) {
    case Cell::Kind::null:
      return {};
    case Cell::Kind::integer:
      return std::to_string(cell.integer);
    case Cell::Kind::unsigned_integer:
      return std::to_string(static_cast<std::uint64_t>(cell.integer));
    case Cell::Kind::real:
      return shortest(cell.real);
    case Cell::Kind::text:
    case Cell::Kind::blob:
      return std::string(cell.bytes);
  }
  return {};
}

std::string canonical_value(const Cell& cell, const schema::Type& type) {
  if (cell.kind == Cell::Kind::null) return std::string("\0null", 5);
  const TypeKind kind = type.kind;
  if (kind == TypeKind::float_ || kind == TypeKind::double_) {
    // An integer that SQLite stores for a real is that real.
    if (cell.kind == Cell::Kind::integer) return shortest(static_cast<double>(cell.integer));
    if (cell.kind == Cell::Kind::real) return shortest(cell.real == 0 ? 0.0 : cell.real);
  }
  std::string text = value_text(cell);
  // MariaDB's year 0 has four digits.
  if (kind == TypeKind::year && text == "0") return "0000";
  if (kind == TypeKind::decimal) return plain_decimal(std::move(text));
  if (kind == TypeKind::datetime || kind == TypeKind::timestamp || kind == TypeKind::time) {
    return std::string(trimmed_zeros(text));
  }
  if (kind == TypeKind::char_) text.erase(text.find_last_not_of(' ') + 1);
  if (schema::is_geometry(kind)) {
    const auto parts = schema::split_srid(text);
    return without_blanks(parts && parts->srid == 0 ? parts->shape : text);
  }
  return text;
}

void append_canonical(std::string& out, const Cell& cell, const schema::Type& type) {
  const auto append = [&out](std::string_view value) {
    const fmt::format_int size(value.size());
    out.append(size.data(), size.size()).push_back(':');
    out.append(value);
  };
  // The fast path: most values need no text of their own.
  if (cell.kind == Cell::Kind::integer && schema::is_integer(type.kind)) {
    const fmt::format_int number(cell.integer);
    return append({number.data(), number.size()});
  }
  if (cell.kind == Cell::Kind::real &&
      (type.kind == TypeKind::double_ || type.kind == TypeKind::float_)) {
    fmt::memory_buffer digits;
    append_shortest(cell.real == 0 ? 0.0 : cell.real, digits);
    return append({digits.data(), digits.size()});
  }
  const bool is_as_it_is = (schema::is_text(type.kind) && type.kind != TypeKind::char_) ||
                           schema::is_binary(type.kind) || type.kind == TypeKind::date;
  const bool is_text = cell.kind == Cell::Kind::text;
  if (is_text && (type.kind == TypeKind::datetime || type.kind == TypeKind::timestamp ||
                  type.kind == TypeKind::time)) {
    return append(trimmed_zeros(cell.bytes));
  }
  if (is_as_it_is && (cell.kind == Cell::Kind::text || cell.kind == Cell::Kind::blob)) {
    return append(cell.bytes);
  }
  append(canonical_value(cell, type));
}

}  // namespace dbmig::transfer
