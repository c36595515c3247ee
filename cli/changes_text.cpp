#include "cli/changes_text.hpp"

#include <fmt/core.h>

#include "base/text.hpp"

namespace dbmig::cli {
namespace {

using project::Change;
using project::ChangedAttribute;
using project::ChangeKind;

std::string_view mark(ChangeKind kind) {
  if (kind == ChangeKind::added) return "+";
  return kind == ChangeKind::removed ? "-" : "~";
}

/// Two texts one below the other when they do not fit on a line.
void add_values(std::string& out, const std::string& margin, const ChangedAttribute& attribute) {
  constexpr std::size_t kLine = 100;
  const bool long_ = attribute.before.find('\n') != std::string::npos ||
                     attribute.after.find('\n') != std::string::npos ||
                     attribute.before.size() + attribute.after.size() > kLine;
  const auto shown = [](const std::string& text) {
    return text.empty() ? std::string("(none)") : text;
  };
  if (!long_) {
    out +=
        fmt::format("{} {} → {}", attribute.name, shown(attribute.before), shown(attribute.after));
    return;
  }
  out += attribute.name;
  const auto block = [&](std::string_view sign, const std::string& text) {
    if (text.empty()) return;
    for (const std::string& line : text::split(text, '\n')) {
      out += fmt::format("\n{}    {} {}", margin, sign, line);
    }
  };
  block("-", attribute.before);
  block("+", attribute.after);
}

/// What is said of a thing that came or went, on its line. A column's type and an index's columns
/// need no word before them.
std::string description(const Change& change) {
  std::vector<std::string> parts;
  for (const ChangedAttribute& attribute : change.attributes) {
    const std::string& value =
        change.kind == ChangeKind::added ? attribute.after : attribute.before;
    const bool plain = parts.empty() && (attribute.name == "type" || attribute.name == "columns" ||
                                         attribute.name == "sql");
    parts.push_back(plain ? value : attribute.name + ": " + value);
  }
  return text::replace_all(text::join(parts, ", "), "\n", " ");
}

void add_text(std::string& out, const Change& change, const std::string& margin) {
  out += fmt::format("{}{} {} {}", margin, mark(change.kind), change.noun, change.name);
  if (!change.renamed_from.empty()) out += fmt::format(" (was {})", change.renamed_from);
  if (change.kind != ChangeKind::changed) {
    const std::string said = description(change);
    if (!said.empty()) out += ": " + said;
  } else {
    const char* before = ": ";
    for (const ChangedAttribute& attribute : change.attributes) {
      out += before;
      add_values(out, margin, attribute);
      before = "; ";
    }
  }
  out += '\n';
  for (const Change& part : change.parts) add_text(out, part, margin + "    ");
}

}  // namespace

std::string changes_text(const std::vector<Change>& changes) {
  std::string out;
  for (const Change& change : changes) add_text(out, change, "");
  return out;
}

Json changes_json(const std::vector<Change>& changes) {
  Json list = Json::array();
  for (const Change& change : changes) {
    Json attributes = Json::array();
    for (const ChangedAttribute& attribute : change.attributes) {
      attributes.push_back({{"name", attribute.name},
                            {"before", attribute.before.empty() ? Json() : Json(attribute.before)},
                            {"after", attribute.after.empty() ? Json() : Json(attribute.after)}});
    }
    Json json = {{"change", change.kind == ChangeKind::added     ? "added"
                            : change.kind == ChangeKind::removed ? "removed"
                                                                 : "changed"},
                 {"kind", change.noun},
                 {"name", change.name}};
    if (!change.renamed_from.empty()) json["renamed_from"] = change.renamed_from;
    json["attributes"] = std::move(attributes);
    if (change.noun == "table") json["parts"] = changes_json(change.parts);
    list.push_back(std::move(json));
  }
  return list;
}

}  // namespace dbmig::cli
