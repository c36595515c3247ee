#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <new>
#include <stdexcept>

#include "backend/sqlite_library.hpp"
#include "base/error.hpp"
#include "cli/completion.hpp"
#include "cli/context.hpp"
#include "cli/exit_codes.hpp"
#include "cli/launcher.hpp"
#include "cli/program.hpp"
#include "import/communicator.hpp"
#include "import/job_end.hpp"

namespace {

using dbmig::Error;
using dbmig::ErrorCode;

/// `--help` and `--version` arrive as exceptions too: they are no failure.
int answer(const CLI::App& program, const CLI::ParseError& error, dbmig::cli::Context& context) {
  const bool is_root = dbmig::import::rank_from_environment() == 0;
  if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) {
    if (is_root) program.exit(error);
    context.console().flush();
    return dbmig::cli::kDone;
  }
  if (is_root) {
    context.configure_console();
    context.console().error(Error(ErrorCode::usage, dbmig::cli::explain(program, error)));
  }
  return dbmig::cli::kUsage;
}

int parse_and_run(CLI::App& program, dbmig::cli::Context& context, int argc, char** argv) {
  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return answer(program, error, context);
  }
  if (program.get_subcommands().empty() && dbmig::import::rank_from_environment() == 0) {
    std::fputs(program.help().c_str(), stdout);
  }
  context.console().flush();
  context.leave_graph_to_the_system();
  return context.exit_code;
}

int run(int argc, char** argv) {
  dbmig::cli::Context context;
  dbmig::cli::Program command_line(context, {argv + 1, argv + argc});
  CLI::App* program = &command_line.parser();
  if (argc > 1 && argv[1] == dbmig::cli::kCompleteWord) {
    fmt::print("{}", dbmig::cli::complete(*program, context, {argv + 2, argv + argc}));
    return dbmig::cli::kDone;
  }
  try {
    return parse_and_run(*program, context, argc, argv);
  } catch (const Error& error) {
    context.console().error(error);
    return dbmig::cli::exit_code_of(error);
  } catch (const std::bad_alloc&) {
    context.console().error(Error(ErrorCode::failed, "not enough memory"));
    return dbmig::cli::kFailed;
  } catch (const std::exception& error) {
    context.console().error(
        Error(ErrorCode::failed, fmt::format("internal error: {}", error.what()))
            .hint("please report it with the command that showed it"));
    return dbmig::cli::kFailed;
  }
}

}  // namespace

int main(int argc, char** argv) {
  // A reader that goes away (`dbmig history | head -1`) must not kill a migration halfway: writing
  // fails with EPIPE instead, which the console takes for what it is.
  std::signal(SIGPIPE, SIG_IGN);
  dbmig::backend::configure_sqlite();
  dbmig::cli::remember_start_folder();
  const int code = run(argc, argv);
  std::fflush(nullptr);
  return dbmig::import::end_of_rank(code);
}
