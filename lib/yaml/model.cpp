#include "yaml/model.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <utility>

#include "base/file.hpp"
#include "base/hash.hpp"
#include "base/text.hpp"
#include "schema/names.hpp"
#include "schema/validate.hpp"
#include "yaml/bytes.hpp"
#include "yaml/files.hpp"
#include "yaml/kept_schemas.hpp"
#include "yaml/parts.hpp"
#include "yaml/positions.hpp"
#include "yaml/read_table.hpp"
#include "yaml/reader.hpp"
#include "yaml/schema_bytes.hpp"
#include "yaml/write_schema.hpp"

namespace dbmig::yaml {
namespace {

/// Merges files into one model.
class ModelReader {
 public:
  void read(const SourceFile& file) {
    auto parsed = parse_yaml(file.content, file.name, diagnostics_);
    if (!parsed) {
      broken_ = true;
      return;
    }
    const Node* root = &roots_.emplace_back(std::move(*parsed));
    if (root->is_null()) return;
    Reader reader(file.name, diagnostics_);
    std::vector<std::string> keys{"tables", "views", "triggers"};
    for (const auto& [section, kind] : kRoutineSections) keys.emplace_back(section);
    // `x-…` holds what anchors share, as in other YAML formats.
    for (std::size_t i = 0; root->is_mapping() && i < root->entries(); ++i) {
      if (root->key(i).text.starts_with("x-")) keys.push_back(root->key(i).text);
    }
    Fields fields(reader, *root, "the model", keys);
    if (!fields.valid()) broken_ = true;
    for_each(fields, "tables",
             [&](const Node& key, const Node& body) { table(reader, key, body); });
    for_each(fields, "views", [&](const Node& key, const Node& body) { view(reader, key, body); });
    for_each(fields, "triggers",
             [&](const Node& key, const Node& body) { trigger(reader, key, body); });
    for (const auto& [section, kind] : kRoutineSections) {
      for_each(fields, std::string(section), [&, kind = kind](const Node& key, const Node& body) {
        routine(reader, kind, key, body);
      });
    }
  }

  /// Takes in what SQL files make. They come after all YAML files.
  void merge(const ModelPart& part) {
    places_ = &part.places;
    for (const auto& [name, table] : part.schema.tables) {
      if (is_new("tables", name)) all().tables.emplace(name, schema::with_names(table));
    }
    merge("views", part.schema.views, all().views);
    merge("triggers", part.schema.triggers, all().triggers);
    for (const auto& [section, kind] : kRoutineSections) {
      for (const auto& [key, routine] : part.schema.routines) {
        if (key.first == kind && is_new(std::string(section), key.second)) {
          all().routines[key] = routine;
        }
      }
    }
  }

  SourcePosition place(const std::vector<std::string>& path) const {
    return positions_.locate(path);
  }

  schema::Model finish(std::optional<DialectKind> target, const schema::Selection& selection) {
    leave_to_others(selection);
    refer_to_primary_keys();
    refuse_history_table(all().tables, "table");
    refuse_history_table(all().views, "view");
    schema::Schema normalized = schema::normalized(model_.schema);
    // Only what was read can be judged: with a file missing, every reference into it looks wrong.
    if (!broken_) {
      schema::validate(
          judgeable(normalized),
          [&](const std::vector<std::string>& path) { return positions_.locate(path); },
          diagnostics_, target);
    }
    diagnostics_.throw_if_any();
    model_.schema = std::move(normalized);
    return std::move(model_);
  }

 private:
  schema::Schema& all() { return model_.schema; }

  /// No object of a model may be called as the table that dbmig keeps its history in.
  template <class Map>
  void refuse_history_table(const Map& objects, const std::string& what) {
    for (const auto& [name, object] : objects) {
      if (text::lower(name) != "dbmig_revisions") continue;
      diagnostics_.add(
          positions_.locate({what + "s", name}),
          fmt::format("{} '{}' has the name of the table that dbmig keeps its history in", what,
                      name),
          "give it another name");
    }
  }

