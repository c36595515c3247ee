#include "backend/refusal_text.hpp"

#include <fmt/core.h>

namespace dbmig::backend {

std::string refusal_text(DialectKind kind, std::string_view message) {
  // "You have an error in your SQL syntax; check the manual … near '…' at line 13"
  constexpr std::string_view kMark = "for the right syntax to use near '";
  const std::size_t mark = message.find(kMark);
  if (mark == std::string_view::npos) {
    return fmt::format("{} refuses it: {}", product_name(kind), message);
  }
  std::string_view rest = message.substr(mark + kMark.size());
  rest = rest.substr(0, rest.find('\n'));
  rest = rest.substr(0, rest.rfind("' at line"));
  return fmt::format("{} refuses it: syntax error near \"{}\"", product_name(kind), rest);
}

}  // namespace dbmig::backend
