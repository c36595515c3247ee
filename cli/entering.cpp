#include "cli/entering.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/text.hpp"
#include "cli/changes_text.hpp"
#include "project/changes.hpp"
#include "project/revisions.hpp"
#include "project/server_words.hpp"
#include "teams/entry.hpp"

namespace dbmig::cli {
namespace {

constexpr int kEntryDifferences = 3;
constexpr int kEntryLockSeconds = 60;

std::string listed(const std::set<std::string>& ids) {
  return text::join({ids.begin(), ids.end()}, ", ");
}

/// Prints what keeps the database from being at `targets`.
void tell_difference(Context& context, const teams::BaselineDifference& difference,
                     const std::set<std::string>& targets) {
  std::string text = fmt::format("The database is not as revision {} makes it:\n", listed(targets));
  const std::vector<project::Change> list =
      project::changes(difference.drift.expected, difference.drift.live, {});
  text += changes_text(list);
  for (const std::string& one : difference.too_much) {
    text += fmt::format("+ {}, which later revisions make\n", one);
  }
  Console& console = context.console();
  console.data(text);
  console.say("Nothing was changed. Name the revision that it is at, or mend the database.");
  console.document({{"equal", false},
                    {"revisions", targets},
                    {"changes", changes_json(list)},
                    {"too_much", difference.too_much}});
  context.exit_code = kEntryDifferences;
}

bool stamp_if_equal(Context& context, run::Runner& runner, const std::set<std::string>& targets,
                    const std::string& why) {
  backend::Connection& connection = context.connection(Context::Access::existing);
  const teams::BaselineDifference difference = teams::compare_to_baseline(
      connection, context.graph(), targets, context.selection(), words_of_server(context));
  if (!difference.is_equal()) {
    tell_difference(context, difference, targets);
    return false;
  }
  context.console().info("dbmig.run", why);
  runner.stamp({targets.begin(), targets.end()}, false, run_options(context, kEntryLockSeconds),
               "adopted");
  return true;
}

/// The revisions that another tool's table names; nothing when none does.
std::optional<std::pair<teams::ToolVersions, std::set<std::string>>> named_by_tool(
    Context& context, backend::Connection& connection) {
  for (teams::ToolVersions& versions : teams::tool_versions(connection)) {
    if (auto ids = teams::entry_points(context.graph(), versions)) {
      return std::pair(std::move(versions), std::move(*ids));
    }
  }
  return std::nullopt;
}

}  // namespace

bool enter(Context& context, run::Runner& runner, const Migration& options) {
  if (!runner.rows().empty() || context.graph().empty()) return true;
  backend::Connection& connection = context.connection(Context::Access::create);
  if (const auto named = named_by_tool(context, connection)) {
    const auto& [versions, ids] = *named;
    return stamp_if_equal(context, runner, ids,
                          fmt::format("{} has the database at {}: it enters at revision {}",
                                      versions.tool, versions.versions.back(), listed(ids)));
  }
  if (!options.baseline) return true;
  std::set<std::string> targets;
  for (const std::string& target : options.targets) targets.merge(context.graph().resolve(target));
  const teams::BaselineDifference difference = teams::compare_to_baseline(
      connection, context.graph(), targets, context.selection(), words_of_server(context));
  if (difference.is_empty) return true;  // a new database takes all of it
  return stamp_if_equal(context, runner, targets,
                        fmt::format("The database is as revision {} makes it", listed(targets)));
}

}  // namespace dbmig::cli
