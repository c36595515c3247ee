#pragma once

#include <CLI/CLI.hpp>

#include "cli/context.hpp"

namespace dbmig::cli {

// Commands that explain the others, to people and to their tools.
void add_help(CLI::App& program, Context& context);
void add_completion(CLI::App& program, Context& context);
void add_schema(CLI::App& program, Context& context);

}  // namespace dbmig::cli
