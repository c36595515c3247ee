#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yaml/node.hpp"

namespace dbmig::yaml {

/// parse_yaml() for `clean`, text from clean_text(), as libyaml reads it, several times as fast as
/// yaml-cpp (lib/decisions/010). Nothing, without a word in `diagnostics`, where parse_yaml_cpp()
/// is to be asked: the text is not YAML, or YAML 1.1 reads it otherwise.
std::optional<Node> parse_libyaml(std::string_view clean, const std::string& file,
                                  Diagnostics& diagnostics);

}  // namespace dbmig::yaml
