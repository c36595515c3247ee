#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/edit_model.hpp"
#include "yaml/model.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {

/// The text of a file, the positions of its nodes in it, and the changes to be made. Refers to the
/// file, which must outlive it.
class EditedText {
 public:
  explicit EditedText(const SourceFile& file);

  const std::string& text() const { return file_.content; }
  std::string line_end() const { return text().find("\r\n") == std::string::npos ? "\n" : "\r\n"; }

  std::size_t offset(const Node& node) const { return offset(node.line, node.column); }
  std::size_t offset(int line, int column) const;
  std::size_t line_start(int line) const { return lines_.at(static_cast<std::size_t>(line) - 1); }

  /// Throws Error{invalid}: `what`, which is at `node`, is written in a form that is not supported.
  [[noreturn]] void refuse(const Node& node, const std::string& what) const;

  bool is_first_of_line(const Node& node) const;
  /// Behind the last line of the block whose key is `key`: what is indented deeper, and items of a
  /// list at the same depth. Blank lines and comments at the end belong to what follows.
  std::size_t block_end(const Node& key) const;

  /// The end of a scalar's source, or of a flow collection's, that begins at `at`.
  std::size_t value_end(std::size_t at) const;

  bool is_flow(const Node& node) const;

  void replace(std::size_t from, std::size_t to, std::string with) {
    changes_.push_back({from, to, std::move(with)});
  }
  void insert(std::size_t at, std::string with) { replace(at, at, std::move(with)); }

  bool is_changed() const { return !changes_.empty(); }
  EditedFile result() const;

 private:
  struct Change {
    std::size_t from;
    std::size_t to;
    std::string with;
  };

  std::size_t next_line(std::size_t line) const;
  bool is_blank(std::size_t at) const;
  /// A quote inside of a plain word is a letter: `it's`.
  bool is_word_before(std::size_t at) const;
  std::size_t quoted_end(std::size_t at) const;

  const SourceFile& file_;
  std::vector<std::size_t> lines_;
  std::vector<Change> changes_;
};

/// An entry of a mapping.
struct EntryPlace {
  const Node* mapping = nullptr;
  std::size_t index = 0;
  const Node& key() const { return mapping->key(index); }
  const Node& value() const { return mapping->value(index); }
};

/// The entry called `name`; nothing when there is none, or `mapping` is not a mapping.
std::optional<EntryPlace> entry_of(const Node* mapping, std::string_view name);

/// Inserts `lines` at the start of a line, each indented by `depth`.
void insert_lines(EditedText& text, std::size_t at, const std::string& lines, std::size_t depth);
/// Adds an entry to the mapping `value` of `holder`: `block`, lines of it as a block, or `flow`.
void add_entry(EditedText& text, const EntryPlace& holder, const std::string& block,
               const std::string& flow);
/// Takes an entry out; the key that holds the mapping too when it was the only one.
void remove_entry(EditedText& text, const EntryPlace& holder, const EntryPlace& entry);

}  // namespace dbmig::yaml