  template <class Map>
  void merge(const std::string& section, const Map& from, Map& to) {
    for (const auto& [name, object] : from) {
      if (is_new(section, name)) to.emplace(name, object);
    }
  }

  /// Whether no YAML file has that object; else it is reported with both places.
  bool is_new(const std::string& section, const std::string& name) {
    SourcePosition where;
    if (const auto at = places_->find({section, name}); at != places_->end()) where = at->second;
    positions_.add({section, name}, where);
    const auto [first, is_new] = first_at_.try_emplace({section, name}, where);
    if (is_new) return true;
    diagnostics_.add(
        where, fmt::format("{} '{}' is defined twice", section.substr(0, section.size() - 1), name),
        fmt::format("the first one is at {}", to_string(first->second)));
    return false;
  }

  template <class Read>
  void for_each(Fields& fields, const std::string& section, const Read& read) {
    const Node* node = fields.find(section);
    if (node == nullptr || node->is_null()) return;
    if (!fields.reader().is_mapping(*node, fmt::format("'{}'", section), "{name: {…}}")) {
      broken_ = true;
      return;
    }
    for (std::size_t i = 0; i < node->entries(); ++i) {
      const Node& key = node->key(i);
      const std::string noun = section.substr(0, section.size() - 1);
      if (key.text.empty()) {
        fields.reader().error(key, fmt::format("a {} has an empty name", noun));
        continue;
      }
      const auto [first, is_new] =
          first_at_.try_emplace({section, key.text}, fields.reader().at(key));
      if (!is_new) {
        fields.reader().error(key, fmt::format("{} '{}' is defined twice", noun, key.text),
                              fmt::format("the first one is at {}", to_string(first->second)));
        continue;
      }
      positions_.add({section, key.text}, fields.reader().at(key));
      read(key, node->value(i));
    }
  }

  void table(Reader& reader, const Node& key, const Node& body) {
    TableDraft draft = read_table(reader, key, body, TablePlace::model, positions_);
    const std::string name = draft.table.name;
    if (!draft.renamed_from.empty()) {
      for (const auto& [other, old] : model_.renames.tables) {
        if (old != draft.renamed_from) continue;
        reader.error(
            key,
            fmt::format("tables '{0}' and '{2}' are both renamed from '{1}'", name, old, other),
            "keep 'renamed_from' at one of them");
      }
      model_.renames.tables[name] = draft.renamed_from;
    }
    for (const auto& [column, old] : draft.columns_renamed_from) {
      model_.renames.columns[{name, column}] = old;
    }
    if (draft.doubtful_keys) doubtful_tables_.insert(name);
    if (!draft.doubtful_columns.empty()) doubtful_columns_[name] = draft.doubtful_columns;
    // A table whose columns could not be read is there, and that is all that is known of it.
    if (draft.table.columns.empty() && draft.doubtful_keys) unread_tables_.insert(name);
    all().tables.emplace(name, std::move(draft.table));
  }

  void view(Reader& reader, const Node& key, const Node& body) {
    if (body.is_scalar()) {
      const auto sql = reader.sql(body, fmt::format("view '{}'", key.text));
      all().views[key.text] = {key.text, sql.value_or(schema::SqlText{"SELECT 1", {}, {}}), {}, {}};
      return;
    }
    Fields fields(reader, body, fmt::format("view '{}'", key.text), view_keys());
    if (body.is_null()) {
      reader.error(key, fmt::format("view '{}' has no SQL", key.text), "write sql: SELECT …");
    }
    schema::View read = read_view(fields, key.text);
    if (read.sql.empty()) read.sql.any = "SELECT 1";  // reported: not a second time by validate()
    all().views[key.text] = std::move(read);
  }

  void trigger(Reader& reader, const Node& key, const Node& body) {
    Fields fields(reader, body, fmt::format("trigger '{}'", key.text), trigger_keys());
    if (body.is_null()) {
      reader.error(key, fmt::format("trigger '{}' is empty", key.text), "it needs table and sql");
    }
    schema::Trigger read = read_trigger(fields, key.text);
    if (!read.table.empty() && !read.sql.empty()) all().triggers[key.text] = std::move(read);
  }

