#include "yaml/project.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <system_error>
#include <utility>
#include <vector>

#include "base/file.hpp"
#include "base/text.hpp"
#include "yaml/emit.hpp"
#include "yaml/files.hpp"
#include "yaml/read_config.hpp"
#include "yaml/reader.hpp"

namespace dbmig::yaml {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConfig = "dbmig.yaml";
constexpr const char* kSchemas = "schemas";
constexpr const char* kMigrations = "migrations";
constexpr const char* kDatabase = "sqlite:///dbmig.db";

fs::path absolute_path(const fs::path& path) {
  std::error_code code;
  const fs::path result = fs::absolute(path, code);
  if (code) {
    throw Error(ErrorCode::io,
                fmt::format("cannot find out the current folder: {}", code.message()))
        .hint("change to a folder that exists");
  }
  return result.lexically_normal();
}

bool is_file(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code) && !fs::is_directory(path, code);
}

bool is_folder(const fs::path& path) {
  std::error_code code;
  return fs::is_directory(path, code);
}

/// A folder's path without the slash at its end, which would make it its own parent's child.
fs::path without_slash(const fs::path& path) {
  return path.has_filename() || !path.has_parent_path() ? path : path.parent_path();
}

/// `folder` or the nearest one above it that is a project.
fs::path nearest_project(const fs::path& folder) {
  for (fs::path here = without_slash(folder);; here = here.parent_path()) {
    if (is_file(here / kConfig)) return here;
    if (is_folder(here / kSchemas) && is_folder(here / kMigrations)) return here;
    if (here == here.root_path() || !here.has_parent_path()) break;
  }
  throw Error(ErrorCode::not_found,
              fmt::format("no dbmig project in {} or above", without_slash(folder).string()))
      .hint("run `dbmig init`");
}

/// The text of a scalar that must not be empty.
std::string read_setting(Reader& reader, const Node& node, const std::string& what) {
  const auto value = reader.text(node, what);
  if (value && text::trim(*value).empty()) {
    reader.error(node, fmt::format("{} is empty", what), "give it a value, or leave it out");
  }
  return value.value_or("");
}

std::vector<DialectKind> read_dialects(Reader& reader, const Node& node) {
  std::vector<DialectKind> kinds;
  for (const std::string& name : reader.names(node, "'dialects'")) {
    const auto kind = dialect_kind(text::lower(name));
    if (!kind) {
      reader.error(node, fmt::format("unknown dialect '{}'", name),
                   "write [sqlite], [mariadb] or [sqlite, mariadb]");
    } else if (std::find(kinds.begin(), kinds.end(), *kind) == kinds.end()) {
      kinds.push_back(*kind);
    }
  }
  return kinds;
}

lint::Levels read_lint(Reader& reader, const Node& node) {
  lint::Levels levels;
  if (!reader.is_mapping(node, "'lint'", "lint: {DS102: warning, NM: off}")) return levels;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const Node& key = node.key(i);
    if (lint::find_code(key.text) == nullptr && !lint::is_group(key.text)) {
      std::vector<std::string> known = lint::code_names();
      const std::vector<std::string> groups = lint::group_names();
      known.insert(known.end(), groups.begin(), groups.end());
      const auto near = text::closest(text::upper(key.text), known);
      reader.error(key, fmt::format("unknown code '{}' in 'lint'", key.text),
                   near ? fmt::format("did you mean '{}'?", *near)
                        : std::string("`dbmig lint --codes` lists them"));
      continue;
    }
    const auto level =
        reader.word(node.value(i), fmt::format("the level of {}", key.text), lint::level_names());
    if (level) levels[key.text] = *lint::parse_level(*level);
  }
  return levels;
}

/// As `${name:literal}` takes it.
bool is_variable_name(std::string_view name) {
  const auto is_letter = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  };
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(),
                     [&](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

/// `variables:`, a text each.
void read_variables(Reader& reader, const Node& node, Project& project) {
  if (!reader.is_mapping(node, "'variables'", "variables: {tenant: acme}")) return;
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const std::string& name = node.key(i).text;
    if (!is_variable_name(name)) {
      reader.error(node.key(i), fmt::format("'{}' cannot name a variable", name),
                   "use letters, digits and '_', a letter first");
      continue;
    }
    if (const auto value = reader.text(node.value(i), fmt::format("variable '{}'", name))) {
      project.variables[name] = *value;
    }
  }
}

