#include "serve/value.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

namespace dbmig::serve {
namespace {

[[noreturn]] void refuse_value() {
  throw Error(ErrorCode::invalid, "a value of the request did not come from this page")
      .hint("reload the page");
}

std::string bytes_of_hex(std::string_view text) {
  std::optional<std::string> bytes = from_hex(text);
  if (!bytes) refuse_value();
  return std::move(*bytes);
}

/// The shortest text that is this number again.
std::string real_text(double value) {
  return fmt::format("{}", value);
}

template <class Number>
Number number_of(const std::string& text) {
  Number value{};
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec != std::errc() || result.ptr != text.data() + text.size()) refuse_value();
  return value;
}

/// The first `count` code points of well-formed UTF-8.
std::string_view first_characters(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count > 0) {
    ++at;
    while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    --count;
  }
  return text.substr(0, at);
}

}  // namespace

Json value_json(const backend::Cell& cell, std::size_t length) {
  using Kind = backend::Cell::Kind;
  if (cell.kind == Kind::text && !text::find_invalid_utf8(cell.bytes)) {
    const std::string_view shown = first_characters(cell.bytes, kShownText);
    if (shown.size() == cell.bytes.size() && length == 0) {
      return Json::array({"t", std::string(shown)});
    }
    return Json::array(
        {"t", std::string(shown), length != 0 ? length : text::utf8_length(cell.bytes)});
  }
  if (cell.kind == Kind::text || cell.kind == Kind::blob) {
    return Json::array(
        {"b", to_hex(cell.bytes.substr(0, kShownBytes)), length != 0 ? length : cell.bytes.size()});
  }
  return exact_json(cell);
}

Json exact_json(const backend::Cell& cell) {
  using Kind = backend::Cell::Kind;
  switch (cell.kind) {
    case Kind::null:
      return nullptr;
    case Kind::integer:
      return Json::array({"i", std::to_string(cell.integer)});
    case Kind::unsigned_integer:
      return Json::array({"i", std::to_string(static_cast<std::uint64_t>(cell.integer))});
    case Kind::real:
      return Json::array({"r", real_text(cell.real)});
    case Kind::text:
      if (!text::find_invalid_utf8(cell.bytes)) return Json::array({"t", std::string(cell.bytes)});
      return Json::array({"x", to_hex(cell.bytes)});
    case Kind::blob:
      return Json::array({"b", to_hex(cell.bytes)});
  }
  return nullptr;
}

void Values::add(const Json& value) {
  if (value.is_null()) {
    kept_.push_back({backend::Cell::null(), {}});
    return;
  }
  if (!value.is_array() || value.size() != 2 || !value[0].is_string() || !value[1].is_string()) {
    refuse_value();
  }
  const std::string kind = value[0];
  std::string content = value[1];
  if (kind == "i") {
    // Beyond 2^63 it is unsigned.
    const bool is_wide = !content.starts_with('-') && content.size() >= 19;
    kept_.push_back({is_wide ? backend::Cell::of_unsigned(number_of<std::uint64_t>(content))
                             : backend::Cell::of(number_of<std::int64_t>(content)),
                     {}});
  } else if (kind == "r") {
    kept_.push_back({backend::Cell::of(number_of<double>(content)), {}});
  } else if (kind == "t") {
    kept_.push_back({backend::Cell::of_text({}), std::move(content)});
  } else if (kind == "x") {
    kept_.push_back({backend::Cell::of_text({}), bytes_of_hex(content)});
  } else if (kind == "b") {
    kept_.push_back({backend::Cell::of_blob({}), bytes_of_hex(content)});
  } else {
    refuse_value();
  }
}

void Values::add_text(std::string text) {
  kept_.push_back({backend::Cell::of_text({}), std::move(text)});
}

void Values::add_integer(std::int64_t number) {
  kept_.push_back({backend::Cell::of(number), {}});
}

std::vector<backend::Cell> Values::cells() const {
  std::vector<backend::Cell> cells;
  for (const Kept& kept : kept_) {
    cells.push_back(kept.cell);
    if (kept.cell.kind == backend::Cell::Kind::text ||
        kept.cell.kind == backend::Cell::Kind::blob) {
      cells.back().bytes = kept.bytes;
    }
  }
  return cells;
}

std::string without_passwords(std::string text) {
  // A statement that names a password in any of the ways that there are loses all its strings from
  // there on: better one too many than one too few.
  const std::string lower = text::lower(text);
  const std::size_t from = std::min(lower.find("identified"), lower.find("password"));
  std::string out;
  constexpr std::size_t kHashDigits = 40;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i >= from && (c == '\'' || c == '"')) {
      std::size_t end = i + 1;
      while (end < text.size() && text[end] != c) end += text[end] == '\\' ? 2 : 1;
      out += "'***'";
      i = end;
      continue;
    }
    // mysql_native_password's hashes, wherever they stand.
    const auto digits = text.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (c == '*' && text.size() - i > kHashDigits &&
        std::all_of(digits, digits + kHashDigits, [](char d) { return hex_digit(d) >= 0; })) {
      out += "***";
      i += kHashDigits;
      continue;
    }
    out += c;
  }
  return out;
}

}  // namespace dbmig::serve
