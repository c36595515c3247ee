#include <fmt/format.h>

#include <map>

#include "base/text.hpp"
#include "diagram/formats.hpp"
#include "diagram/page.hpp"
#include "diagram/plain_text.hpp"
#include "diagram/references.hpp"

namespace dbmig::diagram {
namespace {

using schema::Table;

/// In a label that is written like HTML.
std::string dot_label(std::string_view text) {
  std::string label;
  for (const char c : one_line(text)) {
    switch (c) {
      case '&':
        label += "&amp;";
        break;
      case '<':
        label += "&lt;";
        break;
      case '>':
        label += "&gt;";
        break;
      case '"':
        label += "&quot;";
        break;
      default:
        label += c;
    }
  }
  // An empty cell is a mistake there.
  return label.find_first_not_of(' ') == std::string::npos ? "&#160;" : label;
}

/// A node's identifier: the table's name where Graphviz takes it as it is, whatever follows it.
std::string dot_name(const std::string& table, std::size_t index) {
  return is_plain_word(table) ? fmt::format("\"{}\"", table) : fmt::format("\"table {}\"", index);
}

std::string dot_table(const Table& table, const std::string& name) {
  std::string text = fmt::format(
      "  {} [label=<<TABLE BORDER=\"0\" CELLBORDER=\"1\" CELLSPACING=\"0\" CELLPADDING=\"4\">\n"
      "    <TR><TD COLSPAN=\"2\" BGCOLOR=\"#e9edf4\" PORT=\"name\"><B>{}</B></TD></TR>\n",
      name, dot_label(table.name));
  std::size_t index = 0;
  for (const schema::Column& column : table.columns) {
    const char* mark = table.in_primary_key(column.name)       ? " <B>PK</B>"
                       : is_in_foreign_key(table, column.name) ? " <B>FK</B>"
                                                               : "";
    const std::string type = schema::to_string(column.type);
    text += fmt::format(
        "    <TR><TD ALIGN=\"LEFT\" PORT=\"c{0}\">{1}{2}</TD><TD ALIGN=\"LEFT\" "
        "PORT=\"t{0}\">{3}{4}"
        "</TD></TR>\n",
        index++, dot_label(column.name), mark, dot_label(type), column.nullable ? "" : " *");
  }
  return text + "  </TABLE>>];\n";
}

/// The place of a column in its table, or the heading.
std::string dot_port(const Table& table, const std::vector<std::string>& columns) {
  std::size_t index = 0;
  for (const schema::Column& column : table.columns) {
    if (!columns.empty() && column.name == columns.front()) return fmt::format("c{}", index);
    ++index;
  }
  return "name";
}

}  // namespace

std::string to_dot(const schema::Schema& schema, const std::string& title) {
  std::string text = fmt::format(
      "// {}\ndigraph schema {{\n  graph [rankdir=RL, label=<{}>, labelloc=t, "
      "fontname=\"Helvetica\"];\n  node [shape=plain, fontname=\"Courier\", fontsize=11];\n"
      "  edge [dir=both, color=\"#67728a\"];\n",
      kMark, dot_label(title));
  std::map<std::string, std::string> names;
  for (const auto& [name, table] : schema.tables) {
    names[name] = dot_name(name, names.size());
    text += dot_table(table, names.at(name));
  }
  for (const Reference& reference : references_of(schema)) {
    text += fmt::format(
        "  {}:{} -> {}:{} [arrowtail={}, arrowhead={}, tooltip=<{}>];\n",
        names.at(reference.child->name), dot_port(*reference.child, reference.key->columns),
        names.at(reference.parent->name),
        dot_port(*reference.parent, reference.key->referenced_columns),
        reference.is_single ? "teeodot" : "crowodot", reference.is_optional ? "teeodot" : "teetee",
        dot_label(reference.key->name));
  }
  return text + "}\n";
}

}  // namespace dbmig::diagram