/// `hooks:`, a command each, and how long one may take.
void read_hooks(Reader& reader, const Node& node, Project& project) {
  Fields fields(reader, node, "'hooks'",
                {"before_migrate", "after_migrate", "before_run", "after_run", "before_revision",
                 "after_revision", "timeout"});
  if (!fields.valid()) return;
  if (const Node* timeout = fields.find("timeout")) {
    if (const auto seconds = reader.positive(*timeout, "'timeout', in seconds,")) {
      project.hook_timeout = *seconds;
    }
  }
  for (std::size_t i = 0; i < node.entries(); ++i) {
    const std::string& name = node.key(i).text;
    if (name == "timeout" || node.value(i).is_null()) continue;
    project.hooks[name] = read_setting(reader, node.value(i), fmt::format("hook '{}'", name));
  }
}

/// `migrations:` is a folder, or a list of them.
void read_version_folders(Reader& reader, const Node& node, Project& project) {
  project.version_folders.clear();
  for (const std::string& name : reader.names(node, "'migrations'")) {
    if (text::trim(name).empty()) {
      reader.error(node, "'migrations' is empty", "give it a value, or leave it out");
      continue;
    }
    project.version_folders.push_back(without_slash((project.root / name).lexically_normal()));
  }
  if (!project.version_folders.empty()) {
    const fs::path& first = project.version_folders.front();
    project.migrations = first.filename() == "**" ? first.parent_path() : first;
  }
}

}  // namespace

void read_config(std::string_view content, const std::string& name, Project& project) {
  Diagnostics diagnostics;
  const auto root = parse_yaml(content, name, diagnostics);
  diagnostics.throw_if_any();
  if (!root) return;
  Reader reader(name, diagnostics);
  Fields fields(reader, *root, name,
                {"database", "databases", "schemas", "migrations", "dialects", "scratch", "include",
                 "exclude", "lint", "variables", "hooks"});
  if (const Node* node = fields.find("database"); node != nullptr && !node->is_null()) {
    project.database = read_setting(reader, *node, "'database'");
    project.database_position = reader.at(*node);
  }
  const Node* databases = fields.find("databases");
  if (databases != nullptr && !databases->is_null() &&
      reader.is_mapping(*databases, "'databases'", "databases: {ci: \"mariadb://…\"}")) {
    for (std::size_t i = 0; i < databases->entries(); ++i) {
      const std::string& key = databases->key(i).text;
      const Node& value = databases->value(i);
      project.databases[key] = read_setting(reader, value, fmt::format("database '{}'", key));
      project.database_positions[key] = reader.at(value);
    }
  }
  if (const Node* node = fields.find("dialects"); node != nullptr && !node->is_null()) {
    project.dialects = read_dialects(reader, *node);
  }
  if (const Node* node = fields.find("scratch"); node != nullptr && !node->is_null()) {
    project.scratch = read_setting(reader, *node, "'scratch'");
    project.scratch_position = reader.at(*node);
  }
  if (const Node* node = fields.find("variables"); node != nullptr && !node->is_null()) {
    read_variables(reader, *node, project);
  }
  if (const Node* node = fields.find("hooks"); node != nullptr && !node->is_null()) {
    read_hooks(reader, *node, project);
  }
  if (const Node* node = fields.find("lint"); node != nullptr && !node->is_null()) {
    project.lint = read_lint(reader, *node);
  }
  for (const auto& [key, patterns] : {std::pair{"include", &project.selection.include},
                                      std::pair{"exclude", &project.selection.exclude}}) {
    const Node* node = fields.find(key);
    if (node == nullptr || node->is_null()) continue;
    *patterns = reader.names(*node, fmt::format("'{}'", key));
  }
  if (const Node* node = fields.find(kSchemas)) {
    const std::string value = read_setting(reader, *node, "'schemas'");
    project.schemas = without_slash((project.root / value).lexically_normal());
  }
  if (const Node* node = fields.find(kMigrations)) read_version_folders(reader, *node, project);
  diagnostics.throw_if_any();
}

