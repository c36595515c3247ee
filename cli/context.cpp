#include "cli/context.hpp"

#include <fmt/core.h>

#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/private_server_options.hpp"
#include "cli/signals.hpp"

namespace dbmig::cli {
namespace {

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace

Context::Context()
    : Workspace(
          {.events = console_,
           .stop = &interrupted(),
           .before_long_work = watch_signals,
           .environment = environment_variable,
           .show_work = [this](const std::string& what,
                               const std::function<void()>& work) { console_.status(what, work); },
           .private_server = private_server_options}) {}

project::Host Context::quiet_host(EventSink& events) {
  return {.events = events,
          .environment = environment_variable,
          .private_server = private_server_options};
}

void Context::prepare() {
  configure_console();
  if (globals.directory.empty()) return;
  std::error_code failure;
  std::filesystem::current_path(globals.directory, failure);
  if (failure) {
    throw Error(ErrorCode::not_found,
                fmt::format("cannot enter '{}': {}", globals.directory, failure.message()));
  }
  globals.directory.clear();
}

void Context::configure_console() {
  const Color color = globals.color == "always"  ? Color::always
                      : globals.color == "never" ? Color::never
                                                 : Color::automatic;
  console_.configure({globals.quiet, globals.verbose, globals.json, color});
}

}  // namespace dbmig::cli
