#include "project/run_settings.hpp"

#include <chrono>
#include <string_view>

#include "yaml/expand.hpp"

extern char** environ;  // NOLINT: the name that POSIX gives it

namespace dbmig::project {

dialect::Variables variables(Workspace& workspace) {
  constexpr std::string_view kPrefix = "DBMIG_VAR_";
  dialect::Variables values;
  if (const yaml::Project* project = workspace.find_project()) {
    for (const auto& [name, text] : project->variables) {
      try {
        values[name] = yaml::expand_variables(text, workspace.environment());
      } catch (const Error&) {
        // A missing environment variable is an error only where it is needed.
      }
    }
  }
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::size_t equals = line.find('=');
    if (!line.starts_with(kPrefix) || equals == line.npos) continue;
    const std::string name(line.substr(kPrefix.size(), equals - kPrefix.size()));
    if (const auto value = workspace.environment()(std::string(kPrefix) + name)) {
      values[name] = *value;
    }
  }
  for (const std::string& given : workspace.location.variables) {
    const std::size_t equals = given.find('=');
    if (equals == std::string::npos || equals == 0) {
      // The argument is not repeated in the message: it may be a secret value.
      throw Error(ErrorCode::usage, "--var takes name=value").hint("as in --var tenant=acme");
    }
    values[given.substr(0, equals)] = given.substr(equals + 1);
  }
  return values;
}

hooks::Commands hook_commands(Workspace& workspace) {
  const yaml::Project* project = workspace.find_project();
  if (project == nullptr) return {};
  return {project->hooks, std::chrono::seconds(project->hook_timeout), project->root};
}

run::RunListener hook_listener(Workspace& workspace, const Url& url, EventSink& events) {
  return hooks::listener(
      hook_commands(workspace),
      {{"DBMIG_DATABASE", url.redacted()}, {"DBMIG_DIALECT", std::string(to_string(url.dialect))}},
      events, workspace.stop());
}

}  // namespace dbmig::project
