#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "cli/context.hpp"

namespace dbmig::cli {

/// The whole command line: global options, every command, help that teaches by examples.
class Program {
 public:
  /// For these arguments (without the program's name): only the commands that they can mean are
  /// set up.
  Program(Context& context, const std::vector<std::string>& arguments);
  ~Program();

  CLI::App& parser() { return *parser_; }

 private:
  std::unique_ptr<CLI::App> parser_;
  std::unique_ptr<Command> command_;
};

/// What was wrong with the command line, in one line that says what to do: an unknown command or
/// option with the nearest known one.
std::string explain(const CLI::App& program, const CLI::ParseError& error);

}  // namespace dbmig::cli
