#include "yaml/read_suppressions.hpp"

#include <fmt/core.h>

#include <optional>
#include <string>

#include "base/text.hpp"
#include "lint/codes.hpp"

namespace dbmig::yaml {
namespace {

std::string unknown_code_hint(const std::string& code) {
  for (const std::string& known : lint::code_names()) {
    if (lint::is_group(code) && known.starts_with(code)) {
      return fmt::format("name the code itself, as in {}", known);
    }
  }
  const auto near = text::closest(text::upper(code), lint::code_names());
  return near ? fmt::format("did you mean '{}'?", *near) : "`dbmig lint --codes` lists them";
}

}  // namespace

void read_suppressions(Reader& reader, const Node& node, std::size_t operation,
                       std::vector<history::Suppression>& suppressions) {
  if (!reader.is_mapping(node, "'lint_ignore'", "lint_ignore: {DS101: \"why\"}")) return;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const Node& code = node.key(i);
    if (lint::find_code(code.text) == nullptr) {
      reader.error(code, fmt::format("unknown code '{}' in 'lint_ignore'", code.text),
                   unknown_code_hint(code.text));
      continue;
    }
    if (code.text == lint::kUnusedSuppression) {
      reader.error(code, fmt::format("{} cannot be suppressed", code.text),
                   "remove the suppression that suppresses nothing");
      continue;
    }
    const Node& value = node.value(i);
    const auto reason = value.is_null()
                            ? std::optional<std::string>("")
                            : reader.text(value, fmt::format("the reason for {}", code.text));
    if (!reason) continue;
    if (text::trim(*reason).empty()) {
      reader.error(
          value.is_null() ? code : value,
          fmt::format("the suppression of {} gives no reason", code.text),
          fmt::format("say why, as in lint_ignore: {{{}: \"archived, ticket 4711\"}}", code.text));
      continue;
    }
    suppressions.push_back({operation, code.text, *reason, reader.at(code)});
  }
}

}  // namespace dbmig::yaml
