#include "embed/source.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>

#include "base/ascii.hpp"

namespace dbmig::embed {
namespace {

void require_identifier(const std::string& name) {
  const bool is_name =
      !name.empty() && !ascii::is_digit(name.front()) &&
      std::all_of(name.begin(), name.end(), [](char c) {
        return ascii::is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      });
  if (is_name) return;
  throw Error(ErrorCode::usage, fmt::format("'{}' cannot be the name of a C++ function", name))
      .hint("use letters, digits and '_'");
}

/// One line of text as a string literal. Octal, since a hexadecimal escape goes on with the next
/// character that looks like a digit.
std::string quoted_line(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '"' || c == '\\' || c == '?') {  // no trigraphs
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte >= 0x7F) {
      out += fmt::format("\\{:03o}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

/// A text of any length, a literal for each line, with its length: it may hold zero bytes.
std::string literal_view(std::string_view text, std::string_view margin) {
  std::string lines;
  constexpr std::size_t kLine = 2000;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    const std::size_t size =
        std::min(kLine, end == std::string_view::npos ? text.size() - at : end + 1 - at);
    lines += fmt::format("\n{}{}", margin, quoted_line(text.substr(at, size)));
    at += size;
  }
  return text.empty() ? "{}" : fmt::format("{{{}, {}}}", lines, text.size());
}

std::string names_array(const std::string& variable, const std::vector<std::string>& names) {
  if (names.empty()) return {};
  std::string list;
  for (const std::string& name : names) {
    list += fmt::format("{}{{{}, {}}}", list.empty() ? "" : ", ", quoted_line(name), name.size());
  }
  return fmt::format("constexpr std::string_view {}[] = {{{}}};\n", variable, list);
}

std::string or_nothing(const std::string& variable, const std::vector<std::string>& names) {
  return names.empty() ? "{}" : variable;
}

}  // namespace

std::string source_of(const history::Graph& graph, const std::string& name,
                      const std::string& shown) {
  require_identifier(name);
  std::string lists;
  std::string entries;
  std::size_t number = 0;
  for (const std::string& id : graph.topological()) {
    const history::Revision& revision = graph.get(id);
    const history::Header& header = graph.header(id);
    ++number;
    const std::string parents = fmt::format("kParents{}", number);
    const std::string depends = fmt::format("kDependsOn{}", number);
    const std::string labels = fmt::format("kLabels{}", number);
    lists += names_array(parents, header.parents) + names_array(depends, header.depends_on) +
             names_array(labels, header.labels);
    constexpr std::string_view kMargin = "         ";
    const auto line = [&](std::string_view field, const std::string& value) {
      entries += fmt::format("     .{} = {},\n", field, value);
    };
    entries += "    {\n";
    line("name", literal_view(header.path.filename().string(), kMargin));
    line("id", literal_view(id, kMargin));
    line("parents", or_nothing(parents, header.parents));
    line("depends_on", or_nothing(depends, header.depends_on));
    line("labels", or_nothing(labels, header.labels));
    line("message", literal_view(header.message, kMargin));
    line("created", literal_view(header.created, kMargin));
    line("checksum", literal_view(header.checksum.get(), kMargin));
    line("changes_rows", header.changes_rows ? "true" : "false");
    line("text", literal_view(revision.text, kMargin));
    entries += "    },\n";
  }
  const std::string table =
      number == 0
          ? std::string()
          : fmt::format("constexpr dbmig::EmbeddedRevision kRevisions[] = {{\n{}}};\n", entries);
  return fmt::format(
      "// Made by `dbmig embed` from {}: changed there, not here.\n"
      "#include \"{}.hpp\"\n\n"
      "#include <string_view>\n\n"
      "namespace {{\n\n{}{}\n}}  // namespace\n\n"
      "dbmig::History {}() {{\n"
      "  static const dbmig::History history({});\n"
      "  return history;\n"
      "}}\n",
      shown, name, lists, table, name,
      number == 0 ? "std::span<const dbmig::EmbeddedRevision>{}" : "kRevisions");
}

std::string header_of(const std::string& name) {
  require_identifier(name);
  return fmt::format(
      "// Made by `dbmig embed`.\n"
      "#pragma once\n\n"
      "#include <dbmig/dbmig.hpp>\n\n"
      "/// The revisions that this program was built with. For any thread.\n"
      "dbmig::History {}();\n",
      name);
}

}  // namespace dbmig::embed
