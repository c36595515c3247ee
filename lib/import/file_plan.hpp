#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/chunk_reader.hpp"
#include "import/import.hpp"
#include "import/plan.hpp"
#include "import/target_tables.hpp"

namespace dbmig::import {

/// How one file is loaded into its table.
struct FilePlan {
  Plan plan;                           ///< without its encoding, which the sink determines
  std::string header;                  ///< the header line for rejected records
  std::vector<std::string> defaulted;  ///< columns without a value from the file
};

/// Whether plan_file() computes expressions of --set, which may read the table.
bool asks_database(const Options& options);

/// Consumes the header of `reader`, if there is one, and maps the fields of `file` to columns of
/// `target`; what was detected is reported to `events`. Expressions of --set are computed on
/// `connection`, once for all rows. Throws what read_opening() and map_columns() throw, and
/// Error{usage} for --set and --date-format.
FilePlan plan_file(ChunkReader& reader, const Options& options, const TargetTable& target,
                   backend::Connection& connection, const std::string& file, EventSink& events);

}  // namespace dbmig::import
