#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "yaml/node.hpp"

namespace dbmig::yaml {

/// What parse_yaml() gives for `clean`, text from clean_text(), as libyaml reads it; nothing when
/// there is anything to say about it, which parse_yaml_cpp() then finds words for. Several times as
/// fast as that (lib/decisions/010).
std::optional<Node> parse_libyaml(std::string_view clean, const std::string& file);

}  // namespace dbmig::yaml
