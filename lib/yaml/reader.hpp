#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "schema/sql_text.hpp"
#include "schema/type.hpp"
#include "yaml/node.hpp"

namespace dbmig::yaml {

/// Turns nodes of one file into values. Mistakes become diagnostics and the value is left out, so
/// that a person sees all of them at once.
class Reader {
 public:
  Reader(std::string file, Diagnostics& diagnostics)
      : file_(std::move(file)), diagnostics_(diagnostics) {}

  SourcePosition at(const Node& node) const { return {file_, node.line, node.column}; }
  void error(const Node& node, std::string message, std::string hint = {});
  /// How many mistakes there are so far: tells whether a piece of work added any.
  std::size_t errors() const { return diagnostics_.list().size(); }

  // `what` names the value in messages: "'type'", "a part of index 'ix'".
  std::optional<std::string> text(const Node& node, std::string_view what);
  std::optional<bool> boolean(const Node& node, std::string_view what);
  std::optional<int> positive(const Node& node, std::string_view what);
  /// One of `words`, any case.
  std::optional<std::string> word(const Node& node, std::string_view what,
                                  const std::vector<std::string>& words);
  /// A list of texts, or one text alone.
  std::vector<std::string> names(const Node& node, std::string_view what);
  /// `varchar(64)`, or `{native: …}` for a type that only the database knows.
  std::optional<schema::Type> type(const Node& node, std::string_view what);
  /// A text for every database, or `{sql: …, mariadb: …, sqlite: …}`.
  std::optional<schema::SqlText> sql(const Node& node, std::string_view what);

  /// Reports a comment that is not closed, which would take in what is put behind the SQL.
  bool has_closed_comments(const Node& node, const schema::SqlText& sql);

  bool is_mapping(const Node& node, std::string_view what, std::string_view example = {});
  bool is_sequence(const Node& node, std::string_view what, std::string_view example = {});

 private:
  std::string file_;
  Diagnostics& diagnostics_;
};

/// The entries of one mapping whose keys are known. Unknown keys are reported at once, with the
/// nearest known one. Getters return nothing for a key that is absent or wrong (reported).
class Fields {
 public:
  /// `what` names the mapping: "column 'id'". A node that is not a mapping is reported and reads as
  /// an empty one; a null node is an empty one.
  Fields(Reader& reader, const Node& node, std::string what, const std::vector<std::string>& keys);

  const Node& node() const { return node_; }
  const std::string& what() const { return what_; }
  Reader& reader() const { return reader_; }
  bool valid() const { return valid_; }

  /// nullptr when absent.
  const Node* find(std::string_view key) const { return valid_ ? node_.find(key) : nullptr; }
  bool has(std::string_view key) const { return find(key) != nullptr; }
  /// The same, reporting that it is missing (unless an unknown key that looks like it was
  /// reported).
  const Node* require(std::string_view key, std::string_view hint = {});

  std::optional<std::string> text(std::string_view key);
  std::optional<std::string> required_text(std::string_view key);
  /// Absent gives "", null too.
  std::string text_or_empty(std::string_view key);
  bool flag(std::string_view key);
  /// A whole number; absent gives 0.
  std::uint64_t count(std::string_view key);
  std::optional<bool> boolean(std::string_view key);
  std::string word_or_empty(std::string_view key, const std::vector<std::string>& words);
  /// The keys sql, mariadb and sqlite of this mapping itself; reports when all are missing.
  schema::SqlText sql();

 private:
  Reader& reader_;
  const Node& node_;
  std::string what_;
  bool valid_;
  std::set<std::string, std::less<>> misspelled_;  ///< known keys that unknown ones stand for
};

/// "a ':' needs a blank after it" for a key like `id:integer`; empty for others.
std::string missing_blank_hint(const Node& key);

}  // namespace dbmig::yaml
