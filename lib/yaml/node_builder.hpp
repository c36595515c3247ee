#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {

/// A place in the text being parsed.
struct Place {
  int line = 1;
  int column = 1;
  std::size_t offset = 0;
};

/// Builds the node tree from a parser's events and looks at what the parser lets pass: duplicate
/// keys, several documents, endless aliases, depth.
class NodeBuilder {
 public:
  /// Thrown after a diagnostic when going on makes no sense.
  struct Stop {};

  NodeBuilder(std::string file, Diagnostics& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  void document(const Place& place);
  void leaf(Node node, std::size_t anchor);
  void alias(const Place& place, std::size_t anchor);
  void open(Node node, std::size_t anchor, bool flow);
  void close();

  void unknown_tag(const Node& node, const std::string& tag);
  void bad_escape(const Node& node);

  /// The innermost `{` or `[` that is open, for messages about one that is never closed.
  std::optional<Node> innermost_flow() const;

  /// The document's root; a null node when there was no document.
  Node take();

 private:
  struct Frame {
    Node node;
    std::size_t anchor = 0;
    bool flow = false;
  };

  void error(const Node& node, std::string message, std::string hint = {});
  void append(Node node, std::size_t anchor);
  void spend(const Node& node, std::size_t nodes);
  void finish_mapping(Node& node, bool flow);
  void join_split_parentheses(Node& mapping);
  void join_split_items(Node& sequence);
  void report_split(const Node& text, const std::string& joined);
  void check_keys(Node& mapping);
  void merge(Node& mapping);

  std::string file_;
  Diagnostics& diagnostics_;
  std::vector<Frame> open_;
  std::map<std::size_t, Node> anchors_;
  std::optional<Node> root_;
  int documents_ = 0;
  /// How many nodes anchors and aliases may still copy: a "billion laughs" file ends here.
  std::size_t budget_ = 1000000;
};

}  // namespace dbmig::yaml
