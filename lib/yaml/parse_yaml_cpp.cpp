#include "yaml/parse_yaml_cpp.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/text.hpp"
#include "yaml/core_tag.hpp"
#include "yaml/node_builder.hpp"
#include "yaml/syntax_error.hpp"

namespace dbmig::yaml {

namespace {

/// Stands for a question mark while yaml-cpp reads: a byte that valid UTF-8 does not hold.
constexpr char kHiddenMark = '\xFF';

/// Whether the `?` at `at` can say that a key follows (YAML 1.2.2, 8.2.2 and 7.4.2): there is
/// nothing but a blank behind it, and nothing before it on its line, or the sign of something that
/// begins.
bool may_begin_key(std::string_view text, std::size_t at) {
  if (at + 1 < text.size() && std::string_view(" \t\n").find(text[at + 1]) == text.npos) {
    return false;
  }
  const std::size_t before = at == 0 ? text.npos : text.find_last_not_of(" \t", at - 1);
  return before == text.npos || std::string_view("\n{[,-?:").find(text[before]) != text.npos;
}

/// `text` with the question marks hidden that are text: inside { } and [ ] yaml-cpp ends a text at
/// each of them.
std::string with_hidden_marks(std::string text) {
  for (std::size_t at = text.find('?'); at != std::string::npos; at = text.find('?', at + 1)) {
    if (!may_begin_key(text, at)) text[at] = kHiddenMark;
  }
  return text;
}

std::string with_marks(std::string text) {
  std::replace(text.begin(), text.end(), kHiddenMark, '?');
  return text;
}

/// yaml-cpp's events, handed to the builder with positions that people count by.
class EventAdapter final : public YAML::EventHandler {
 public:
  EventAdapter(NodeBuilder& builder, std::string_view content)
      : builder_(builder), content_(content) {}

  void OnDocumentStart(const YAML::Mark& mark) override { builder_.document(place(mark)); }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node = at(mark);
    node.text = null_text(static_cast<std::size_t>(mark.pos));
    builder_.leaf(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    builder_.alias(place(mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node = at(mark);
    node.kind = Node::Kind::scalar;
    node.text = with_marks(value);
    const bool plain_tag = tag == "?" || tag.empty();
    if (tag == "!" || is_core_tag(tag, "str")) {
      node.quoted = true;
    } else if (!plain_tag && !is_scalar_tag(tag)) {
      builder_.unknown_tag(node, with_marks(tag));
    }
    if (text::find_invalid_utf8(node.text)) builder_.bad_escape(node);
    last_scalar_ = mark;
    builder_.leaf(std::move(node), anchor);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    open(mark, tag, "seq", Node::Kind::sequence, anchor, style);
  }
  void OnSequenceEnd() override { builder_.close(); }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    open(mark, tag, "map", Node::Kind::mapping, anchor, style);
  }
  void OnMapEnd() override { builder_.close(); }

  /// Line and column from 1, in characters. Marks mostly go forward, so counting starts at the last
  /// one: a file that is one long line stays linear.
  Place place(const YAML::Mark& mark) {
    const auto pos = std::min(static_cast<std::size_t>(std::max(mark.pos, 0)), content_.size());
    if (pos < known_.pos) known_ = {};
    for (; known_.pos < pos; ++known_.pos) {
      const char c = content_[known_.pos];
      if (c == '\n') {
        ++known_.line;
        known_.column = 1;
      } else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U) {
        ++known_.column;
      }
    }
    return {known_.line, known_.column, pos};
  }

  /// yaml-cpp takes a quoted scalar that the end of the file cuts off as if it were closed.
  bool last_scalar_is_closed() const {
    return is_closed_scalar(content_, static_cast<std::size_t>(std::max(last_scalar_.pos, 0)));
  }
  Place last_scalar() { return place(last_scalar_); }

 private:
  Node at(const YAML::Mark& mark) {
    const Place here = place(mark);
    Node node;
    node.line = here.line;
    node.column = here.column;
    return node;
  }

  void open(const YAML::Mark& mark, const std::string& tag, std::string_view core, Node::Kind kind,
            YAML::anchor_t anchor, YAML::EmitterStyle::value style) {
    Node node = at(mark);
    node.kind = kind;
    if (tag != "?" && tag != "!" && !tag.empty() && !is_core_tag(tag, core)) {
      builder_.unknown_tag(node, with_marks(tag));
    }
    builder_.open(std::move(node), anchor, style == YAML::EmitterStyle::Flow);
  }

  /// yaml-cpp does not pass on how a null was written, which matters for a key called `null`.
  std::string null_text(std::size_t pos) const {
    for (const std::string_view word : {"null", "Null", "NULL", "~"}) {
      if (content_.substr(std::min(pos, content_.size())).starts_with(word))
        return std::string(word);
    }
    return {};
  }

  struct Known {
    std::size_t pos = 0;
    int line = 1;
    int column = 1;
  };
  NodeBuilder& builder_;
  std::string_view content_;
  Known known_;
  YAML::Mark last_scalar_;
};

}  // namespace

std::optional<Node> parse_yaml_cpp(const std::string& clean, const std::string& file,
                                   Diagnostics& diagnostics) {
  NodeBuilder builder(file, diagnostics);
  EventAdapter adapter(builder, clean);
  std::istringstream stream(with_hidden_marks(clean));
  const auto report_open_quote = [&] {
    const Place open = adapter.last_scalar();
    diagnostics.add({file, open.line, open.column}, "this quotation mark is never closed",
                    "close it at the end of the text");
  };
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(adapter)) {
    }
  } catch (const NodeBuilder::Stop&) {
    return std::nullopt;
  } catch (const YAML::Exception& error) {
    if (!adapter.last_scalar_is_closed()) {
      report_open_quote();
      return std::nullopt;
    }
    const Place place = adapter.place(error.mark);
    report_syntax_error({with_marks(error.msg), place, builder.innermost_flow(), clean}, file,
                        diagnostics);
    return std::nullopt;
  }
  if (!adapter.last_scalar_is_closed()) {
    report_open_quote();
    return std::nullopt;
  }
  return builder.take();
}

}  // namespace dbmig::yaml
