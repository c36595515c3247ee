#include "project/new_project.hpp"

#include <fmt/core.h>

#include <string_view>
#include <system_error>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/text.hpp"
#include "base/url.hpp"
#include "yaml/json_schema.hpp"
#include "yaml/project.hpp"

namespace dbmig::project {
namespace {

namespace fs = std::filesystem;

/// The `database:` of the new dbmig.yaml. A password is never written to a file that is committed;
/// it stays in the environment.
std::string database_setting(Workspace& workspace) {
  if (!workspace.location.url) return "${DATABASE_URL:-sqlite:///dbmig.db}";
  const std::string& text = *workspace.location.url;
  if (text.find("${") != std::string::npos) return text;
  const Url url = Url::parse(text);
  // The environment can still override it, as on the servers where it is deployed.
  if (!url.password) {
    return fmt::format("${{DATABASE_URL:-{}}}",
                       text::replace_all(text::replace_all(text, "$", "$$"), "}", "%7D"));
  }
  workspace.events().warning(
      "dbmig.init",
      fmt::format("the password of {} was not written: dbmig.yaml reads the whole URL "
                  "from the environment variable DATABASE_URL; set it there",
                  url.redacted()));
  return "${DATABASE_URL:?}";
}

constexpr const char* kExampleModel =
    "# The model: every table as it should be. `dbmig migrate` writes what changed as a revision.\n"
    "# All *.yaml files of this folder count. An example to begin with:\n"
    "#\n"
    "# tables:\n"
    "#   customer:\n"
    "#     columns:\n"
    "#       id:      {type: integer, autoincrement: true}\n"
    "#       name:    {type: varchar(100), nullable: false}\n"
    "#       balance: {type: \"decimal(10,2)\", nullable: false, default: 0}\n"
    "#       created: {type: datetime, nullable: false, default: {sql: CURRENT_TIMESTAMP}}\n"
    "#     primary_key: [id]\n"
    "#     unique: {uq_customer_name: [name]}\n";

/// Editors with a YAML language server read the schema named in the first line.
std::string editor_line(const std::string& folder, std::string_view schema) {
  return fmt::format("# yaml-language-server: $schema={}.dbmig/{}\n", folder,
                     yaml::schema_file(schema));
}

/// A project is where its settings are.
fs::path settings_file(const std::string& config, const fs::path& folder) {
  const fs::path root = fs::absolute(folder.empty() ? "." : folder).lexically_normal();
  if (config.empty()) return root / "dbmig.yaml";
  const fs::path file = fs::absolute(config).lexically_normal();
  if (folder.empty() || file == root / file.filename()) return file;
  throw Error(ErrorCode::usage,
              fmt::format("--config {} is not in the folder {}", config, folder.string()))
      .hint("a project lies in the folder of its settings file: leave the folder out");
}

}  // namespace

NewProject new_project(Workspace& workspace, const fs::path& folder) {
  NewProject made;
  const fs::path config = settings_file(workspace.location.config, folder);
  made.root = config.parent_path();
  made.database = database_setting(workspace);
  for (const fs::path& path : {config, made.root / "schemas", made.root / "migrations"}) {
    std::error_code ignored;
    const bool empty_folder = fs::is_directory(path, ignored) && fs::is_empty(path, ignored);
    if (!fs::exists(path, ignored) || empty_folder) continue;
    throw Error(ErrorCode::failed, fmt::format("{} exists already", path.string()))
        .hint("this folder holds a project; `dbmig init DIR` starts another one elsewhere");
  }
  made.folders = {made.root / "schemas", made.root / "migrations"};
  made.files = {
      {made.root / "schemas" / "example.yaml", editor_line("../", "model") + kExampleModel},
      {config, editor_line("", "project") + yaml::print_config(made.database)}};
  return made;
}

void write_project(Workspace& workspace, const NewProject& project) {
  for (const fs::path& folder : project.folders) {
    workspace.show_work(fmt::format("Creating directory {}", folder.string()), [&] {
      std::error_code failure;
      fs::create_directories(folder, failure);
      if (failure) {
        throw Error(ErrorCode::io,
                    fmt::format("cannot create {}: {}", folder.string(), failure.message()));
      }
    });
  }
  for (const auto& [path, content] : project.files) {
    workspace.show_work(fmt::format("Generating {}", path.string()),
                        [&path = path, &content = content] { write_file(path, content, false); });
  }
  yaml::keep_schemas(project.root / ".dbmig", yaml::KeepSchemas::all);
}

}  // namespace dbmig::project
