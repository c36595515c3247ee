#include "yaml/edit_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "yaml/emit.hpp"
#include "yaml/node.hpp"
#include "yaml/write_schema.hpp"

namespace dbmig::yaml {
namespace {

using EditKind = ModelEdit::Kind;

/// The text of a file with the places of its parts, and what is to be changed of it.
class EditedText {
 public:
  explicit EditedText(const SourceFile& file) : file_(file) {
    std::size_t at = 0;
    // A byte-order mark is no part of the first line's columns.
    if (file.content.starts_with("\xEF\xBB\xBF")) at = 3;
    lines_.push_back(at);
    for (; at < file.content.size(); ++at) {
      if (file.content[at] == '\n') lines_.push_back(at + 1);
    }
  }

  const std::string& text() const { return file_.content; }
  std::string line_end() const { return text().find("\r\n") == std::string::npos ? "\n" : "\r\n"; }

  std::size_t offset(const Node& node) const { return offset(node.line, node.column); }
  std::size_t offset(int line, int column) const {
    std::size_t at = lines_.at(static_cast<std::size_t>(line) - 1);
    for (int i = 1; i < column && at < text().size(); ++i) {
      ++at;
      while (at < text().size() && (static_cast<unsigned char>(text()[at]) & 0xC0U) == 0x80U) ++at;
    }
    return at;
  }
  std::size_t line_start(int line) const { return lines_.at(static_cast<std::size_t>(line) - 1); }

  [[noreturn]] void refuse(const Node& node, const std::string& what) const {
    throw Error(ErrorCode::invalid, what + " is written in a form that is not edited from here")
        .at({file_.name, node.line, node.column})
        .hint("change it in the file and run `dbmig migrate`");
  }

  bool is_first_of_line(const Node& node) const {
    const std::size_t start = line_start(node.line);
    return text().find_first_not_of(' ', start) == offset(node);
  }

