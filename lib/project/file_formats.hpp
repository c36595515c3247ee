#pragma once

#include <string>

#include "import/import.hpp"

namespace dbmig::project {

/// How the file at `path` is written: as `said` where that says anything; else as the file beside
/// it says, `PATH.yaml`, which `dbmig export` writes; else by the ending of its name (.jsonl and
/// .ndjson, also compressed) and, of .tsv, by what stands in it.
///
/// Throws Error{invalid} for a companion that is wrong; a YAML file without `dbmig_export` is
/// nobody's companion.
import::OwnFormat own_format(const import::FormatRequest& said, const std::string& path);

}  // namespace dbmig::project
