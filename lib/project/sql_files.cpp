#include "project/sql_files.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>

#include "base/file.hpp"
#include "base/glob.hpp"
#include "base/text.hpp"
#include "schema/bookkeeping.hpp"

namespace dbmig::project {
namespace {

std::optional<DialectKind> dialect_in_name(const std::string& name) {
  const std::filesystem::path stem = std::filesystem::path(name).stem();
  const std::string part = text::lower(stem.extension().string());
  if (part.empty()) return std::nullopt;
  return dialect_kind(std::string_view(part).substr(1));
}

std::string read_standard_input() {
  std::string content;
  std::array<char, 65536> buffer{};
  while (const std::size_t n = std::fread(buffer.data(), 1, buffer.size(), stdin)) {
    content.append(buffer.data(), n);
  }
  if (std::ferror(stdin) != 0) throw Error(ErrorCode::io, "cannot read standard input");
  return content;
}

/// The quoted names at the beginning of an unsupported object's description: "table 't': option X",
/// "column 't.c'".
bool is_selected(const backend::Unsupported& object, const schema::Selection& selection) {
  const std::size_t open = object.object.find('\'');
  const std::size_t close = object.object.find('\'', open + 1);
  if (open == std::string::npos || close == std::string::npos) return true;
  const std::string name = object.object.substr(open + 1, close - open - 1);
  return selection.takes(name) && selection.takes(name.substr(0, name.find('.')));
}

bool is_pattern(const std::string& name) {
  return name.find_first_of("*?[") != std::string::npos;
}

}  // namespace

DialectKind dialect_of_file(Workspace& workspace, const std::string& name,
                            const std::string& said) {
  if (!said.empty()) {
    if (const auto kind = dialect_kind(text::lower(said))) return *kind;
    throw Error(ErrorCode::usage, fmt::format("unknown dialect '{}'", said))
        .hint("use sqlite or mariadb");
  }
  if (const auto kind = dialect_in_name(name)) return *kind;
  const yaml::Project* project = workspace.find_project();
  if (project != nullptr && project->only_dialect()) return *project->only_dialect();
  throw Error(ErrorCode::usage, fmt::format("the SQL dialect of {} is not known",
                                            name == "-" ? "standard input" : name))
      .hint(
          "use --dialect sqlite or --dialect mariadb, name the file x.sqlite.sql or "
          "x.mariadb.sql, or write dialects: [sqlite] into dbmig.yaml");
}

sql_script::Script read_script(const std::string& path) {
  if (path == "-") return {"<stdin>", read_standard_input()};
  return {path, read_file(path)};
}

yaml::ModelPart read_model_part(Workspace& workspace) {
  const yaml::Project& project = workspace.project();
  std::map<DialectKind, std::vector<sql_script::Script>> scripts;
  for (yaml::SourceFile& file : yaml::load_sql_files(project.schemas, project.root)) {
    scripts[dialect_of_file(workspace, file.name, "")].push_back(
        {std::move(file.name), std::move(file.content)});
  }
  yaml::ModelPart part;
  for (const auto& [kind, files] : scripts) {
    backend::Scratch scratch(workspace.scratch_options(kind));
    sql_script::ScriptSchema read =
        sql_script::read_scripts(scratch, files, {.is_part = true}, workspace.events());
    for (const backend::Unsupported& object : read.inspection.unsupported) {
      workspace.events().warning("dbmig.model",
                                 fmt::format("schemas/*.{}.sql: left out: {}: {}", to_string(kind),
                                             object.object, object.reason));
    }
    leave_bookkeeping_alone(workspace, read.inspection.schema);
    for (auto& [path, where] : read.places) {
      const auto [first, is_new] = part.places.try_emplace(path, where);
      if (is_new) continue;
      throw Error(ErrorCode::invalid, fmt::format("{} '{}' is defined twice",
                                                  path[0].substr(0, path[0].size() - 1), path[1]))
          .hint(fmt::format("the first one is at {}", to_string(first->second)))
          .at(where);
    }
    part.schema.tables.merge(read.inspection.schema.tables);
    part.schema.views.merge(read.inspection.schema.views);
    part.schema.triggers.merge(read.inspection.schema.triggers);
    part.schema.routines.merge(read.inspection.schema.routines);
  }
  return part;
}

void tell_unsupported(Workspace& workspace, const std::vector<backend::Unsupported>& found) {
  for (const backend::Unsupported& object : found) {
    workspace.events().warning("dbmig.inspect",
                               fmt::format("left out: {}: {}", object.object, object.reason));
  }
}

void leave_bookkeeping_alone(Workspace& workspace, schema::Schema& schema,
                             std::set<std::string> wanted) {
  for (const std::string& name : workspace.selection().include) wanted.insert(name);
  for (const auto& [table, tool] : schema::take_out_bookkeeping(schema, wanted)) {
    workspace.events().info("dbmig.model",
                            fmt::format("Left alone: table '{}', in which {} keeps its records; to "
                                        "manage it anyway, name it in `include:` of dbmig.yaml",
                                        table, tool));
  }
}

void warn_of_missing_parents(Workspace& workspace, const schema::Schema& schema,
                             const schema::Schema& whole) {
  for (const auto& [name, table] : schema.tables) {
    for (const schema::ForeignKey& key : table.foreign_keys) {
      if (whole.tables.count(key.referenced_table) != 0) continue;
      workspace.events().warning(
          "dbmig.inspect",
          fmt::format("foreign key '{}' of table '{}' refers to table '{}', which does not exist; "
                      "it is kept as it is, marked `external: true`",
                      key.name, name, key.referenced_table));
    }
  }
}

backend::Inspection selected(backend::Inspection inspection, const schema::Selection& selection) {
  inspection.schema = schema::selected(std::move(inspection.schema), selection);
  std::erase_if(inspection.unsupported,
                [&](const backend::Unsupported& o) { return !is_selected(o, selection); });
  return inspection;
}

TableChoice::TableChoice(const std::vector<std::string>& tables) : selection_{tables, {}} {
  has_patterns_ = std::any_of(tables.begin(), tables.end(), is_pattern);
}

std::vector<std::string> TableChoice::names() const {
  return has_patterns_ ? std::vector<std::string>{} : selection_.include;
}

backend::Inspection TableChoice::of(backend::Inspection inspection) const {
  if (empty()) return inspection;
  const schema::Schema& schema = inspection.schema;
  for (const std::string& name : selection_.include) {
    const bool found =
        std::any_of(schema.tables.begin(), schema.tables.end(),
                    [&](const auto& entry) { return text::matches_glob(entry.first, name); });
    if (found || schema.views.count(name) != 0) continue;
    if (!is_pattern(name)) static_cast<void>(schema.table(name));  // suggests a similar name
    throw Error(ErrorCode::not_found, fmt::format("no table matches '{}'", name));
  }
  return selected(std::move(inspection), selection_);
}

}  // namespace dbmig::project
