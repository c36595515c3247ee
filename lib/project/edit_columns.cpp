#include "project/edit_columns.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <tuple>

#include "base/file.hpp"
#include "base/text.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "project/generate_revision.hpp"
#include "project/server_spelling.hpp"
#include "schema/validate.hpp"
#include "yaml/add_columns.hpp"
#include "yaml/replace_scalar.hpp"

namespace dbmig::project {
namespace {

/// Restores the files that were written, unless keep() was called.
class FileEdits {
 public:
  explicit FileEdits(Workspace& workspace) : workspace_(workspace) {}
  ~FileEdits() {
    for (const auto& [path, content] : before_) {
      try {
        write_file(path, content, true);
      } catch (const std::exception& failure) {
        workspace_.events().warning(
            "dbmig.model", fmt::format("{} could not be restored: {}", path, failure.what()));
      }
    }
    if (!before_.empty()) workspace_.forget_files();
  }
  FileEdits(const FileEdits&) = delete;
  FileEdits& operator=(const FileEdits&) = delete;

  void write(const std::string& path, const std::string& content) {
    before_.emplace(path, read_file(path));
    write_file(path, content, true);
  }
  void keep() { before_.clear(); }

 private:
  Workspace& workspace_;
  std::map<std::string, std::string> before_;
};

/// A change at a position in a file.
struct Edit {
  SourcePosition where;
  std::string value;                    ///< the new value of the scalar there
  std::vector<schema::Column> columns;  ///< or: columns to insert after the one there
};

SourcePosition place_of(Workspace& workspace, const std::vector<std::string>& path,
                        const std::string& wanted) {
  const SourcePosition where = workspace.place_in_model(path);
  const std::string extension = std::filesystem::path(where.file).extension().string();
  if (where.line == 0 || (extension != ".yaml" && extension != ".yml")) {
    throw Error(
        ErrorCode::failed,
        fmt::format("column '{}.{}' is not in any YAML file of the model", path.at(1), path.at(3)))
        .hint(fmt::format("write {} into the model by hand, and run `dbmig migrate`", wanted));
  }
  return where;
}

std::vector<Edit> edits_for(Workspace& workspace, const std::vector<ColumnChange>& changes,
                            const std::vector<AddedColumns>& added) {
  std::vector<Edit> edits;
  for (const ColumnChange& change : changes) {
    const std::vector<std::string> column = {"tables", change.table, "columns", change.column};
    const auto add = [&](const char* key, const std::string& value) {
      std::vector<std::string> path = column;
      path.emplace_back(key);
      edits.push_back({place_of(workspace, path, fmt::format("{}: {}", key, value)), value, {}});
    };
    if (change.type) add("type", schema::to_string(*change.type));
    if (change.may_be_null) add("nullable", "true");
  }
  for (const AddedColumns& more : added) {
    const schema::Table& table = workspace.model().schema.table(more.table);
    const SourcePosition where = place_of(
        workspace, {"tables", more.table, "columns", table.columns.back().name}, "the new columns");
    edits.push_back({where, "", more.columns});
  }
  // From the end, so that the earlier positions stay valid.
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) {
    return std::tie(a.where.file, b.where.line, b.where.column, b.value) <
           std::tie(b.where.file, a.where.line, a.where.column, a.value);
  });
  return edits;
}

/// Checks that the model now has the requested changes.
void require_changed(Workspace& workspace, const std::vector<ColumnChange>& changes,
                     const std::vector<AddedColumns>& added) {
  const auto require = [&](const std::string& table_name, const std::string& name,
                           const std::optional<schema::Type>& type, bool nullable) {
    const schema::Table* table = workspace.model().schema.find_table(table_name);
    const schema::Column* column = table == nullptr ? nullptr : table->find_column(name);
    if (column != nullptr && (!type || column->type == *type) && (!nullable || column->nullable)) {
      return;
    }
    throw Error(ErrorCode::failed,
                fmt::format("column '{}.{}' of the model could not be edited", table_name, name))
        .hint(fmt::format("write {} into the model by hand, and run `dbmig migrate`",
                          type ? schema::to_string(*type) : "nullable: true"));
  };
  for (const ColumnChange& change : changes) {
    require(change.table, change.column, change.type, change.may_be_null);
  }
  for (const AddedColumns& more : added) {
    for (const schema::Column& column : more.columns) {
      require(more.table, column.name, column.type, true);
    }
  }
}

}  // namespace

void require_migrated_model(Workspace& workspace, const std::string& what_for) {
  const history::Graph& graph = workspace.graph();
  const schema::Schema before =
      history::with_free_order(graph, schema::normalized(graph.fold()), workspace.model().schema);
  const schema::Schema wanted =
      equivalent(workspace, before, workspace.model().schema, workspace.project().dialects);
  const diff::Difference difference = diff::diff(before, wanted);
  if (difference.operations.empty()) return;
  throw Error(ErrorCode::failed,
              fmt::format("the model has changes without a revision: {}",
                          difference.detected.empty() ? "see `dbmig migrate --dry-run`"
                                                      : difference.detected.front()))
      .hint(fmt::format("run `dbmig migrate` first, {}", what_for));
}

std::string edit_columns(Workspace& workspace, const std::vector<ColumnChange>& changes,
                         const std::vector<AddedColumns>& added, const std::string& message) {
  std::map<std::string, std::string> contents;
  for (const Edit& edit : edits_for(workspace, changes, added)) {
    const std::filesystem::path given(edit.where.file);
    const std::string path =
        given.is_absolute() ? given.string() : (workspace.project().root / given).string();
    std::string& content = contents[path];
    if (content.empty()) content = read_file(path);
    content = edit.columns.empty() ? yaml::replace_scalar(content, edit.where, edit.value)
                                   : yaml::add_columns(content, edit.where, edit.columns);
  }
  FileEdits edits(workspace);
  for (const auto& [path, content] : contents) {
    workspace.show_work(fmt::format("Changing {}", workspace.shown(path)),
                        [&] { edits.write(path, content); });
  }
  workspace.forget_files();
  require_changed(workspace, changes, added);
  MigrateOptions options;
  options.revision.message = message;
  options.own_types_stay = true;
  const auto generated = generate_revision(workspace, options);
  if (!generated)
    throw Error(ErrorCode::failed, "no revision was generated from the changed model");
  edits.keep();
  workspace.forget_files();
  return generated->written.revision.id;
}

}  // namespace dbmig::project
