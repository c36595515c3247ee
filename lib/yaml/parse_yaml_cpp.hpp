#pragma once

#include <optional>
#include <string>

#include "yaml/node.hpp"

namespace dbmig::yaml {

/// parse_yaml() for `clean`, text from clean_text(), as yaml-cpp reads it.
std::optional<Node> parse_yaml_cpp(const std::string& clean, const std::string& file,
                                   Diagnostics& diagnostics);

}  // namespace dbmig::yaml
