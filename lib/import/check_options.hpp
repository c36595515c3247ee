#pragma once

#include "import/import.hpp"

namespace dbmig::import {

/// Throws Error{usage} for what cannot be meant, before anything is opened.
void check_options(const Options& options);

/// The part that depends on the format, which may be each file's own.
void refuse_json_rejects(const Options& options);

}  // namespace dbmig::import
