#include <fmt/format.h>

#include <map>
#include <set>

#include "base/text.hpp"
#include "diagram/formats.hpp"
#include "diagram/page.hpp"
#include "diagram/picture.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/references.hpp"

namespace dbmig::diagram {
namespace {

using schema::Table;

/// In a string: there is no escape for what ends it or begins a directive.
std::string mermaid_text(std::string_view text) {
  std::string safe;
  for (const char c : one_line(text)) {
    safe += c == '"' ? '\'' : c == '%' || c == '\\' || c == '#' || c == ';' || c == '`' ? '_' : c;
  }
  // `<` begins HTML where a page allows it.
  return text::replace_all(text::replace_all(std::move(safe), "<", "‹"), ">", "›");
}

/// Names of entities, two tables never under one.
class MermaidNames {
 public:
  explicit MermaidNames(const schema::Schema& schema) {
    std::set<std::string> taken;
    for (const auto& [name, table] : schema.tables) {
      const std::string text = mermaid_text(name);
      std::string own = text;
      for (int i = 2; !taken.insert(own).second; ++i) own = fmt::format("{} ({})", text, i);
      names_[name] = "\"" + own + "\"";
    }
  }
  const std::string& of(const std::string& table) const { return names_.at(table); }

 private:
  std::map<std::string, std::string> names_;
};

/// A word as attributes have it, beginning with a letter; the name itself is then a comment.
std::string mermaid_word(std::string_view text) {
  std::string word;
  for (const char c : as_word(text, "_()-")) {
    word += static_cast<unsigned char>(c) < 0x80 ? c : '_';
  }
  const bool begins_well = is_plain_word(word.substr(0, 1)) && word[0] != '_';
  return begins_well ? word : "x" + word;
}

std::string mermaid_entity(const Table& table, const MermaidNames& names) {
  if (table.columns.empty()) return fmt::format("  {}\n", names.of(table.name));
  std::string text = fmt::format("  {} {{\n", names.of(table.name));
  for (const schema::Column& column : table.columns) {
    std::string type = schema::to_string(column.type);
    if (type.empty()) type = "any";
    const std::string name = mermaid_word(column.name);
    const char* mark = table.in_primary_key(column.name)       ? " PK"
                       : is_in_foreign_key(table, column.name) ? " FK"
                       : is_in_unique(table, column.name)      ? " UK"
                                                               : "";
    std::string note = name == column.name ? "" : mermaid_text(column.name);
    if (!column.comment.empty()) note += (note.empty() ? "" : ": ") + mermaid_text(column.comment);
    text += fmt::format("    {} {}{}{}\n", mermaid_word(type), name, mark,
                        note.empty() ? "" : " \"" + note + "\"");
  }
  return text + "  }\n";
}

std::string mermaid_reference(const Reference& reference, const MermaidNames& names) {
  return fmt::format("  {} {}--{} {} : \"{}\"\n", names.of(reference.parent->name),
                     reference.is_optional ? "|o" : "||", reference.is_single ? "o|" : "o{",
                     names.of(reference.child->name), mermaid_text(reference.key->name));
}

/// The tables in the order of the drawing: those that belong together follow each other.
std::vector<const Table*> mermaid_order(const schema::Schema& schema) {
  const Picture picture = draw(schema, Detail::names);
  std::vector<const Table*> order;
  for (const Area& area : picture.layout.areas) {
    for (const std::size_t box : area.boxes) order.push_back(picture.tables[box]);
  }
  return order;
}

}  // namespace

std::vector<std::string> to_mermaid(const schema::Schema& schema, const std::string& title,
                                    std::size_t most_characters) {
  const MermaidNames names(schema);
  std::map<const Table*, std::string> lines;  // a table's own, and those of its keys
  for (const Reference& reference : references_of(schema)) {
    lines[reference.child] += mermaid_reference(reference, names);
  }
  const std::string head = fmt::format("%% {}\n%% {}\nerDiagram\n", kMark, mermaid_text(title));
  std::vector<std::string> texts;
  std::string entities;
  std::string references;
  const auto close = [&] {
    texts.push_back(head + entities + references);
    entities.clear();
    references.clear();
  };
  for (const Table* table : mermaid_order(schema)) {
    const std::string entity = mermaid_entity(*table, names);
    const std::string& own = lines[table];
    const std::size_t size = head.size() + entities.size() + references.size();
    const bool is_full = size + entity.size() + own.size() > most_characters;
    if (is_full && !entities.empty()) close();
    entities += entity;
    references += own;
  }
  if (!entities.empty() || texts.empty()) close();
  return texts;
}

}  // namespace dbmig::diagram
