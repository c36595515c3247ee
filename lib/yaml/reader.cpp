#include "yaml/reader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/text.hpp"
#include "ops/sql_tokens.hpp"
#include "yaml/key_spec.hpp"
#include "yaml/known_word.hpp"
#include "yaml/scalar.hpp"

namespace dbmig::yaml {
namespace {

/// A value as it stands in a message: short, one line.
std::string shown(const Node& node) {
  if (!node.is_scalar()) return std::string(kind_name(node));
  std::string text = node.text.substr(0, node.text.find('\n'));
  constexpr std::size_t kMaxShown = 40;
  if (text.size() > kMaxShown) {
    std::size_t end = kMaxShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
    text.resize(end);
  }
  if (text.size() < node.text.size()) text += "…";
  return fmt::format("'{}'", text);
}

}  // namespace

void Reader::error(const Node& node, std::string message, std::string hint) {
  diagnostics_.add(at(node), std::move(message), std::move(hint));
}

std::optional<std::string> Reader::text(const Node& node, std::string_view what) {
  if (node.is_scalar()) return node.text;
  error(node, fmt::format("{} must be text, not {}", what, kind_name(node)));
  return std::nullopt;
}

std::optional<bool> Reader::boolean(const Node& node, std::string_view what) {
  if (node.is_scalar() && !node.quoted && scalar_kind(node.text) == ScalarKind::boolean) {
    return text::lower(node.text) == "true";
  }
  const std::string word = text::lower(node.text);
  std::string hint;
  if (word == "yes" || word == "on" || word == "y" || word == "1" || word == "true") {
    hint = "write true";
  }
  if (word == "no" || word == "off" || word == "n" || word == "0" || word == "false") {
    hint = "write false";
  }
  error(node, fmt::format("{} must be true or false, not {}", what, shown(node)), hint);
  return std::nullopt;
}

std::optional<int> Reader::positive(const Node& node, std::string_view what) {
  int value = 0;
  const char* end = node.text.data() + node.text.size();
  if (node.is_scalar()) {
    const auto [stop, code] = std::from_chars(node.text.data(), end, value);
    if (code == std::errc() && stop == end && value > 0) return value;
  }
  error(node, fmt::format("{} must be a whole number from 1, not {}", what, shown(node)));
  return std::nullopt;
}

std::optional<std::string> Reader::word(const Node& node, std::string_view what,
                                        const std::vector<std::string>& words) {
  const auto value = text(node, what);
  if (!value) return std::nullopt;
  std::string low = text::lower(*value);
  if (std::find(words.begin(), words.end(), low) != words.end()) return low;
  error(node, fmt::format("{} cannot be '{}'", what, *value), text::suggest(low, words));
  return std::nullopt;
}

std::vector<std::string> Reader::names(const Node& node, std::string_view what) {
  if (node.is_scalar()) return {node.text};
  std::vector<std::string> list;
  if (!node.is_sequence()) {
    error(node, fmt::format("{} must be a list of names, not {}", what, kind_name(node)),
          "as in [a, b]");
    return list;
  }
  for (const Node& item : node.children) {
    // A name that looks like null is a name all the same.
    if (item.is_scalar() || (item.is_null() && !item.text.empty())) {
      list.push_back(item.text);
    } else {
      error(item,
            fmt::format("{} must be a list of names, but contains {}", what, kind_name(item)));
    }
  }
  if (node.children.empty()) error(node, fmt::format("{} is an empty list", what));
  return list;
}

std::optional<schema::Type> Reader::type(const Node& node, std::string_view what) {
  if (node.is_mapping()) {
    Fields fields(*this, node, std::string(what), {"native"});
    const Node* native = fields.require("native", "or write the type as text");
    if (native == nullptr) return std::nullopt;
    const auto name =
        native->is_null() ? std::optional<std::string>("") : text(*native, "'native'");
    if (!name) return std::nullopt;
    schema::Type type;
    type.kind = schema::TypeKind::native;
    type.native = *name;
    return type;
  }
  if (node.is_null()) {
    error(node, fmt::format("{} has no value", what), "write a type, as in integer or varchar(64)");
    return std::nullopt;
  }
  const auto value = text(node, what);
  if (!value) return std::nullopt;
  try {
    return schema::parse_type(*value);
  } catch (const Error& e) {
    const Diagnostic& first = e.diagnostics().front();
    std::string hint = first.hint;
    if (first.message.starts_with("unknown type") && hint.starts_with("known")) {
      hint += fmt::format("; one that only the database knows is written {{native: {}}}", *value);
    }
    error(node, first.message, std::move(hint));
    return std::nullopt;
  }
}

bool Reader::has_closed_comments(const Node& node, const schema::SqlText& sql) {
  const auto is_open = [](const std::string& text, DialectKind kind) {
    return ops::not_closed(text, kind) == "comment";
  };
  const bool open =
      (is_open(sql.any, DialectKind::sqlite) && is_open(sql.any, DialectKind::mariadb)) ||
      is_open(sql.sqlite, DialectKind::sqlite) || is_open(sql.mariadb, DialectKind::mariadb);
  if (open) error(node, "a comment in the SQL is not closed", "end it with */");
  return !open;
}

std::optional<schema::SqlText> Reader::sql(const Node& node, std::string_view what) {
  if (node.is_scalar()) {
    if (text::trim(node.text).empty()) {
      error(node, fmt::format("{} is empty", what), "write SQL, or leave it out");
      return std::nullopt;
    }
    schema::SqlText sql{node.text, {}, {}};
    if (!has_closed_comments(node, sql)) return std::nullopt;
    return sql;
  }
  if (!node.is_mapping()) {
    error(node, fmt::format("{} must be SQL, not {}", what, kind_name(node)),
          "write it as text, or as {mariadb: …, sqlite: …}");
    return std::nullopt;
  }
  const std::size_t before = errors();
  Fields fields(*this, node, std::string(what), {"sql", "mariadb", "sqlite"});
  schema::SqlText sql = fields.sql();
  if (errors() != before) return std::nullopt;
  return sql;
}

bool Reader::is_mapping(const Node& node, std::string_view what, std::string_view example) {
  if (node.is_mapping()) return true;
  error(node, fmt::format("{} must be a mapping, not {}", what, kind_name(node)),
        example.empty() ? std::string() : fmt::format("as in {}", example));
  return false;
}

bool Reader::is_sequence(const Node& node, std::string_view what, std::string_view example) {
  if (node.is_sequence()) return true;
  error(node, fmt::format("{} must be a list, not {}", what, kind_name(node)),
        example.empty() ? std::string() : fmt::format("as in {}", example));
  return false;
}

std::string missing_blank_hint(const Node& key) {
  const auto colon = key.text.find(':');
  if (key.quoted || colon == std::string::npos || colon == 0) return {};
  return fmt::format("a ':' needs a blank after it, as in {}: {}", key.text.substr(0, colon),
                     key.text.substr(colon + 1));
}

namespace {

/// Where what is looked for is taken down (yaml/json_schema.hpp); nullptr: nowhere.
KeySpec* sought(const Fields& fields) {
  KeySpecRecorder* recorder = KeySpecRecorder::active();
  return recorder != nullptr && fields.valid() ? &recorder->at(fields.node().line) : nullptr;
}

void seek(const Fields& fields, std::string_view key, KeySpec::Kind kind) {
  if (KeySpec* all = sought(fields)) all->kinds.emplace(key, kind);
}

}  // namespace

Fields::Fields(Reader& reader, const Node& node, std::string what,
               const std::vector<std::string>& keys)
    : reader_(reader), node_(node), what_(std::move(what)), valid_(node.is_mapping()) {
  if (KeySpec* all = sought(*this)) all->keys = keys;
  if (!valid_) {
    if (!node.is_null()) reader.is_mapping(node, what_);
    return;
  }
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const Node& key = node.key(i);
    if (std::find(keys.begin(), keys.end(), key.text) != keys.end()) continue;
    std::string hint = node.value(i).is_null() ? missing_blank_hint(key) : std::string();
    if (hint.empty()) {
      const auto ours = known_word(key.text, keys);
      if (ours) misspelled_.insert(ours->key);
      if (ours) hint = ours->hint;
    }
    if (hint.empty()) {
      if (const auto near = text::closest(key.text, keys)) misspelled_.insert(*near);
      hint = text::suggest(key.text, keys);
    }
    reader.error(key, fmt::format("unknown key '{}' in {}", key.text, what_), std::move(hint));
  }
}

