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

}  // namespace

std::optional<std::set<std::string>> find_entry(Context& context, backend::Connection& connection,
                                                const Migration& options) {
  std::optional<teams::Entry> entry = teams::find_entry(
      connection, context.graph(), options.baseline ? options.targets : std::vector<std::string>{},
      context.selection(), words_of_server(context));
  if (!entry) return std::set<std::string>{};
  if (!entry->difference.is_equal()) {
    tell_difference(context, entry->difference, entry->ids);
    return std::nullopt;
  }
  context.console().info("dbmig.run", entry->why);
  return std::move(entry->ids);
}

void enter(Context& context, run::Runner& runner, const std::set<std::string>& ids) {
  if (ids.empty()) return;
  runner.stamp({ids.begin(), ids.end()}, false, run_options(context, kEntryLockSeconds), "adopted");
}

}  // namespace dbmig::cli
