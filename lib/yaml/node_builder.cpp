#include "yaml/node_builder.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>
#include <utility>

namespace dbmig::yaml {
namespace {

/// Deep enough for any file a person writes (a model needs about ten), shallow enough for the
/// stack.
constexpr std::size_t kMaxDepth = 100;

std::size_t count_nodes(const Node& node) {
  std::size_t n = 1;
  for (const Node& child : node.children) n += count_nodes(child);
  return n;
}

bool is_plain(const Node& node) {
  return node.is_scalar() && !node.quoted;
}

long open_parentheses(const Node& node) {
  if (!is_plain(node)) return 0;
  return std::count(node.text.begin(), node.text.end(), '(') -
         std::count(node.text.begin(), node.text.end(), ')');
}

bool is_merge_key(const Node& key) {
  return key.text == "<<" && !key.quoted;
}

}  // namespace

void NodeBuilder::error(const Node& node, std::string message, std::string hint) {
  diagnostics_.add({file_, node.line, node.column}, std::move(message), std::move(hint));
}

void NodeBuilder::document(const Place& place) {
  if (++documents_ < 2) return;
  diagnostics_.add({file_, place.line, place.column}, "a second YAML document begins here",
                   "put it into a separate file");
  throw Stop{};
}

void NodeBuilder::leaf(Node node, std::size_t anchor) {
  append(std::move(node), anchor);
}

void NodeBuilder::open(Node node, std::size_t anchor, bool flow) {
  if (open_.size() >= kMaxDepth) {
    error(node, fmt::format("nested deeper than {} levels", kMaxDepth));
    throw Stop{};
  }
  open_.push_back({std::move(node), anchor, flow});
}

void NodeBuilder::close() {
  Frame frame = std::move(open_.back());
  open_.pop_back();
  if (frame.node.is_mapping()) {
    finish_mapping(frame.node, frame.flow);
  } else if (frame.flow) {
    join_split_items(frame.node);
  }
  append(std::move(frame.node), frame.anchor);
}

void NodeBuilder::append(Node node, std::size_t anchor) {
  if (anchor != 0) {
    spend(node, count_nodes(node));
    anchors_[anchor] = node;
  }
  if (open_.empty()) {
    root_ = std::move(node);
  } else {
    open_.back().node.children.push_back(std::move(node));
  }
}

void NodeBuilder::spend(const Node& node, std::size_t nodes) {
  if (nodes > budget_) {
    error(node, "anchors and aliases expand to too many values",
          "write the text out, or share less of it");
    throw Stop{};
  }
  budget_ -= nodes;
}

void NodeBuilder::alias(const Place& place, std::size_t anchor) {
  Node here;
  here.line = place.line;
  here.column = place.column;
  const auto found = anchors_.find(anchor);
  if (found == anchors_.end()) {
    error(here, "this alias refers to a value that contains it");
    throw Stop{};
  }
  spend(here, count_nodes(found->second));
  append(found->second, 0);
}

void NodeBuilder::unknown_tag(const Node& node, const std::string& tag) {
  constexpr std::size_t kShown = 60;
  error(node,
        fmt::format("unknown tag '{}'", tag.size() > kShown ? tag.substr(0, kShown) + "..." : tag),
        "leave it out");
}

void NodeBuilder::bad_escape(const Node& node) {
  error(node, "an escape that gives no valid character",
        "write \\u0085 for \\N and \\u00A0 for \\_");
  throw Stop{};
}

std::optional<Node> NodeBuilder::innermost_flow() const {
  for (auto frame = open_.rbegin(); frame != open_.rend(); ++frame) {
    if (frame->flow) return frame->node;
  }
  return std::nullopt;
}

Node NodeBuilder::take() {
  return root_ ? std::move(*root_) : Node{};
}

void NodeBuilder::finish_mapping(Node& node, bool flow) {
  if (flow) join_split_parentheses(node);
  check_keys(node);
  merge(node);
}

// `{type: decimal(10,2)}` is `decimal(10` and a key `2)` to YAML, which nobody ever means: says so,
// and reads on as if it had been quoted, so that one mistake gives one message.

void NodeBuilder::report_split(const Node& text, const std::string& joined) {
  error(text, fmt::format("a comma ends the text '{}' here", text.text),
        fmt::format("inside {{ }} and [ ] it needs quotes: \"{}\"", joined));
}

void NodeBuilder::join_split_parentheses(Node& mapping) {
  std::vector<Node>& children = mapping.children;
  for (std::size_t i = 0; i + 1 < children.size(); i += 2) {
    // The value, or the key itself when a text without value was cut.
    Node& text = children[i + 1].is_null() ? children[i] : children[i + 1];
    std::string joined = text.text;
    long open = open_parentheses(text);
    std::size_t next = i + 2;
    for (; open > 0 && next + 1 < children.size(); next += 2) {
      if (!is_plain(children[next]) || !children[next + 1].is_null()) break;
      joined += "," + children[next].text;
      open += open_parentheses(children[next]);
    }
    if (next == i + 2 || open != 0) continue;
    report_split(text, joined);
    text.text = std::move(joined);
    text.quoted = true;
    children.erase(children.begin() + static_cast<long>(i) + 2,
                   children.begin() + static_cast<long>(next));
  }
}

void NodeBuilder::join_split_items(Node& sequence) {
  std::vector<Node>& items = sequence.children;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::string joined = items[i].text;
    long open = open_parentheses(items[i]);
    std::size_t next = i + 1;
    for (; open > 0 && next < items.size() && is_plain(items[next]); ++next) {
      joined += "," + items[next].text;
      open += open_parentheses(items[next]);
    }
    if (next == i + 1 || open != 0) continue;
    report_split(items[i], joined);
    items[i].text = std::move(joined);
    items[i].quoted = true;
    items.erase(items.begin() + static_cast<long>(i) + 1, items.begin() + static_cast<long>(next));
  }
}

