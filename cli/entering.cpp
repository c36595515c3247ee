#include "cli/entering.hpp"

#include <fmt/core.h>

#include <set>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "cli/changes_text.hpp"
#include "cli/exit_codes.hpp"
#include "project/changes.hpp"

namespace dbmig::cli {
void tell_difference(Context& context, const teams::Entry& entry) {
  const teams::BaselineDifference& difference = entry.difference;
  std::string text = fmt::format("The database differs from revision {}:\n",
                                 text::join({entry.ids.begin(), entry.ids.end()}, ", "));
  const std::vector<project::Change> list =
      project::changes(difference.drift.expected, difference.drift.live, {});
  text += changes_text(list);
  for (const std::string& one : difference.extra) {
    text += fmt::format("+ {}, which later revisions create\n", one);
  }
  Console& console = context.console();
  console.data(text);
  console.say("Nothing was changed. Name the revision that it is at, or fix the database.");
  console.document({{"equal", false},
                    {"revisions", entry.ids},
                    {"changes", changes_json(list)},
                    {"extra", difference.extra}});
  context.exit_code = kDifferences;
}

}  // namespace dbmig::cli