const Node* Fields::require(std::string_view key, std::string_view hint) {
  if (KeySpec* all = sought(*this)) all->required.emplace(key);
  const Node* found = find(key);
  if (found == nullptr && valid_ && !misspelled_.contains(key)) {
    reader_.error(node_, fmt::format("{} has no '{}'", what_, key), std::string(hint));
  }
  return found;
}

std::optional<std::string> Fields::text(std::string_view key) {
  seek(*this, key, KeySpec::Kind::text);
  const Node* found = find(key);
  if (found == nullptr) return std::nullopt;
  return reader_.text(*found, fmt::format("'{}'", key));
}

std::optional<std::string> Fields::required_text(std::string_view key) {
  seek(*this, key, KeySpec::Kind::text);
  const Node* found = require(key);
  if (found == nullptr) return std::nullopt;
  const auto value = reader_.text(*found, fmt::format("'{}'", key));
  if (value && value->empty()) {
    reader_.error(*found, fmt::format("'{}' is empty", key));
    return std::nullopt;
  }
  return value;
}

std::string Fields::text_or_empty(std::string_view key) {
  seek(*this, key, KeySpec::Kind::text);
  const Node* found = find(key);
  if (found == nullptr || found->is_null()) return {};
  return reader_.text(*found, fmt::format("'{}'", key)).value_or("");
}

