#pragma once

#include <string>

#include "import/import.hpp"

namespace dbmig::project {

/// Determines how the file at `path` is written: first by `said`; then by the companion file next
/// to it, `PATH.yaml`, which `dbmig export` writes; then by the extension (.jsonl and .ndjson, also
/// compressed) and, for .tsv, by the content.
///
/// Throws Error{invalid} for an invalid companion; a YAML file without `dbmig_export` is not one.
import::OwnFormat own_format(const import::FormatRequest& said, const std::string& path);

}  // namespace dbmig::project