namespace {

/// The keys of one mapping and their lines. Most mappings are small, and looking through them is
/// faster than hashing.
class KeyLines {
 public:
  explicit KeyLines(const std::vector<Node>& children) : children_(children) {
    if (children.size() > 2 * kSmall) lines_.reserve(children.size() / 2);
  }

  /// The line of the entry before `i` that has the key of entry `i`; 0 when there is none. To be
  /// asked for one entry after the other.
  int earlier(std::size_t i) {
    const std::string& key = children_[i].text;
    if (children_.size() > 2 * kSmall) {
      const auto [first, is_new] = lines_.try_emplace(key, children_[i].line);
      return is_new ? 0 : first->second;
    }
    for (std::size_t j = 0; j < i; j += 2) {
      const Node& other = children_[j];
      if (other.kind == Node::Kind::scalar && other.text == key) return other.line;
    }
    return 0;
  }

 private:
  static constexpr std::size_t kSmall = 12;
  const std::vector<Node>& children_;
  std::unordered_map<std::string_view, int> lines_;
};

}  // namespace

/// Keys become scalars, each once; entries with other keys are reported and left out.
void NodeBuilder::check_keys(Node& mapping) {
  KeyLines lines(mapping.children);
  std::vector<std::size_t> wrong;
  for (std::size_t i = 0; i + 1 < mapping.children.size(); i += 2) {
    Node& key = mapping.children[i];
    Node& value = mapping.children[i + 1];
    if (key.is_sequence() || key.is_mapping()) {
      error(key, "a key must be text", "text that begins with '[' or '{' needs quotes");
      wrong.push_back(i);
      continue;
    }
    if (key.is_null() && key.text.empty()) {
      error(key, "the key before this ':' is missing");
      wrong.push_back(i);
      continue;
    }
    key.kind = Node::Kind::scalar;
    const int first = lines.earlier(i);
    if (first != 0 && !is_merge_key(key)) {
      error(key, fmt::format("key '{}' is used twice", key.text),
            fmt::format("the first one is on line {}", first));
      wrong.push_back(i);
      continue;
    }
    // The parser puts an empty value where the next thing stands; its key is where people look.
    if (value.is_null() && (value.line != key.line || value.text.empty())) {
      value.line = key.line;
      value.column = key.column;
    }
  }
  for (auto i = wrong.rbegin(); i != wrong.rend(); ++i) {
    const auto entry = mapping.children.begin() + static_cast<long>(*i);
    mapping.children.erase(entry, entry + 2);
  }
}

/// `<<: *base`: the entries of base that the mapping does not have itself, in that place.
/// Source: https://yaml.org/type/merge.html
void NodeBuilder::merge(Node& mapping) {
  const auto is_base = [](const Node& node) { return node.is_mapping(); };
  bool any = false;
  for (std::size_t i = 0; i < mapping.entries(); ++i) any = any || is_merge_key(mapping.key(i));
  if (!any) return;
  std::unordered_map<std::string, bool> have;
  for (std::size_t i = 0; i < mapping.entries(); ++i) {
    if (!is_merge_key(mapping.key(i))) have.emplace(mapping.key(i).text, true);
  }
  std::vector<Node> merged;
  for (std::size_t i = 0; i < mapping.entries(); ++i) {
    const Node& key = mapping.key(i);
    const Node& value = mapping.value(i);
    if (!is_merge_key(key)) {
      merged.push_back(key);
      merged.push_back(value);
      continue;
    }
    const std::vector<Node> bases = value.is_sequence() ? value.children : std::vector<Node>{value};
    if (!std::all_of(bases.begin(), bases.end(), is_base)) {
      error(key, "'<<' takes a mapping or a list of mappings", "as in <<: *name");
      continue;
    }
    for (const Node& base : bases) {
      for (std::size_t j = 0; j < base.entries(); ++j) {
        if (!have.emplace(base.key(j).text, true).second) continue;
        merged.push_back(base.key(j));
        merged.push_back(base.value(j));
      }
    }
  }
  mapping.children = std::move(merged);
}

}  // namespace dbmig::yaml
