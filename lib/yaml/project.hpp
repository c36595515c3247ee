#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/error.hpp"
#include "base/url.hpp"
#include "lint/codes.hpp"
#include "schema/selection.hpp"
#include "yaml/expand.hpp"

namespace dbmig::yaml {

/// dbmig.yaml and where it stands: what every command starts from.
struct Project {
  std::filesystem::path root;         ///< absolute
  std::filesystem::path config_file;  ///< empty when there is none
  std::filesystem::path schemas;      ///< absolute
  std::filesystem::path migrations;   ///< absolute; where new revisions are written
  /// Absolute; all folders of revisions, `migrations` is the first. One that ends in `/**` counts
  /// with its subfolders.
  std::vector<std::filesystem::path> version_folders;
  std::string database;  ///< URL text, variables not expanded yet
  std::map<std::string, std::string> databases;
  // Where those stand in config_file, for messages; unknown for the default.
  SourcePosition database_position;
  std::map<std::string, SourcePosition> database_positions;
  std::string scratch;  ///< `scratch:` as it stands there; often empty
  SourcePosition scratch_position;
  /// The databases that the project is for; empty when not said, which means both.
  std::vector<DialectKind> dialects;
  /// `include:` and `exclude:`: what of a shared database is this project's.
  schema::Selection selection;
  /// `variables:` of plain SQL, variables of the environment not expanded yet.
  std::map<std::string, std::string> variables;
  /// `hooks:`, a shell command by its moment: before_migrate, after_migrate, before_run, after_run,
  /// before_revision, after_revision.
  std::map<std::string, std::string> hooks;
  int hook_timeout = 60;  ///< seconds
  lint::Levels lint;      ///< `lint:`, levels by code or group

  /// The only dialect of the project; nothing when it is for both.
  std::optional<DialectKind> only_dialect() const;
};

struct ProjectOptions {
  std::filesystem::path directory;  ///< -C; empty: the current folder and then its parents
  std::filesystem::path config;     ///< --config; empty: dbmig.yaml
};

/// Finds the project: the nearest folder, from `directory` upwards, with dbmig.yaml or with both
/// schemas/ and migrations/. Throws Error{not_found} "no dbmig project in … or above; run
/// `dbmig init`", Error{invalid} with line and column for mistakes in dbmig.yaml.
Project find_project(const ProjectOptions& options);

/// The database to work on: `url` (--url) if given, else `name` of `databases` (--database), else
/// `database`. `${NAME}` and `${NAME:-default}` are expanded only here, so that a variable that is
/// not set is an error only for commands that need it. Relative SQLite paths become absolute from
/// the project's root (from the current folder for --url). Throws Error{usage} for a `name` that
/// dbmig.yaml does not have and for a wrong `url`, Error{invalid} with line and column for what is
/// wrong in dbmig.yaml.
Url database_url(const Project& project, const std::optional<std::string>& url,
                 const std::optional<std::string>& name, const Environment& environment);

/// Where scratch databases are made on MariaDB.
struct ScratchServer {
  enum class Kind {
    automatic,  ///< on the project's own server, else on a private one that dbmig starts
    off,        ///< on the project's own server only
    named,      ///< on the server of `url`
  };
  Kind kind = Kind::automatic;
  Url url = {};
};

/// What `scratch:` of dbmig.yaml says, else the variable DBMIG_SCRATCH: `auto`, which is also what
/// it is when neither says anything, `off`, or a URL, expanded. Throws Error{invalid}, with line
/// and column when it stands in dbmig.yaml.
ScratchServer scratch_server(const Project& project, const Environment& environment);

/// `text`, the content of a dbmig.yaml (empty for none), with `dialects: [kind]` added. It must not
/// say `dialects` yet.
std::string with_dialect(std::string text, DialectKind kind);

/// dbmig.yaml for a new project; `database` is the URL, which may hold variables.
std::string print_config(const std::string& database);

}  // namespace dbmig::yaml
