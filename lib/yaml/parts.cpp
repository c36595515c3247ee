#include "yaml/parts.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "base/text.hpp"

namespace dbmig::yaml {
namespace {

/// Cuts the last word off `rest` when it is `word` (any case) and something stands before it.
bool take_last_word(std::string_view& rest, std::string_view word) {
  const auto blank = rest.find_last_of(' ');
  if (blank == std::string_view::npos) return false;
  if (!text::equals_ignoring_case(rest.substr(blank + 1), word)) return false;
  rest = text::trim(rest.substr(0, blank));
  return !rest.empty();
}

/// Cuts ` collate NAME` off the end of `rest` and gives NAME.
std::string take_collation(std::string_view& rest) {
  const auto blank = rest.find_last_of(' ');
  if (blank == std::string_view::npos) return {};
  const std::string_view name = rest.substr(blank + 1);
  std::string_view before = text::trim(rest.substr(0, blank));
  if (!take_last_word(before, "collate")) return {};
  rest = before;
  return std::string(name);
}

/// Cuts `(20)` off the end of `rest` and gives 20, or 0.
int take_length(std::string_view& rest) {
  const auto open = rest.find_last_of('(');
  if (open == std::string_view::npos || open == 0 || !rest.ends_with(')')) return 0;
  const std::string_view digits = rest.substr(open + 1, rest.size() - open - 2);
  int length = 0;
  const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), length);
  if (code != std::errc() || end != digits.data() + digits.size() || length <= 0) return 0;
  rest = text::trim(rest.substr(0, open));
  return length;
}

bool is_simple_name(std::string_view name) {
  return !name.empty() && name == text::trim(name) &&
         name.find_first_of("(),") == std::string_view::npos;
}

}  // namespace

schema::IndexPart parse_index_part(std::string_view text) {
  schema::IndexPart part;
  std::string_view rest = text;
  if (take_last_word(rest, "desc")) {
    part.descending = true;
  } else {
    take_last_word(rest, "asc");
  }
  part.collation = take_collation(rest);
  part.length = take_length(rest);
  if (rest.empty()) return {std::string(text), {}, false, 0, {}};
  part.column = rest;
  return part;
}

std::optional<std::string> index_part_text(const schema::IndexPart& part) {
  if (!part.expression.empty()) return std::nullopt;
  std::string text = part.column;
  if (part.length != 0) text += fmt::format("({})", part.length);
  if (!part.collation.empty()) text += " collate " + part.collation;
  if (part.descending) text += " desc";
  if (looks_like_expression(text) || parse_index_part(text) != part) return std::nullopt;
  return text;
}

bool looks_like_expression(std::string_view text) {
  const schema::IndexPart part = parse_index_part(text);
  return part.column.ends_with(')') && part.column.find('(') != std::string::npos &&
         part.column.find('(') != 0;
}

std::optional<Reference> parse_reference(std::string_view text) {
  text = text::trim(text);
  const auto open = text.find('(');
  Reference reference{std::string(text::trim(text.substr(0, open))), {}};
  if (open == std::string_view::npos) {
    if (!is_simple_name(reference.table)) return std::nullopt;
    return reference;
  }
  if (!text.ends_with(')') || !is_simple_name(reference.table)) return std::nullopt;
  for (const std::string& column :
       text::split(text.substr(open + 1, text.size() - open - 2), ',')) {
    if (!is_simple_name(text::trim(column))) return std::nullopt;
    reference.columns.emplace_back(text::trim(column));
  }
  return reference;
}

std::optional<std::string> reference_text(const Reference& reference) {
  std::string text = reference.table;
  if (!reference.columns.empty()) {
    text += fmt::format("({})", text::join(reference.columns, ", "));
  }
  if (parse_reference(text) != reference) return std::nullopt;
  return text;
}

bool looks_like_sql_default(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kFunctions{"current_timestamp",
                                                              "current_date",
                                                              "current_time",
                                                              "localtime",
                                                              "localtimestamp",
                                                              "now",
                                                              "uuid",
                                                              "curdate",
                                                              "curtime"};
  const std::string low = text::lower(text::trim(text));
  const std::string name = low.substr(0, low.find('('));
  if (std::find(kFunctions.begin(), kFunctions.end(), name) == kFunctions.end()) return false;
  const bool call = low.size() > name.size();
  if (call) return low.ends_with(')');
  return name.starts_with("current_") || name.starts_with("localtime");
}

}  // namespace dbmig::yaml