  void routine(Reader& reader, schema::RoutineKind kind, const Node& key, const Node& body) {
    const std::string what = fmt::format("{} '{}'", schema::to_string(kind), key.text);
    if (body.is_null() && kind != schema::RoutineKind::sequence) {
      reader.error(key, fmt::format("{} is empty", what), "it needs sql");
      return;
    }
    auto read = read_routine(reader, kind, body, what, key.text);
    if (read) all().routines[{kind, key.text}] = std::move(*read);
  }

  /// Who says which tables are the project's need not say it again of a foreign key.
  void leave_to_others(const schema::Selection& selection) {
    for (auto& [name, table] : all().tables) {
      for (schema::ForeignKey& key : table.foreign_keys) {
        if (all().find_table(key.referenced_table) != nullptr) continue;
        if (!selection.takes(key.referenced_table)) key.external = true;
      }
    }
  }

  /// `references: pais` means pais' primary key.
  void refer_to_primary_keys() {
    for (auto& [name, table] : all().tables) {
      for (schema::ForeignKey& key : table.foreign_keys) {
        if (!key.referenced_columns.empty()) continue;
        const schema::Table* parent = all().find_table(key.referenced_table);
        if (parent != nullptr && parent->primary_key) {
          key.referenced_columns = parent->primary_key->columns;
        } else if (parent != nullptr && !doubtful_tables_.contains(parent->name)) {
          diagnostics_.add(
              positions_.locate({"tables", name, "foreign_keys", key.name}),
              fmt::format("foreign key '{}' refers to table '{}', which has no primary "
                          "key",
                          key.name, key.referenced_table),
              fmt::format("name the columns, as in {}(id)", key.referenced_table));
          key.referenced_columns.clear();
          unresolved_.insert({name, key.name});
        } else if (parent == nullptr && !key.external) {
          // validate() says that there is no such table.
          key.referenced_columns.assign(key.columns.size(), "id");
        }
      }
    }
  }

  bool is_doubtful(const std::string& table, const std::vector<std::string>& columns) const {
    const auto found = doubtful_columns_.find(table);
    if (found == doubtful_columns_.end()) return false;
    return std::any_of(columns.begin(), columns.end(),
                       [&](const std::string& c) { return found->second.contains(c); });
  }

  bool is_doubtful(const std::string& table, const schema::ForeignKey& key) const {
    return doubtful_tables_.contains(key.referenced_table) || is_doubtful(table, key.columns) ||
           is_doubtful(key.referenced_table, key.referenced_columns) ||
           unresolved_.contains({table, key.name});
  }

  bool is_doubtful(const std::string& table, const schema::Index& index) const {
    std::vector<std::string> columns;
    for (const schema::IndexPart& part : index.parts) columns.push_back(part.column);
    return is_doubtful(table, columns);
  }

  /// `schema`, the normalised model, without what hangs on something that was reported already, so
  /// that one mistake does not show up as several.
  schema::Schema judgeable(schema::Schema schema) const {
    for (auto& [name, table] : schema.tables) {
      // normalized() takes a NULL back that was asked for in a primary key, which is a mistake.
      const auto& columns = model_.schema.tables.at(name).columns;
      for (std::size_t i = 0; i < columns.size(); ++i) {
        if (std::as_const(table).columns[i].nullable == columns[i].nullable) continue;
        table.columns[i].nullable = columns[i].nullable;
      }
      // Lists that stay as they are stay shared.
      if (diagnostics_.empty()) continue;
      if (const auto found = doubtful_columns_.find(name); found != doubtful_columns_.end()) {
        for (schema::Column& column : table.columns) {
          if (!found->second.contains(column.name)) continue;
          column.default_value.reset();
          column.autoincrement = false;
        }
      }
      const std::string& table_name = name;
      erase_if(table.foreign_keys, [&](const auto& k) { return is_doubtful(table_name, k); });
      erase_if(table.indexes, [&](const auto& i) { return is_doubtful(table_name, i); });
      if (unread_tables_.contains(name)) {
        table = {};
        table.name = name;
        table.columns.push_back({});
        table.columns.front().name = "id";
      }
    }
    return schema;
  }

