#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dbmig::yaml {

/// A parsed YAML value with the place where it stands. Scalars keep the text as written: what it
/// means (a number, a name, SQL) is up to the reader, so a column called `on` stays `on`.
struct Node {
  enum class Kind : std::uint8_t { null, scalar, sequence, mapping };
  Kind kind = Kind::null;
  /// The scalar was quoted, a block scalar or tagged `!!str`: a string whatever it looks like.
  bool quoted = false;
  int line = 0;    ///< from 1
  int column = 0;  ///< from 1, in characters
  std::string text;
  /// Sequence: the items. Mapping: key, value, key, value… in the order of the file; keys are
  /// scalars and no two are alike.
  std::vector<Node> children;

  bool is_null() const { return kind == Kind::null; }
  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_sequence() const { return kind == Kind::sequence; }
  bool is_mapping() const { return kind == Kind::mapping; }

  /// Of a mapping: how many entries, and the i-th.
  std::size_t entries() const { return children.size() / 2; }
  const Node& key(std::size_t i) const { return children[2 * i]; }
  const Node& value(std::size_t i) const { return children[2 * i + 1]; }
  /// The value of `name` in a mapping, or nullptr.
  const Node* find(std::string_view name) const;
};

/// "text", "a list", "a mapping", "nothing": what a person calls such a node.
std::string_view kind_name(const Node& node);

/// `content` as UTF-8 with LF line ends and without BOM; nothing, after a diagnostic with line and
/// column, when it is not UTF-8 or holds control characters that YAML forbids.
std::optional<std::string> clean_text(std::string_view content, const std::string& file,
                                      Diagnostics& diagnostics);

/// The one document of `content`; a null node when it holds none. Nothing, after a diagnostic, when
/// it is not YAML at all. Smaller mistakes (duplicate keys, keys that are not text, unknown tags)
/// are reported and the rest goes on. Anchors, aliases and merge keys (`<<`) are resolved here;
/// nesting and expansion are bounded, so that a hostile file costs neither stack nor memory.
///
/// `file` stands in messages.
std::optional<Node> parse_yaml(std::string_view content, const std::string& file,
                               Diagnostics& diagnostics);

}  // namespace dbmig::yaml
