#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "cli/context.hpp"

namespace dbmig::cli {

/// The whole command line: global options, every command, help that teaches by examples.
std::unique_ptr<CLI::App> make_program(Context& context);

/// What was wrong with the command line, in one line that says what to do: an unknown command or
/// option with the nearest known one.
std::string explain(const CLI::App& program, const CLI::ParseError& error);

}  // namespace dbmig::cli
