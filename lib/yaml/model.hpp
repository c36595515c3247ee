#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/dialect_kind.hpp"
#include "base/error.hpp"
#include "schema/model.hpp"
#include "schema/selection.hpp"

namespace dbmig::yaml {

/// One file's name (as it should stand in messages) and content.
struct SourceFile {
  std::string name;
  std::string content;
};

/// Objects of the model that do not come from YAML (from SQL files), and where each stands.
struct ModelPart {
  schema::Schema schema;
  std::map<std::vector<std::string>, SourcePosition> places;  ///< {"tables", "customer"} → place
};

/// What a model is read with, beside its files.
struct ModelOptions {
  std::vector<SourceFile> more = {};  ///< read as if they were files of the folder
  ModelPart part = {};
  /// The only database that the model is for, whose rules alone hold then; nothing for both.
  std::optional<DialectKind> target = {};
  /// Foreign keys to tables outside the selection are external.
  schema::Selection selection = {};
  /// Where load_model() keeps what it read for the next command (yaml/kept_schemas.hpp), which
  /// reads that while no byte of the files has changed: the project's `.dbmig`. Empty for nowhere.
  std::filesystem::path kept_in = {};
};

/// The model of all `files` merged: named (schema/names.hpp), normalised and validated
/// (schema/validate.hpp). Throws Error{invalid} with every mistake of every file, each with its
/// line and column: broken YAML, unknown keys and types (with the nearest known one), a table in
/// two files or twice in one, duplicate keys in a mapping (YAML parsers let them pass), anchors and
/// aliases are allowed (also merge keys `<<`, and top-level keys `x-…` to hold what is shared),
/// multiple documents are not. An object that a file and `options.part` define is a mistake too.
/// UTF-8 with or without BOM, LF or CRLF; anything
/// else is an error. An empty file or folder is an empty model.
schema::Model parse_model(const std::vector<SourceFile>& files, const ModelOptions& options = {});

/// parse_model over `*.yaml` and `*.yml` of `folder` and its subfolders, in the order of names;
/// names in messages are relative to `base`. Throws Error{not_found} when there is no such folder.
schema::Model load_model(const std::filesystem::path& folder, const std::filesystem::path& base,
                         const ModelOptions& options = {});

/// Where the part `path` (as schema::Locate takes it) of load_model()'s model stands, or the
/// nearest thing around it that has a place. Reads the files again: for messages.
SourcePosition place_in_model(const std::filesystem::path& folder,
                              const std::filesystem::path& base, const ModelOptions& options,
                              const std::vector<std::string>& path);

/// The `*.sql` files of `folder` and its subfolders, in the order of names.
std::vector<SourceFile> load_sql_files(const std::filesystem::path& folder,
                                       const std::filesystem::path& base);

/// `schema` in the model's format, as a person would write it: shorthand where it says enough, one
/// line per column, only what differs from the defaults. `parse_model(print_model(s)) == s`.
std::string print_model(const schema::Schema& schema);

}  // namespace dbmig::yaml