Project find_project(const ProjectOptions& options) {
  Project project;
  const fs::path start = absolute_path(options.directory.empty() ? "." : options.directory);
  if (!options.directory.empty() && !is_folder(start)) {
    throw Error(ErrorCode::not_found,
                fmt::format("the folder {} does not exist", without_slash(start).string()))
        .hint("check -C");
  }
  if (!options.config.empty()) {
    project.config_file = absolute_path(start / options.config);
    if (!is_file(project.config_file)) {
      throw Error(ErrorCode::not_found,
                  fmt::format("the file {} does not exist", project.config_file.string()))
          .hint("check --config");
    }
    project.root = project.config_file.parent_path();
  } else {
    project.root = nearest_project(start);
    if (is_file(project.root / kConfig)) project.config_file = project.root / kConfig;
  }
  project.schemas = project.root / kSchemas;
  project.migrations = project.root / kMigrations;
  project.version_folders = {project.migrations};
  project.database = kDatabase;
  if (!project.config_file.empty()) {
    read_config(read_file(project.config_file), display_name(project.config_file, project.root),
                project);
  }
  return project;
}

namespace {

/// A relative SQLite path becomes absolute, seen from `folder`. URIs are left alone.
Url resolved(Url url, const fs::path& folder) {
  if (url.dialect != DialectKind::sqlite || url.in_memory()) return url;
  if (url.database.empty() || url.database.starts_with("file:")) return url;
  url.database = (folder / url.database).lexically_normal().string();
  return url;
}

}  // namespace

Url database_url(const Project& project, const std::optional<std::string>& url,
                 const std::optional<std::string>& name, const Environment& environment) {
  if (url) return resolved(Url::parse(*url), absolute_path("."));
  const std::string* text = &project.database;
  SourcePosition where = project.database_position;
  if (name) {
    const auto found = project.databases.find(*name);
    if (found == project.databases.end()) {
      std::vector<std::string> names;
      for (const auto& [key, value] : project.databases) names.push_back(key);
      throw Error(ErrorCode::usage, fmt::format("dbmig.yaml has no database '{}'", *name))
          .hint(names.empty() ? fmt::format("add databases: {{{}: URL}} to it", *name)
                              : text::suggest(*name, names));
    }
    text = &found->second;
    if (const auto at = project.database_positions.find(*name);
        at != project.database_positions.end()) {
      where = at->second;
    }
  }
  try {
    return resolved(Url::parse(expand_variables(*text, environment)), project.root);
  } catch (const Error& error) {
    // A wrong URL is a mistake on a command line, but here it stands in a file.
    throw Error(ErrorCode::invalid, error.message())
        .hint(error.diagnostics().front().hint)
        .at(std::move(where));
  }
}

std::optional<DialectKind> Project::only_dialect() const {
  if (dialects.size() != 1) return std::nullopt;
  return dialects.front();
}

ScratchServer scratch_server(const Project& project, const Environment& environment) {
  const bool is_said = !project.scratch.empty();
  const std::string text = is_said ? project.scratch : environment("DBMIG_SCRATCH").value_or("");
  using Kind = ScratchServer::Kind;
  if (text.empty() || text == "auto") return {Kind::automatic};
  if (text == "off") return {Kind::off};
  const std::string name = is_said ? "'scratch'" : "DBMIG_SCRATCH";
  const SourcePosition where = is_said ? project.scratch_position : SourcePosition{};
  try {
    Url url = Url::parse(expand_variables(text, environment));
    if (url.dialect == DialectKind::mariadb) return {Kind::named, std::move(url)};
  } catch (const Error& error) {
    throw Error(ErrorCode::invalid, is_said ? error.message() : name + ": " + error.message())
        .hint(error.diagnostics().front().hint)
        .at(where);
  }
  throw Error(ErrorCode::invalid, name + " is not the URL of a MariaDB server")
      .hint("SQLite's scratch databases are in memory; write auto, off or mariadb://user@host/")
      .at(where);
}

std::string with_dialect(std::string text, DialectKind kind) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
  if (!text.empty()) text += '\n';
  return text + fmt::format("# The model may use what only this database has.\ndialects: [{}]\n",
                            to_string(kind));
}

std::string print_config(const std::string& database) {
  const auto line = [](std::string_view key, std::string_view value) {
    Out out = Out::map(Out::Style::block);
    out.add(key, Out::text(value));
    return emit(out);
  };
  return "# The database to work on: a URL as SQLAlchemy writes it. ${NAME} and ${NAME:-default} "
         "are\n"
         "# environment variables.\n" +
         line("database", database) +
         "\n# More databases, chosen with --database NAME:\n"
         "# databases: {prod: \"${PROD_URL}\"}\n"
         "\n# The model, and the revisions that lead to it.\n" +
         line("schemas", kSchemas) + line("migrations", kMigrations) +
         "\n# For a project that is for one database alone, and for one that shares its database:\n"
         "# dialects: [sqlite]\n"
         "# include: [shop_*]\n";
}

}  // namespace dbmig::yaml
