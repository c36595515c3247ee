#pragma once

#include <string_view>

namespace dbmig::yaml {

/// Whether `tag` is the core schema's `name`: "!!str" is `tag:yaml.org,2002:str`.
inline bool is_core_tag(std::string_view tag, std::string_view name) {
  constexpr std::string_view kPrefix = "tag:yaml.org,2002:";
  return tag.starts_with(kPrefix) && tag.substr(kPrefix.size()) == name;
}

/// Tags that give the type of a scalar. They are ignored: the reader knows the type it expects.
inline bool is_scalar_tag(std::string_view tag) {
  return is_core_tag(tag, "int") || is_core_tag(tag, "float") || is_core_tag(tag, "bool") ||
         is_core_tag(tag, "null");
}

}  // namespace dbmig::yaml
