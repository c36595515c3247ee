#include "yaml/edited_text.hpp"

#include <algorithm>
#include <utility>

#include "base/error.hpp"

namespace dbmig::yaml {
namespace {

/// `lines` with each line indented.
std::string indented(const std::string& lines, std::size_t depth, const std::string& line_end) {
  std::string out;
  for (std::size_t at = 0; at < lines.size();) {
    const std::size_t end = std::min(lines.find('\n', at), lines.size());
    out += std::string(depth, ' ') + lines.substr(at, end - at) + line_end;
    at = end + 1;
  }
  return out;
}

}  // namespace

EditedText::EditedText(const SourceFile& file) : file_(file) {
  std::size_t at = 0;
  // A byte-order mark is no part of the first line's columns.
  if (file.content.starts_with("\xEF\xBB\xBF")) at = 3;
  lines_.push_back(at);
  for (; at < file.content.size(); ++at) {
    if (file.content[at] == '\n') lines_.push_back(at + 1);
  }
}

std::size_t EditedText::offset(int line, int column) const {
  std::size_t at = lines_.at(static_cast<std::size_t>(line) - 1);
  for (int i = 1; i < column && at < text().size(); ++i) {
    ++at;
    while (at < text().size() && (static_cast<unsigned char>(text()[at]) & 0xC0U) == 0x80U) ++at;
  }
  return at;
}

void EditedText::refuse(const Node& node, const std::string& what) const {
  throw Error(ErrorCode::invalid, what + " is written in a form that is not edited from here")
      .at({file_.name, node.line, node.column})
      .hint("change it in the file and run `dbmig migrate`");
}

bool EditedText::is_first_of_line(const Node& node) const {
  const std::size_t start = line_start(node.line);
  return text().find_first_not_of(' ', start) == offset(node);
}

std::size_t EditedText::block_end(const Node& key) const {
  const std::size_t indent = offset(key) - line_start(key.line);
  std::size_t end = next_line(static_cast<std::size_t>(key.line) - 1);
  for (std::size_t line = static_cast<std::size_t>(key.line); line < lines_.size(); ++line) {
    const std::size_t start = lines_[line];
    const std::size_t first = text().find_first_not_of(" \r", start);
    if (first == std::string::npos || text()[first] == '\n') continue;
    const std::size_t depth = first - start;
    const bool is_item = depth == indent && text()[first] == '-' && first + 1 < text().size() &&
                         (text()[first + 1] == ' ' || text()[first + 1] == '\n');
    if (depth <= indent && !is_item) break;
    if (text()[first] != '#') end = next_line(line);
  }
  return end;
}

std::size_t EditedText::value_end(std::size_t at) const {
  const char first = text()[at];
  if (first == '"' || first == '\'') return quoted_end(at);
  if (first != '{' && first != '[') {
    // A plain scalar: to the end of the line, a comment, or what ends it in a flow collection.
    std::size_t end = at;
    while (end < text().size() && text()[end] != '\n' && text()[end] != '\r' &&
           text()[end] != ',' && text()[end] != '}' && text()[end] != ']' &&
           !(text()[end] == '#' && end > at && text()[end - 1] == ' ') &&
           !(text()[end] == ':' && is_blank(end + 1))) {
      ++end;
    }
    while (end > at && text()[end - 1] == ' ') --end;
    return end;
  }
  int depth = 0;
  for (std::size_t i = at; i < text().size(); ++i) {
    const char c = text()[i];
    if (c == '"' || (c == '\'' && !is_word_before(i))) {
      i = quoted_end(i) - 1;
    } else if (c == '#' && text()[i - 1] == ' ') {
      i = std::min(text().find('\n', i), text().size() - 1);
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth == 0) {
      return i + 1;
    }
  }
  return text().size();
}

bool EditedText::is_flow(const Node& node) const {
  const char first = text()[offset(node)];
  return first == '{' || first == '[';
}

EditedFile EditedText::result() const {
  std::vector<Change> changes = changes_;
  std::stable_sort(changes.begin(), changes.end(),
                   [](const Change& a, const Change& b) { return a.from > b.from; });
  std::string after = text();
  for (const Change& change : changes) {
    after.replace(change.from, change.to - change.from, change.with);
  }
  return {file_.name, text(), after};
}

std::size_t EditedText::next_line(std::size_t line) const {
  return line + 1 < lines_.size() ? lines_[line + 1] : text().size();
}

bool EditedText::is_blank(std::size_t at) const {
  return at >= text().size() || std::string_view(" \n\r").find(text()[at]) != std::string::npos;
}

bool EditedText::is_word_before(std::size_t at) const {
  const char c = at == 0 ? ' ' : text()[at - 1];
  return c != ' ' && c != ',' && c != '[' && c != '{' && c != ':' && c != '\n';
}

std::size_t EditedText::quoted_end(std::size_t at) const {
  const char quote = text()[at];
  for (std::size_t i = at + 1; i < text().size(); ++i) {
    if (quote == '"' && text()[i] == '\\') {
      ++i;
    } else if (text()[i] == quote) {
      if (quote == '\'' && i + 1 < text().size() && text()[i + 1] == quote) {
        ++i;
        continue;
      }
      return i + 1;
    }
  }
  return text().size();
}

std::optional<EntryPlace> entry_of(const Node* mapping, std::string_view name) {
  if (mapping == nullptr || !mapping->is_mapping()) return std::nullopt;
  for (std::size_t i = 0; i < mapping->entries(); ++i) {
    if (mapping->key(i).text == name) return EntryPlace{mapping, i};
  }
  return std::nullopt;
}

void insert_lines(EditedText& text, std::size_t at, const std::string& lines, std::size_t depth) {
  std::string what = indented(lines, depth, text.line_end());
  // The last line of a file may have no end.
  if (at > 0 && text.text()[at - 1] != '\n') what = text.line_end() + what;
  text.insert(at, what);
}

void add_entry(EditedText& text, const EntryPlace& holder, const std::string& block,
               const std::string& flow) {
  const Node& mapping = holder.value();
  if (mapping.is_null()) {
    insert_lines(text, text.block_end(holder.key()), block,
                 text.offset(holder.key()) - text.line_start(holder.key().line) + 2);
    return;
  }
  if (!mapping.is_mapping()) text.refuse(mapping, "'" + holder.key().text + "'");
  if (text.is_flow(mapping)) {
    const std::size_t close = text.value_end(text.offset(mapping)) - 1;
    std::size_t at = close;
    while (at > 0 && (text.text()[at - 1] == ' ' || text.text()[at - 1] == ',')) --at;
    text.replace(at, close, (mapping.entries() == 0 ? "" : ", ") + flow);
    return;
  }
  const Node& last = mapping.key(mapping.entries() - 1);
  if (!text.is_first_of_line(last)) text.refuse(last, "'" + holder.key().text + "'");
  insert_lines(text, text.block_end(last), block, text.offset(last) - text.line_start(last.line));
}

void remove_entry(EditedText& text, const EntryPlace& holder, const EntryPlace& entry) {
  const Node& mapping = *entry.mapping;
  if (mapping.entries() == 1 && text.is_first_of_line(holder.key())) {
    text.replace(text.line_start(holder.key().line), text.block_end(holder.key()), "");
    return;
  }
  if (!text.is_flow(mapping)) {
    if (!text.is_first_of_line(entry.key())) text.refuse(entry.key(), "'" + entry.key().text + "'");
    text.replace(text.line_start(entry.key().line), text.block_end(entry.key()), "");
    return;
  }
  const std::size_t from = text.offset(entry.key());
  if (entry.index + 1 < mapping.entries()) {
    text.replace(from, text.offset(mapping.key(entry.index + 1)), "");
    return;
  }
  const std::size_t close = text.value_end(text.offset(mapping)) - 1;
  const std::size_t comma = text.text().rfind(',', from);
  const bool is_only = entry.index == 0 || comma == std::string::npos;
  text.replace(is_only ? from : comma, close, "");
}

}  // namespace dbmig::yaml
