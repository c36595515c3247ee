#include "schema/constraint.hpp"

#include <fmt/core.h>

#include "base/error.hpp"
#include "base/text.hpp"

namespace dbmig::schema {

const std::string& name_of(const Constraint& constraint) {
  return std::visit([](const auto& c) -> const std::string& { return c.name; }, constraint);
}

bool operator==(const ForeignKey& a, const ForeignKey& b) {
  return a.name == b.name && a.columns == b.columns && a.referenced_table == b.referenced_table &&
         a.referenced_columns == b.referenced_columns && a.on_delete == b.on_delete &&
         a.on_update == b.on_update && a.deferrable == b.deferrable;
}

std::string_view to_string(ReferentialAction action) {
  switch (action) {
    case ReferentialAction::none:
    case ReferentialAction::no_action:
      return "no action";
    case ReferentialAction::restrict:
      return "restrict";
    case ReferentialAction::cascade:
      return "cascade";
    case ReferentialAction::set_null:
      return "set null";
    case ReferentialAction::set_default:
      return "set default";
  }
  return "no action";
}

ReferentialAction parse_action(std::string_view text) {
  std::string word;
  for (const char c : text::lower(text::trim(text))) {
    const bool is_blank = std::string_view("_ \t\r\n").find(c) != std::string_view::npos;
    if (!is_blank) word += c;
    if (is_blank && !word.empty() && word.back() != ' ') word += ' ';
  }
  if (word == "no action") return ReferentialAction::no_action;
  if (word == "restrict") return ReferentialAction::restrict;
  if (word == "cascade") return ReferentialAction::cascade;
  if (word == "set null") return ReferentialAction::set_null;
  if (word == "set default") return ReferentialAction::set_default;
  throw Error(ErrorCode::invalid, fmt::format("unknown action '{}'", text))
      .hint(text::suggest(word, {"no action", "restrict", "cascade", "set null", "set default"}));
}

}  // namespace dbmig::schema
