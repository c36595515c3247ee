#include "yaml/node.hpp"

#include <limits>

#include "yaml/parse_yaml_cpp.hpp"

namespace dbmig::yaml {

const Node* Node::find(std::string_view name) const {
  for (std::size_t i = 0; i < entries(); ++i) {
    if (key(i).text == name) return &value(i);
  }
  return nullptr;
}

std::string_view kind_name(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return "text";
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return {};
}

std::optional<Node> parse_yaml(std::string_view content, const std::string& file,
                               Diagnostics& diagnostics) {
  // yaml-cpp counts positions in int.
  if (content.size() > static_cast<std::size_t>(std::numeric_limits<int>::max() / 2)) {
    diagnostics.add({file}, "the file is larger than 1 GiB", "split it into several");
    return std::nullopt;
  }
  const auto clean = clean_text(content, file, diagnostics);
  if (!clean) return std::nullopt;
  return parse_yaml_cpp(*clean, file, diagnostics);
}

}  // namespace dbmig::yaml
