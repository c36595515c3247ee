#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "yaml/node_builder.hpp"

namespace dbmig::yaml {

/// What the parser said about a text that is not YAML.
struct SyntaxError {
  std::string message;       ///< in yaml-cpp's words
  Place place;               ///< where it stopped
  std::optional<Node> flow;  ///< the innermost `{` or `[` that was open
  std::string_view content;
};

/// Adds a diagnostic in words that say what to do.
void report_syntax_error(const SyntaxError& error, const std::string& file,
                         Diagnostics& diagnostics);

/// True unless a quoted scalar begins at `offset` (after its anchor or tag) and the text ends
/// before its closing mark.
bool is_closed_scalar(std::string_view content, std::size_t offset);

}  // namespace dbmig::yaml