  Diagnostics diagnostics_;
  std::deque<Node> roots_;  ///< what positions_ looks into
  Positions positions_;
  schema::Model model_;
  std::map<std::pair<std::string, std::string>, SourcePosition> first_at_;
  const std::map<std::vector<std::string>, SourcePosition>* places_ = nullptr;
  std::map<std::string, std::set<std::string>> doubtful_columns_;
  std::set<std::string> doubtful_tables_;
  std::set<std::string> unread_tables_;
  std::set<std::pair<std::string, std::string>> unresolved_;  ///< {table, foreign key}
  bool broken_ = false;
};

}  // namespace

schema::Model parse_model(const std::vector<SourceFile>& files, const ModelOptions& options) {
  ModelReader reader;
  for (const SourceFile& file : files) reader.read(file);
  for (const SourceFile& file : options.more) reader.read(file);
  reader.merge(options.part);
  return reader.finish(options.target, options.selection);
}

namespace {

std::vector<SourceFile> load_yaml_files(const std::filesystem::path& folder,
                                        const std::filesystem::path& base) {
  std::vector<SourceFile> files;
  for (const std::filesystem::path& path : yaml_files(folder, Subfolders::yes)) {
    files.push_back({display_name(path, base), read_file(path)});
  }
  return files;
}

/// A hash of all that a model is read from.
std::string key_of(const std::vector<SourceFile>& files, const ModelOptions& options) {
  ByteWriter all;
  const auto names = [&all](const std::vector<std::string>& list) {
    all(static_cast<std::uint32_t>(list.size()));
    for (const std::string& name : list) all(name);
  };
  for (const std::vector<SourceFile>& list : {std::cref(files), std::cref(options.more)}) {
    all(static_cast<std::uint32_t>(list.size()));
    for (const SourceFile& file : list) all(file.name, file.content);
  }
  all(to_bytes(options.part.schema), options.target.has_value(),
      options.target.value_or(DialectKind{}));
  names(options.selection.include);
  names(options.selection.exclude);
  return sha256_hex(all.bytes);
}

}  // namespace

schema::Model load_model(const std::filesystem::path& folder, const std::filesystem::path& base,
                         const ModelOptions& options) {
  // A smaller one is read as fast.
  constexpr std::size_t kWorthKeeping = std::size_t{32} * 1024;
  const std::vector<SourceFile> files = load_yaml_files(folder, base);
  std::size_t size = 0;
  for (const SourceFile& file : files) size += file.content.size();
  if (options.kept_in.empty() || size < kWorthKeeping) return parse_model(files, options);
  const std::string key = key_of(files, options);
  if (std::optional<schema::Model> kept = kept_model(options.kept_in, key)) return std::move(*kept);
  schema::Model model = parse_model(files, options);
  keep_model(options.kept_in, key, model);
  return model;
}

SourcePosition place_in_model(const std::filesystem::path& folder,
                              const std::filesystem::path& base, const ModelOptions& options,
                              const std::vector<std::string>& path) {
  ModelReader reader;
  for (const SourceFile& file : load_yaml_files(folder, base)) reader.read(file);
  for (const SourceFile& file : options.more) reader.read(file);
  reader.merge(options.part);
  return reader.place(path);
}

std::vector<SourceFile> load_sql_files(const std::filesystem::path& folder,
                                       const std::filesystem::path& base) {
  std::vector<SourceFile> files;
  for (const std::filesystem::path& path : sql_files(folder)) {
    files.push_back({display_name(path, base), read_file(path)});
  }
  return files;
}

std::string print_model(const schema::Schema& schema) {
  return emit(schema_out(schema));
}

}  // namespace dbmig::yaml
