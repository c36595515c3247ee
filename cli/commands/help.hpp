#pragma once

#include "cli/command_line.hpp"
#include "cli/context.hpp"

namespace dbmig::cli {

// Commands that explain the others, to people and to their tools.
void add_help(Command& program, Context& context);
void add_completion(Command& program, Context& context);
void add_schema(Command& program, Context& context);

}  // namespace dbmig::cli