  /// Behind the last line of the block whose key is `key`: what is indented deeper, and items of a
  /// list at the same depth. Blank lines and comments at the end belong to what follows.
  std::size_t block_end(const Node& key) const {
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

  /// The end of a scalar's source, or of a flow collection's, that begins at `at`.
  std::size_t value_end(std::size_t at) const {
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

  bool is_flow(const Node& node) const {
    const char first = text()[offset(node)];
    return first == '{' || first == '[';
  }

  void replace(std::size_t from, std::size_t to, std::string with) {
    changes_.push_back({from, to, std::move(with)});
  }
  void insert(std::size_t at, std::string with) { replace(at, at, std::move(with)); }

  bool is_changed() const { return !changes_.empty(); }
  EditedFile result() const {
    std::vector<Change> changes = changes_;
    std::stable_sort(changes.begin(), changes.end(),
                     [](const Change& a, const Change& b) { return a.from > b.from; });
    std::string after = text();
    for (const Change& change : changes) {
      after.replace(change.from, change.to - change.from, change.with);
    }
    return {file_.name, text(), after};
  }

 private:
  struct Change {
    std::size_t from;
    std::size_t to;
    std::string with;
  };

  std::size_t next_line(std::size_t line) const {
    return line + 1 < lines_.size() ? lines_[line + 1] : text().size();
  }
  bool is_blank(std::size_t at) const {
    return at >= text().size() || std::string_view(" \n\r").find(text()[at]) != std::string::npos;
  }
  /// A quote inside of a plain word is a letter: `it's`.
  bool is_word_before(std::size_t at) const {
    const char c = at == 0 ? ' ' : text()[at - 1];
    return c != ' ' && c != ',' && c != '[' && c != '{' && c != ':' && c != '\n';
  }
  std::size_t quoted_end(std::size_t at) const {
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

std::optional<EntryPlace> entry_of(const Node* mapping, std::string_view name) {
  if (mapping == nullptr || !mapping->is_mapping()) return std::nullopt;
  for (std::size_t i = 0; i < mapping->entries(); ++i) {
    if (mapping->key(i).text == name) return EntryPlace{mapping, i};
  }
  return std::nullopt;
}

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

void insert_lines(EditedText& text, std::size_t at, const std::string& lines, std::size_t depth) {
  std::string what = indented(lines, depth, text.line_end());
  // The last line of a file may have no end.
  if (at > 0 && text.text()[at - 1] != '\n') what = text.line_end() + what;
  text.insert(at, what);
}

/// Adds an entry to the mapping `value` of `key`: `block`, lines of it as a block, or `flow`.
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

/// Takes an entry out; the key that holds the mapping too when it was the only one.
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

/// Replaces the name that a scalar begins with: all of it, or what stands before a blank or `(`.
void rename_in(EditedText& text, const Node& scalar, const std::string& from,
               const std::string& to) {
  if (!scalar.is_scalar() || !scalar.text.starts_with(from)) return;
  const std::string rest = scalar.text.substr(from.size());
  if (!rest.empty() && rest[0] != ' ' && rest[0] != '(') return;
  const std::size_t at = text.offset(scalar);
  text.replace(at, text.value_end(at), yaml::scalar(to + rest, true));
}

void rename_in_list(EditedText& text, const Node* list, const std::string& from,
                    const std::string& to) {
  if (list == nullptr) return;
  if (list->is_scalar()) return rename_in(text, *list, from, to);
  if (list->is_mapping()) {
    rename_in_list(text, list->find("columns"), from, to);
    return;
  }
  for (const Node& item : list->children) rename_in(text, item, from, to);
}

/// `renamed_from: OLD` into the value of an entry whose key becomes `to`.
void rename_entry(EditedText& text, const EntryPlace& entry, const std::string& to,
                  const char* shorthand) {
  const Node& key = entry.key();
  const Node& value = entry.value();
  const std::string old = yaml::scalar(key.text, true);
  const std::size_t at = text.offset(key);
  text.replace(at, text.value_end(at), yaml::scalar(to, true));
  if (const auto known = entry_of(&value, "renamed_from")) {
    const std::size_t name = text.offset(known->value());
    text.replace(name, text.value_end(name), old);
    return;
  }
  if (value.is_scalar() && shorthand != nullptr) {
    const std::size_t from = text.offset(value);
    text.replace(from, text.value_end(from),
                 fmt::format("{{{}: {}, renamed_from: {}}}", shorthand,
                             yaml::scalar(value.text, true), old));
    return;
  }
  if (!value.is_mapping()) text.refuse(value, "'" + key.text + "'");
  if (text.is_flow(value)) {
    const std::size_t close = text.value_end(text.offset(value)) - 1;
    std::size_t end = close;
    while (end > 0 && text.text()[end - 1] == ' ') --end;
    text.replace(end, close, (value.entries() == 0 ? "" : ", ") + ("renamed_from: " + old));
    return;
  }
  const Node& first = value.key(0);
  if (!text.is_first_of_line(first)) text.refuse(first, "'" + key.text + "'");
  insert_lines(text, text.line_start(first.line), "renamed_from: " + old,
               text.offset(first) - text.line_start(first.line));
}

/// Names of columns in the constraints of a table; SQL is left as it is.
void rename_column_in(EditedText& text, const Node& table, const std::string& from,
                      const std::string& to) {
  rename_in_list(text, table.find("primary_key"), from, to);
  for (const char* section : {"unique", "indexes", "foreign_keys"}) {
    const Node* named = table.find(section);
    if (named == nullptr || !named->is_mapping()) continue;
    for (std::size_t i = 0; i < named->entries(); ++i) {
      rename_in_list(text, &named->value(i), from, to);
    }
  }
}

/// `references: parent(column)` wherever a key refers to the parent.
void rename_references(EditedText& text, const Node& root, const std::string& parent,
                       const std::string& column, const std::string& to) {
  const auto change = [&](const Node* references) {
    if (references == nullptr || !references->is_scalar()) return;
    const std::string& old = references->text;
    if (column.empty()) return rename_in(text, *references, parent, to);
    if (!old.starts_with(parent + "(") || !old.ends_with(")")) return;
    std::vector<std::string> columns = text::split(
        std::string_view(old).substr(parent.size() + 1, old.size() - parent.size() - 2), ',');
    bool is_named = false;
    for (std::string& one : columns) {
      one = std::string(text::trim(one));
      is_named = is_named || one == column;
      if (one == column) one = to;
    }
    if (!is_named) return;
    const std::size_t at = text.offset(*references);
    const std::size_t end = text.text()[at] == '"' || text.text()[at] == '\''
                                ? text.value_end(at)
                                : text.text().find(')', at) + 1;
    text.replace(at, end, yaml::scalar(parent + "(" + text::join(columns, ", ") + ")", true));
  };
  const Node* tables = root.find("tables");
  for (std::size_t i = 0; tables != nullptr && tables->is_mapping() && i < tables->entries(); ++i) {
    const Node& table = tables->value(i);
    for (const char* section : {"foreign_keys", "columns"}) {
      const Node* named = table.is_mapping() ? table.find(section) : nullptr;
      for (std::size_t n = 0; named != nullptr && named->is_mapping() && n < named->entries();
           ++n) {
        if (named->value(n).is_mapping()) change(named->value(n).find("references"));
      }
    }
  }
}

std::string list_text(const std::vector<std::string>& names) {
  std::vector<std::string> parts;
  for (const std::string& name : names) parts.push_back(yaml::scalar(name, true));
  return "[" + text::join(parts, ", ") + "]";
}

class ModelEditor {
 public:
  ModelEditor(const ModelEdit& edit, EditedText& text, const Node& root, const EntryPlace& table)
      : edit_(edit), text_(text), root_(root), table_(table) {}

  void make() {
    switch (edit_.kind) {
      case EditKind::create_table:
        break;  // a file of its own
      case EditKind::drop_table:
        remove_entry(text_, *entry_of(&root_, "tables"), table_);
        break;
      case EditKind::rename_table:
        rename_entry(text_, table_, edit_.to, nullptr);
        break;
      case EditKind::add_column:
        add_column_entry();
        break;
      case EditKind::drop_column:
        remove_entry(text_, columns(), column());
        break;
      case EditKind::rename_column:
        rename_entry(text_, column(), edit_.to, "type");
        rename_column_in(text_, table_.value(), edit_.name, edit_.to);
        break;
      case EditKind::add_index:
        add_index_entry();
        break;
      case EditKind::drop_index:
        drop_index_entry();
        break;
    }
  }

 private:
  EntryPlace columns() const {
    const auto found = entry_of(&table_.value(), "columns");
    if (!found) text_.refuse(table_.key(), "the table '" + edit_.table + "'");
    return *found;
  }
  EntryPlace column() const {
    const auto found = entry_of(&columns().value(), edit_.name);
    if (found) return *found;
    throw Error(ErrorCode::not_found,
                fmt::format("the model's table '{}' has no column '{}'", edit_.table, edit_.name))
        .hint("bring the database to the model's state with `dbmig upgrade`");
  }

  void add_column_entry() {
    const schema::Column& added = edit_.definition.columns[0];
    if (entry_of(&columns().value(), added.name)) {
      throw Error(
          ErrorCode::invalid,
          fmt::format("the model's table '{}' has a column '{}' already", edit_.table, added.name))
          .hint("choose another name");
    }
    Out entry = Out::map(Out::Style::block);
    entry.add(added.name, column_out(added, true));
    add_entry(text_, columns(), emit(entry),
              yaml::scalar(added.name, true) + ": " + canonical(column_out(added, true)));
  }

  void add_index_entry() {
    const bool is_unique = edit_.definition.indexes.empty();
    std::vector<std::string> names;
    std::string name;
    if (is_unique) {
      name = edit_.definition.uniques[0].name;
      names = edit_.definition.uniques[0].columns;
    } else {
      name = edit_.definition.indexes[0].name;
      for (const schema::IndexPart& part : edit_.definition.indexes[0].parts) {
        names.push_back(part.column);
      }
    }
    const std::string entry = yaml::scalar(name, true) + ": " + list_text(names);
    const char* section = is_unique ? "unique" : "indexes";
    if (const auto holder = entry_of(&table_.value(), section)) {
      add_entry(text_, *holder, entry, entry);
      return;
    }
    const std::string whole = fmt::format("{}: {{{}}}", section, entry);
    add_entry(text_, table_, whole, whole);
  }

  void drop_index_entry() {
    for (const char* section : {"indexes", "unique"}) {
      const auto holder = entry_of(&table_.value(), section);
      if (!holder) continue;
      const auto found = entry_of(&holder->value(), edit_.name);
      if (found) return remove_entry(text_, *holder, *found);
    }
    throw Error(ErrorCode::not_found,
                fmt::format("no index of the model's table '{}' is called '{}' where its indexes "
                            "stand",
                            edit_.table, edit_.name))
        .hint("it may stand beside a column (`index: true`): change it in the file");
  }

  const ModelEdit& edit_;
  EditedText& text_;
  const Node& root_;
  EntryPlace table_;
};

/// A file's name for a table's: letters, digits and `_`.
std::string file_name_of(const std::string& table) {
  std::string name;
  for (const char c : table) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                          (c >= '0' && c <= '9') || c == '_' || c == '-';
    name += is_plain ? c : '_';
  }
  constexpr std::size_t kMaxName = 60;
  return name.substr(0, kMaxName);
}

}  // namespace

std::vector<EditedFile> edit_model(const std::vector<SourceFile>& files, const ModelEdit& edit) {
  if (edit.kind == EditKind::create_table) {
    schema::Schema schema;
    schema.tables.insert_or_assign(edit.definition.name, edit.definition);
    return {{file_name_of(edit.definition.name) + ".yaml", "", print_model(schema)}};
  }
  std::vector<EditedFile> edited;
  bool is_found = false;
  for (const SourceFile& file : files) {
    Diagnostics diagnostics;
    const std::optional<Node> root = parse_yaml(file.content, file.name, diagnostics);
    diagnostics.throw_if_any();
    if (!root || !root->is_mapping()) continue;
    EditedText text(file);
    if (const auto table = entry_of(root->find("tables"), edit.table)) {
      is_found = true;
      ModelEditor(edit, text, *root, *table).make();
    }
    if (edit.kind == EditKind::rename_table)
      rename_references(text, *root, edit.table, "", edit.to);
    if (edit.kind == EditKind::rename_column) {
      rename_references(text, *root, edit.table, edit.name, edit.to);
    }
    if (text.is_changed()) edited.push_back(text.result());
  }
  if (!is_found) {
    throw Error(ErrorCode::not_found,
                fmt::format("no file of the model has a table '{}'", edit.table))
        .hint("`dbmig adopt` takes a database's tables into a model");
  }
  return edited;
}

std::string changed_lines(const std::string& before, const std::string& after) {
  std::vector<std::string> a = text::split(before, '\n');
  std::vector<std::string> b = text::split(after, '\n');
  // The longest common subsequence of what is between the equal beginning and end.
  std::size_t start = 0;
  while (start < a.size() && start < b.size() && a[start] == b[start]) ++start;
  std::size_t tail = 0;
  while (tail < a.size() - start && tail < b.size() - start &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t rows = a.size() - start - tail;
  const std::size_t columns = b.size() - start - tail;
  constexpr std::size_t kMaxCells = 4000000;
  std::string out;
  if (rows * columns > kMaxCells) return out;
  std::vector<std::vector<std::uint32_t>> common(rows + 1,
                                                 std::vector<std::uint32_t>(columns + 1, 0));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      common[i][j] = a[start + i] == b[start + j] ? common[i + 1][j + 1] + 1
                                                  : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  bool is_open = false;
  for (std::size_t i = 0, j = 0; i < rows || j < columns;) {
    if (i < rows && j < columns && a[start + i] == b[start + j]) {
      ++i;
      ++j;
      is_open = false;
      continue;
    }
    if (!is_open) out += fmt::format("@@ line {}\n", start + j + 1);
    is_open = true;
    if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
      out += "- " + a[start + i++] + "\n";
    } else {
      out += "+ " + b[start + j++] + "\n";
    }
  }
  return out;
}

}  // namespace dbmig::yaml
