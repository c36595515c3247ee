#pragma once

#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "project/copy_database.hpp"
#include "transfer/copy.hpp"

namespace dbmig::cli {

/// --tables and --exclude.
void add_row_selection(Command& command, transfer::CopyOptions& options);

/// What the target's columns do not hold, with the lines of a model that would.
void report_problems(Context& context, const project::CopyResult& result);

/// Both sides, a line for each table; exit code 3 where they differ.
void report_comparison(Context& context, const std::vector<transfer::TableComparison>& tables);

}  // namespace dbmig::cli
