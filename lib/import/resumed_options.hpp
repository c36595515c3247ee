#pragma once

#include <string>

#include "import/import_store.hpp"
#include "import/plan.hpp"

namespace dbmig::import {

// What a resumed import must have in common with the process that was interrupted.

/// Compares ImportRecord::options as `stored` with those `given` now. Throws Error{refused} that
/// names the option which is different; --on-error=reject may come.
void check_same_options(const std::string& stored, const std::string& given);

/// Compares `plan` with the one that the file was started with, whose values of --set it takes. The
/// ranks may encode rows differently, but the resulting rows must be the same. Throws
/// Error{refused}.
void check_same_plan(const FileRecord& file, Plan& plan);

}  // namespace dbmig::import
