#include <fmt/format.h>

#include <map>

#include "diagram/formats.hpp"
#include "diagram/page.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/references.hpp"

namespace dbmig::diagram {
namespace {

/// Letters, digits and what means nothing there as they are, the rest by its number: PlantUML reads
/// markup (`**`, `__`, `<b>`, `~`) wherever text stands.
std::string plantuml_text(std::string_view text) {
  constexpr std::string_view kMeaningless = " _.,:;()+";
  std::string safe;
  for (const char c : one_line(text)) {
    const bool is_ascii = static_cast<unsigned char>(c) < 0x80;
    const bool stays = !is_ascii || is_plain_word(std::string(1, c)) || (c >= '0' && c <= '9') ||
                       kMeaningless.find(c) != std::string_view::npos;
    if (stays && !(c == '_' && safe.ends_with('_'))) {
      safe += c;
    } else {
      safe += fmt::format("<U+{:04X}>", static_cast<unsigned char>(c));
    }
  }
  return safe;
}

std::string plantuml_column(const schema::Table& table, const schema::Column& column) {
  std::string line =
      fmt::format("  {}{} : {}", column.nullable ? "" : "* ", plantuml_text(column.name),
                  plantuml_text(schema::to_string(column.type)));
  if (table.in_primary_key(column.name)) line += " <<PK>>";
  if (is_in_foreign_key(table, column.name)) line += " <<FK>>";
  if (is_in_unique(table, column.name)) line += " <<UQ>>";
  return line + "\n";
}

}  // namespace

std::string to_plantuml(const schema::Schema& schema, const std::string& title) {
  std::string text = fmt::format(
      "@startuml\n' {}\ntitle {}\nhide circle\nhide empty members\nleft to right direction\n"
      "skinparam linetype ortho\n",
      kMark, plantuml_text(title));
  std::map<std::string, std::string> names;
  for (const auto& [name, table] : schema.tables) {
    names[name] = fmt::format("t{}", names.size());
    text += fmt::format("entity \"{}\" as {} {{\n", plantuml_text(name), names.at(name));
    const bool has_key = table.primary_key.has_value();
    for (const schema::Column& column : table.columns) {
      if (table.in_primary_key(column.name)) text += plantuml_column(table, column);
    }
    if (has_key) text += "  --\n";
    for (const schema::Column& column : table.columns) {
      if (!table.in_primary_key(column.name)) text += plantuml_column(table, column);
    }
    text += "}\n";
  }
  for (const Reference& reference : references_of(schema)) {
    text += fmt::format("{} {}--{} {} : {}\n", names.at(reference.child->name),
                        reference.is_single ? "|o" : "}o", reference.is_optional ? "o|" : "||",
                        names.at(reference.parent->name), plantuml_text(reference.key->name));
  }
  return text + "@enduml\n";
}

}  // namespace dbmig::diagram
