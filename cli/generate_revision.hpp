#pragma once

#include "cli/context.hpp"
#include "project/generate_revision.hpp"

namespace dbmig::cli {

/// project::generate_revision(), with the text printed where it is not to be written, and the
/// command's document.
void generate_and_print(Context& context, const project::MigrateOptions& options);

}  // namespace dbmig::cli
