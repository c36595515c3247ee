#include "yaml/emit.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "base/text.hpp"

namespace dbmig::yaml {

Out Out::literal(std::string text) {
  Out out(Kind::literal);
  out.text_ = std::move(text);
  return out;
}

Out Out::text(std::string_view text) {
  Out out(Kind::text);
  out.text_ = text;
  return out;
}

Out Out::quoted(std::string_view text) {
  Out out = Out::text(text);
  out.quoted_ = true;
  return out;
}

Out Out::list(Style style) {
  return Out(Kind::list, style);
}

Out Out::list(const std::vector<std::string>& texts) {
  Out out(Kind::list);
  for (const std::string& item : texts) out.add(Out::text(item));
  return out;
}

Out Out::map(Style style) {
  return Out(Kind::map, style);
}

Out& Out::add(Out item) & {
  items_.push_back(std::move(item));
  return *this;
}

Out& Out::add(std::string_view key, Out value) & {
  keys_.emplace_back(key);
  items_.push_back(std::move(value));
  return *this;
}

namespace {

constexpr std::size_t kWidth = 100;
/// Keys longer than this stay out of the alignment of their neighbours.
constexpr std::size_t kMaxAlignedKey = 24;

bool is_collection(const Out& out) {
  return out.kind() == Out::Kind::list || out.kind() == Out::Kind::map;
}

std::string inline_scalar(const Out& out, bool in_flow) {
  if (out.kind() == Out::Kind::literal) return out.scalar();
  return out.is_quoted() ? quoted_scalar(out.scalar()) : scalar(out.scalar(), in_flow);
}

/// `out` on one line inside a flow collection (or as one), when its style and texts allow that and
/// it is not longer than `room`.
std::optional<std::string> flow(const Out& out, std::size_t room) {
  if (!is_collection(out)) {
    if (out.kind() == Out::Kind::text && !out.is_quoted() && is_block_text(out.scalar())) {
      return std::nullopt;
    }
    return inline_scalar(out, true);
  }
  const bool map = out.kind() == Out::Kind::map;
  if (out.empty()) return map ? "{}" : "[]";
  if (out.style() != Out::Style::fit) return std::nullopt;
  std::string line(1, map ? '{' : '[');
  for (std::size_t i = 0; i < out.items().size(); ++i) {
    if (i != 0) line += ", ";
    if (map) line += scalar(out.keys()[i], true) + ": ";
    const auto item = flow(out.items()[i], room);
    if (!item) return std::nullopt;
    line += *item;
    if (line.size() > 4 * room) return std::nullopt;  // bytes: a character has at most four
  }
  line += map ? '}' : ']';
  return text::utf8_length(line) <= room ? std::optional(line) : std::nullopt;
}

class Writer {
 public:
  std::string take() { return std::move(text_); }

  /// The entries of a map or list, each on lines of its own that begin at `indent`. With
  /// `continued` the first one goes on where the text stands (after `- `).
  void entries(const Out& out, std::size_t indent, bool continued) {
    const std::size_t pad = out.style() == Out::Style::aligned ? aligned_width(out) : 0;
    for (std::size_t i = 0; i < out.items().size(); ++i) {
      if (i != 0 || !continued) text_.append(indent, ' ');
      const Out& item = out.items()[i];
      if (out.kind() == Out::Kind::list) {
        text_ += '-';
        list_item(item, indent);
        continue;
      }
      const std::string key = scalar(out.keys()[i], false) + ":";
      text_ += key;
      const std::size_t width = text::utf8_length(key);
      const std::size_t blanks = pad > width && stays_on_line(item, indent + pad) ? pad - width : 0;
      value(item, indent, indent + width + blanks, blanks);
    }
  }

 private:
  static std::size_t aligned_width(const Out& out) {
    std::size_t width = 0;
    for (const std::string& key : out.keys()) {
      const std::size_t length = text::utf8_length(scalar(key, false)) + 1;
      if (length <= kMaxAlignedKey) width = std::max(width, length);
    }
    return width;
  }

  static bool stays_on_line(const Out& item, std::size_t column) {
    return !is_collection(item) || flow(item, kWidth - std::min(kWidth, column + 1)).has_value();
  }

  /// What follows `key:` and `blanks`, up to the end of its last line. The line is `column` long.
  void value(const Out& out, std::size_t indent, std::size_t column, std::size_t blanks) {
    if (!is_collection(out)) {
      text_.append(blanks + 1, ' ');
      scalar_value(out, indent);
      return;
    }
    if (const auto line = flow(out, kWidth - std::min(kWidth, column + 1))) {
      text_.append(blanks + 1, ' ');
      text_ += *line + "\n";
      return;
    }
    text_ += '\n';
    entries(out, indent + 2, false);
  }

  void list_item(const Out& out, std::size_t indent) {
    text_ += ' ';
    if (!is_collection(out)) {
      scalar_value(out, indent);
    } else if (const auto line = flow(out, kWidth - std::min(kWidth, indent + 2))) {
      text_ += *line + "\n";
    } else {
      entries(out, indent + 2, true);
    }
  }

  void scalar_value(const Out& out, std::size_t indent) {
    if (out.kind() != Out::Kind::text || out.is_quoted() || !is_block_text(out.scalar())) {
      text_ += inline_scalar(out, false) + "\n";
      return;
    }
    const bool ends_line = out.scalar().ends_with('\n');
    text_ += ends_line ? "|\n" : "|-\n";
    std::string_view rest = out.scalar();
    if (ends_line) rest.remove_suffix(1);
    for (const std::string& line : text::split(rest, '\n')) {
      if (!line.empty()) text_.append(indent + 2, ' ');
      text_ += line + "\n";
    }
  }

  std::string text_;
};

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace

std::string emit(const Out& value) {
  if (value.empty()) return value.kind() == Out::Kind::map ? "{}\n" : "[]\n";
  Writer writer;
  writer.entries(value, 0, false);
  return writer.take();
}

std::string canonical(const Out& value) {
  switch (value.kind()) {
    case Out::Kind::literal:
      return value.scalar();
    case Out::Kind::text:
      return json_string(value.scalar());
    case Out::Kind::list:
    case Out::Kind::map:
      break;
  }
  const bool map = value.kind() == Out::Kind::map;
  std::string out(1, map ? '{' : '[');
  for (std::size_t i = 0; i < value.items().size(); ++i) {
    if (i != 0) out += ',';
    if (map) out += json_string(value.keys()[i]) + ":";
    out += canonical(value.items()[i]);
  }
  return out + (map ? '}' : ']');
}

}  // namespace dbmig::yaml