std::optional<bool> Fields::boolean(std::string_view key) {
  seek(*this, key, KeySpec::Kind::boolean);
  const Node* found = find(key);
  if (found == nullptr) return std::nullopt;
  return reader_.boolean(*found, fmt::format("'{}'", key));
}

bool Fields::flag(std::string_view key) {
  return boolean(key).value_or(false);
}

std::uint64_t Fields::count(std::string_view key) {
  seek(*this, key, KeySpec::Kind::count);
  const Node* found = find(key);
  if (found == nullptr || found->is_null()) return 0;
  std::uint64_t value = 0;
  const char* end = found->text.data() + found->text.size();
  if (found->is_scalar()) {
    const auto [stop, code] = std::from_chars(found->text.data(), end, value);
    if (code == std::errc() && stop == end) return value;
  }
  reader_.error(*found, fmt::format("'{}' must be a whole number, not {}", key, shown(*found)));
  return 0;
}

std::string Fields::word_or_empty(std::string_view key, const std::vector<std::string>& words) {
  seek(*this, key, KeySpec::Kind::word);
  if (KeySpec* all = sought(*this)) all->words.emplace(key, words);
  const Node* found = find(key);
  if (found == nullptr || found->is_null()) return {};
  return reader_.word(*found, fmt::format("'{}'", key), words).value_or("");
}

schema::SqlText Fields::sql() {
  const Node* inner = find("sql");
  if (inner != nullptr && inner->is_mapping()) {
    for (const char* key : {"mariadb", "sqlite"}) {
      const Node* beside = find(key);
      if (beside == nullptr) continue;
      reader_.error(
          *beside,
          fmt::format(
              "{} has '{}' in addition to an 'sql' that already has the SQL for each database",
              what_, key),
          "write only sql: {mariadb: …, sqlite: …}");
    }
    return reader_.sql(*inner, what_).value_or(schema::SqlText{});
  }
  schema::SqlText sql{text_or_empty("sql"), text_or_empty("mariadb"), text_or_empty("sqlite")};
  const auto blank = [](const std::string& s) { return text::trim(s).empty(); };
  if (valid_ && blank(sql.any) && blank(sql.mariadb) && blank(sql.sqlite)) {
    reader_.error(node_, fmt::format("{} has no SQL", what_),
                  "write sql: …, or mariadb: … and sqlite: …");
  }
  reader_.has_closed_comments(node_, sql);
  return sql;
}

}  // namespace dbmig::yaml
