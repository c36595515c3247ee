#include <memory>
#include <optional>

#include "cli/commands/commands.hpp"
#include "cli/new_revision.hpp"
#include "project/merge_revision.hpp"
#include "project/revisions_lock.hpp"

namespace dbmig::cli {

void add_merge(Command& program, Context& context) {
  auto options = std::make_shared<project::MergeOptions>();
  Command& command = add_command(program, context,
                                 {"merge", "Join several heads in one revision",
                                  "  dbmig merge -m \"merge both features\"\n"
                                  "  dbmig merge 1975ea83b712 2fa6cb75c75d\n"
                                  "  dbmig merge heads --resolve 2fa6                its changes "
                                  "win over the others\n"
                                  "Branches that change the same thing in different ways are "
                                  "refused, because the result would\n"
                                  "depend on the order in which a database applies them."});
  command.add_option("revisions", options->heads, "The heads to join (heads: all of them)")
      ->option_text("REV");
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_option("--branch-label", options->revision.labels, "Name of the branch")
      ->option_text("LABEL")
      ->repeatable();
  command
      .add_option("--resolve", options->winner,
                  "Where branches contradict each other, this revision's branch wins")
      ->option_text("REV");
  command.add_flag("--either-order", options->either_order,
                   "Accept that the order of the branches may matter to their plain SQL");
  add_plan_flag(command, options->revision.dry_run, "Print the revision instead of writing it");
  set_action(command, context, [&context, options] {
    if (options->heads.empty()) options->heads = {"heads"};
    std::optional<project::RevisionsLock> lock;
    if (!options->revision.dry_run) lock.emplace(context);
    write_revision(context, project::merge_revision(context, *options), options->revision.dry_run);
  });
}

}  // namespace dbmig::cli
