#include <fmt/core.h>

#include <algorithm>

#include "base/text.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {
namespace {

SourcePosition position_of(std::string_view content, std::size_t offset, const std::string& file) {
  const std::string_view before = content.substr(0, offset);
  const auto line_start = before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1;
  return {file, 1 + static_cast<int>(std::count(before.begin(), before.end(), '\n')),
          1 + static_cast<int>(text::utf8_length(before.substr(line_start)))};
}

bool is_utf16(std::string_view content) {
  return content.starts_with("\xFF\xFE") || content.starts_with("\xFE\xFF");
}

}  // namespace

std::optional<std::string> clean_text(std::string_view content, const std::string& file,
                                      Diagnostics& diagnostics) {
  if (is_utf16(content)) {
    diagnostics.add({file, 1, 1}, "the file is UTF-16", "save it as UTF-8");
    return std::nullopt;
  }
  if (content.starts_with("\xEF\xBB\xBF")) content.remove_prefix(3);
  if (const auto bad = text::find_invalid_utf8(content)) {
    diagnostics.add(position_of(content, *bad, file),
                    fmt::format("byte 0x{:02X} is not valid UTF-8",
                                static_cast<unsigned>(static_cast<unsigned char>(content[*bad]))),
                    "save the file as UTF-8");
    return std::nullopt;
  }
  std::string clean;
  clean.reserve(content.size());
  for (std::size_t i = 0; i < content.size(); ++i) {
    const char c = content[i];
    const bool crlf = c == '\r' && i + 1 < content.size() && content[i + 1] == '\n';
    if (crlf) continue;
    if (c == '\r') {
      diagnostics.add(position_of(content, i, file), "a carriage return without a line feed",
                      "save the file with LF or CRLF line ends");
      return std::nullopt;
    }
    if (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') {
      diagnostics.add(position_of(content, i, file),
                      fmt::format("control character 0x{:02X} is not allowed in YAML",
                                  static_cast<unsigned>(c)),
                      "write it as an escape in a double-quoted text, as in \"\\x1B\"");
      return std::nullopt;
    }
    clean += c;
  }
  return clean;
}

}  // namespace dbmig::yaml
