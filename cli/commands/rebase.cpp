#include <fmt/core.h>

#include <memory>
#include <optional>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "project/rebase_branch.hpp"
#include "project/revisions_lock.hpp"

namespace dbmig::cli {
namespace {

struct RebaseOptions {
  std::string revision;
  std::string onto;
  bool plan = false;
};

void run(Context& context, const RebaseOptions& options) {
  std::optional<project::RevisionsLock> lock;
  if (!options.plan) lock.emplace(context);
  const project::Rebase rebase = project::rebase_branch(context, options.revision, options.onto);
  Console& console = context.console();
  if (rebase.revisions.empty()) {
    console.say(fmt::format("Nothing to do: {} follows {} already.", rebase.revision, rebase.onto));
  }
  Json list = Json::array();
  for (const project::RebasedRevision& one : rebase.revisions) {
    const auto& [id, before, parents] = one.change;
    console.say(fmt::format("{}: parents {} -> {}", id,
                            before.empty() ? "none" : text::join(before, ", "),
                            text::join(parents, ", ")));
    list.push_back({{"revision", id}, {"before", before}, {"parents", parents}});
  }
  if (!options.plan) project::write_rebase(context, rebase);
  console.document(list);
}

}  // namespace

void add_rebase(Command& program, Context& context) {
  auto options = std::make_shared<RebaseOptions>();
  Command& command = add_command(
      program, context,
      {"rebase", "Move a branch that no database has onto another head",
       "  dbmig rebase 2fa6 --onto 1975                   2fa6 and its branch come after 1975\n"
       "  dbmig rebase 2fa6 --onto 1975 --plan            show what would change\n"
       "Writes the new parents into the files and verifies the revisions there. Refused if a "
       "database\n"
       "of the project has one of them, or if the branches contradict each other."});
  command.add_option("revision", options->revision, "The head of the branch to move")
      ->option_text("REV")
      ->required();
  command.add_option("--onto", options->onto, "The head to move it onto")
      ->option_text("HEAD")
      ->required();
  add_plan_flag(command, options->plan, "Print what would change; nothing is written");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
