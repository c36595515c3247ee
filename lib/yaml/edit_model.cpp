#include "yaml/edit_model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "yaml/edited_text.hpp"
#include "yaml/emit.hpp"
#include "yaml/node.hpp"
#include "yaml/write_schema.hpp"

namespace dbmig::yaml {
namespace {

using EditKind = ModelEdit::Kind;

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
                fmt::format("the model's table '{}' has no index '{}' under `indexes:`",
                            edit_.table, edit_.name))
        .hint("it may be written at a column (`index: true`): change it in the file");
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

}  // namespace dbmig::yaml
