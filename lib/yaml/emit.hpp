#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::yaml {

/// A YAML value to be written. Built by the writers, laid out by `emit`.
class Out {
 public:
  enum class Kind : std::uint8_t { literal, text, list, map };
  enum class Style : std::uint8_t {
    fit,      ///< on one line, as [a] or {a: b}, when it fits there; else a line per entry
    block,    ///< a line per entry always
    aligned,  ///< block, with the values of short keys one below the other
  };

  /// Written as it is: `true`, `null`, `12.50`. The caller knows that it needs no quotes.
  static Out literal(std::string text);
  /// A string, quoted where YAML or a tool that reads it could take it for something else.
  static Out text(std::string_view text);
  /// A string in quotes whatever it looks like.
  static Out quoted(std::string_view text);
  static Out list(Style style = Style::fit);
  static Out list(const std::vector<std::string>& texts);
  static Out map(Style style = Style::fit);

  Out& add(Out item) &;
  Out& add(std::string_view key, Out value) &;

  Kind kind() const { return kind_; }
  Style style() const { return style_; }
  bool is_quoted() const { return quoted_; }
  const std::string& scalar() const { return text_; }
  const std::vector<std::string>& keys() const { return keys_; }
  const std::vector<Out>& items() const { return items_; }
  bool empty() const { return items_.empty(); }

 private:
  explicit Out(Kind kind, Style style = Style::fit) : kind_(kind), style_(style) {}

  Kind kind_;
  Style style_;
  bool quoted_ = false;
  std::string text_;
  std::vector<std::string> keys_;  ///< of a map, beside items_
  std::vector<Out> items_;
};

/// `value`, a map or list, as a YAML document in lines of at most 100 characters where texts allow,
/// with LF at the end of each.
std::string emit(const Out& value);

/// `value` as JSON on one line: the same for the same meaning, whatever the layout above is. Object
/// keys stay in their order.
std::string canonical(const Out& value);

/// `text` as a scalar on one line: plain if it can be, else in quotes. `in_flow`: inside [ ] or {
/// }.
std::string scalar(std::string_view text, bool in_flow);
/// `text` in quotes: double ones, unless single ones save escapes.
std::string quoted_scalar(std::string_view text);
/// True when `text` has several lines and reads the same from a block scalar (`|`).
bool is_block_text(std::string_view text);

}  // namespace dbmig::yaml
