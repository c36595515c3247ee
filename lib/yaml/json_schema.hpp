#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig::yaml {

/// The files that have one: "model", "revision" and "project" (dbmig.yaml).
const std::vector<std::string>& schema_names();

/// The JSON Schema (draft-07) of that file, for editors: they complete keys, explain them and mark
/// what cannot stand where it stands. Every key, every word and what must be there come from the
/// readers themselves, which are run over an empty example of each mapping; what a value means (the
/// columns of a key, an SQL text) only they know. So a file that they take is always valid, and not
/// every valid file is taken. Throws Error{usage} for another name.
std::string json_schema(std::string_view name);

/// Where a project keeps them: below `.dbmig`, `<name>.schema.json`.
std::string schema_file(std::string_view name);

enum class KeepSchemas { missing, all };

/// Writes them to `folder`, a project's `.dbmig`, which is not for git: all of them, or none when
/// the model's is there. They only help editors, so what cannot be written is left out in silence.
void keep_schemas(const std::filesystem::path& folder, KeepSchemas which);

/// What a key of a mapping holds that has no description yet: "index.comment". Empty, or the
/// schema takes anything there.
std::vector<std::string> undescribed_keys();

}  // namespace dbmig::yaml
