#include "yaml/parse_libyaml.hpp"

#include <yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/text.hpp"
#include "yaml/core_tag.hpp"
#include "yaml/node_builder.hpp"

namespace dbmig::yaml {
namespace {

/// What YAML 1.1, which libyaml reads, takes for a line end or refuses, and YAML 1.2 does not: NEL,
/// LINE SEPARATOR, PARAGRAPH SEPARATOR, byte order marks and the C1 controls.
bool means_more_to_libyaml(std::string_view text) {
  // All of them begin with one of three bytes, which most files do not hold.
  for (std::size_t i = text.find_first_of("\xC2\xE2\xEF"); i != std::string_view::npos;
       i = text.find_first_of("\xC2\xE2\xEF", i + 1)) {
    const std::string_view rest = text.substr(i);
    const bool is_control = rest.size() > 1 && rest[0] == '\xC2' && rest[1] < '\xA0';
    if (is_control || rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ||
        rest.starts_with("\xEF\xBB\xBF")) {
      return true;
    }
  }
  return false;
}

std::string_view text_of(const yaml_char_t* text) {
  return text == nullptr ? std::string_view() : reinterpret_cast<const char*>(text);
}

/// Thrown where yaml-cpp is to say what is wrong.
struct Trouble {};

class Parser {
 public:
  explicit Parser(std::string_view text) {
    if (yaml_parser_initialize(&parser_) == 0) throw Trouble{};
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
  }
  Parser(const Parser&) = delete;
  Parser& operator=(const Parser&) = delete;
  ~Parser() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }

  /// Good until the next one.
  const yaml_event_t& next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 0) throw Trouble{};
    return event_;
  }

 private:
  yaml_parser_t parser_{};
  yaml_event_t event_{};
};

/// libyaml's events, handed to the builder.
class Events {
 public:
  explicit Events(NodeBuilder& builder) : builder_(builder) {}

  /// False at the end of the text.
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_STREAM_END_EVENT:
        return false;
      case YAML_DOCUMENT_START_EVENT:
        builder_.document(place(event));
        break;
      case YAML_ALIAS_EVENT:
        builder_.alias(place(event), known_anchor(event.data.alias.anchor));
        break;
      case YAML_SCALAR_EVENT:
        take_scalar(event);
        break;
      case YAML_SEQUENCE_START_EVENT: {
        const auto& start = event.data.sequence_start;
        open(event, Node::Kind::sequence, "seq", start.tag, start.anchor,
             start.style == YAML_FLOW_SEQUENCE_STYLE);
        break;
      }
      case YAML_MAPPING_START_EVENT: {
        const auto& start = event.data.mapping_start;
        open(event, Node::Kind::mapping, "map", start.tag, start.anchor,
             start.style == YAML_FLOW_MAPPING_STYLE);
        break;
      }
      case YAML_SEQUENCE_END_EVENT:
      case YAML_MAPPING_END_EVENT:
        builder_.close();
        break;
      case YAML_NO_EVENT:
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT:
        break;
    }
    return true;
  }

 private:
  static Place place(const yaml_event_t& event) {
    return {static_cast<int>(event.start_mark.line) + 1,
            static_cast<int>(event.start_mark.column) + 1, event.start_mark.index};
  }

  static Node at(const yaml_event_t& event, Node::Kind kind) {
    const Place here = place(event);
    Node node;
    node.kind = kind;
    node.line = here.line;
    node.column = here.column;
    return node;
  }

  void take_scalar(const yaml_event_t& event) {
    const auto& scalar = event.data.scalar;
    Node node = at(event, Node::Kind::scalar);
    node.text.assign(reinterpret_cast<const char*>(scalar.value), scalar.length);
    const bool plain = scalar.style == YAML_PLAIN_SCALAR_STYLE;
    const std::string_view tag = text_of(scalar.tag);
    if (tag.empty() && plain && is_null_word(node.text)) {
      node.kind = Node::Kind::null;
    } else if (tag.empty()) {
      node.quoted = !plain;
    } else if (tag == "!" || is_core_tag(tag, "str")) {
      node.quoted = true;
    } else if (!is_scalar_tag(tag)) {
      builder_.unknown_tag(node, std::string(tag));
    }
    if (text::find_invalid_utf8(node.text)) throw Trouble{};
    builder_.leaf(std::move(node), new_anchor(scalar.anchor));
  }

  void open(const yaml_event_t& event, Node::Kind kind, std::string_view core,
            const yaml_char_t* tag, const yaml_char_t* anchor, bool flow) {
    const std::string_view own = text_of(tag);
    Node node = at(event, kind);
    if (!own.empty() && own != "!" && !is_core_tag(own, core)) {
      builder_.unknown_tag(node, std::string(own));
    }
    builder_.open(std::move(node), new_anchor(anchor), flow);
  }

  static bool is_null_word(std::string_view text) {
    constexpr std::array<std::string_view, 5> kNulls{"", "~", "null", "Null", "NULL"};
    return std::find(kNulls.begin(), kNulls.end(), text) != kNulls.end();
  }

  /// Anchors by number: one that is given again is another.
  std::size_t new_anchor(const yaml_char_t* name) {
    if (name == nullptr) return 0;
    anchors_[std::string(text_of(name))] = ++last_anchor_;
    return last_anchor_;
  }
  std::size_t known_anchor(const yaml_char_t* name) const {
    const auto found = anchors_.find(text_of(name));
    if (found == anchors_.end()) throw Trouble{};
    return found->second;
  }

  NodeBuilder& builder_;
  std::map<std::string, std::size_t, std::less<>> anchors_;
  std::size_t last_anchor_ = 0;
};

}  // namespace

std::optional<Node> parse_libyaml(std::string_view clean, const std::string& file,
                                  Diagnostics& diagnostics) {
  if (means_more_to_libyaml(clean)) return std::nullopt;
  Diagnostics found;
  NodeBuilder builder(file, found);
  Events events(builder);
  std::optional<Node> root;
  try {
    Parser parser(clean);
    while (events.take(parser.next())) {
    }
    root = builder.take();
  } catch (const Trouble&) {
    return std::nullopt;
  } catch (const NodeBuilder::Stop&) {
    // It has said why.
  }
  for (const Diagnostic& one : found.list()) diagnostics.add(one.where, one.message, one.hint);
  return root;
}

}  // namespace dbmig::yaml
