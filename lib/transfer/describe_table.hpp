#pragma once

#include "import/import.hpp"
#include "transfer/infer.hpp"
#include "transfer/read_records.hpp"

namespace dbmig::transfer {

/// The table for what was found in all records of the files of `options`, without composite keys:
/// names, types, the primary key, notes, and what an import of the files must be told.
Inferred describe_table(const import::Options& options, Findings found);

}  // namespace dbmig::transfer
