#include "diagram/saved_layout.hpp"

#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"
#include "yaml/reader.hpp"

namespace dbmig::diagram {
namespace {

using yaml::Node;

constexpr double kFarthest = 1'000'000;

/// A coordinate: whole pixels, before or behind the corner.
std::optional<double> read_pixel(yaml::Reader& reader, const Node& node) {
  int value = 0;
  const char* end = node.text.data() + node.text.size();
  const auto [stop, error] = std::from_chars(node.text.data(), end, value);
  if (node.is_scalar() && error == std::errc() && stop == end && std::abs(value) <= kFarthest) {
    return value;
  }
  reader.error(node, "a place is a whole number of pixels", "as in customer: [120, 40]");
  return {};
}

void read_tables(yaml::Reader& reader, const Node& node, SavedLayout& layout) {
  if (!reader.is_mapping(node, "'tables'", "tables: {customer: [120, 40]}")) return;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const Node& place = node.value(i);
    if (!place.is_sequence() || place.children.size() != 2) {
      reader.error(place, "a table's place is two numbers, from the left and from the top",
                   "as in customer: [120, 40]");
      continue;
    }
    const auto x = read_pixel(reader, place.children[0]);
    const auto y = read_pixel(reader, place.children[1]);
    if (x && y) layout.tables[node.key(i).text] = {*x, *y};
  }
}

void read_groups(yaml::Reader& reader, const Node& node, SavedLayout& layout) {
  if (!reader.is_mapping(node, "'groups'", "groups: {billing: [invoice*, payment]}")) return;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const std::string& name = node.key(i).text;
    layout.groups.emplace_back(name, reader.names(node.value(i), "group '" + name + "'"));
  }
}

}  // namespace

SavedLayout parse_layout(std::string_view content, const std::string& file) {
  Diagnostics diagnostics;
  SavedLayout layout;
  const std::optional<Node> node = yaml::parse_yaml(content, file, diagnostics);
  if (node) {
    yaml::Reader reader(file, diagnostics);
    yaml::Fields fields(reader, *node, "a layout", {"detail", "groups", "tables"});
    const std::string detail = fields.word_or_empty("detail", {"names", "keys", "columns"});
    if (const auto parsed = parse_detail(detail)) layout.detail = *parsed;
    if (const Node* tables = fields.find("tables")) {
      if (!tables->is_null()) read_tables(reader, *tables, layout);
    }
    if (const Node* groups = fields.find("groups")) {
      if (!groups->is_null()) read_groups(reader, *groups, layout);
    }
  }
  diagnostics.throw_if_any();
  return layout;
}

}  // namespace dbmig::diagram
