#include "yaml/replace_scalar.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace dbmig::yaml {
namespace {

[[noreturn]] void no_scalar(const SourcePosition& where) {
  throw Error(ErrorCode::failed, "the value here cannot be replaced").at(where);
}

/// The byte at which the place begins.
std::size_t find_byte(std::string_view content, const SourcePosition& where) {
  std::size_t at = content.starts_with("\xEF\xBB\xBF") ? 3 : 0;
  for (int line = 1; line < where.line; ++line) {
    const std::size_t end = content.find('\n', at);
    if (end == std::string_view::npos) no_scalar(where);
    at = end + 1;
  }
  for (int column = 1; column < where.column; ++column) {
    if (at >= content.size() || content[at] == '\n') no_scalar(where);
    do {
      ++at;
    } while (at < content.size() && (static_cast<unsigned char>(content[at]) & 0xC0U) == 0x80);
  }
  return at;
}

/// The byte behind the scalar that begins at `from`.
std::size_t find_scalar_end(std::string_view content, std::size_t from) {
  const char first = content[from];
  if (first == '"' || first == '\'') {
    std::size_t at = from + 1;
    while (at < content.size() && content[at] != '\n') {
      const bool is_doubled = first == '\'' && content.substr(at, 2) == "''";
      const bool is_escaped = first == '"' && content[at] == '\\';
      if (content[at] == first && !is_doubled) break;
      at += is_doubled || is_escaped ? 2 : 1;
    }
    return at < content.size() && content[at] == first ? at + 1 : from;
  }
  int depth = 0;
  std::size_t at = from;
  for (; at < content.size(); ++at) {
    const char c = content[at];
    if (c == '\n' || c == '\r' || c == '}') break;
    if (depth == 0 && c == ',') break;
    if (c == '#' && content[at - 1] == ' ') break;
    if (c == '(') ++depth;
    if (c == ')') --depth;
  }
  while (at > from && content[at - 1] == ' ') --at;
  return at;
}

}  // namespace

std::string replace_scalar(std::string_view content, const SourcePosition& where,
                           std::string_view value) {
  const std::size_t from = find_byte(content, where);
  if (from >= content.size() || text::trim(content.substr(from, 1)).empty()) no_scalar(where);
  if (std::string_view("[{&*!|>").find(content[from]) != std::string_view::npos) no_scalar(where);
  const std::size_t end = find_scalar_end(content, from);
  if (end == from) no_scalar(where);
  const bool is_plain = value.find_first_of(",:#{}[]'\"&*!|>%@`") == std::string_view::npos;
  std::string result(content.substr(0, from));
  result += is_plain ? std::string(value) : text::quote(value, '"');
  return result.append(content.substr(end));
}

}  // namespace dbmig::yaml
