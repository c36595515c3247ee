#include <fmt/core.h>

#include <memory>
#include <optional>
#include <utility>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/new_revision.hpp"
#include "project/revisions_lock.hpp"
#include "project/squash_range.hpp"

namespace dbmig::cli {
namespace {

struct SquashOptions {
  project::NewRevision revision;
  std::string range;
  bool delete_files = false;
};

void run(Context& context, const SquashOptions& options) {
  const bool is_written = !options.revision.dry_run;
  std::optional<project::RevisionsLock> lock;
  if (is_written) lock.emplace(context);
  const project::Squash squash = project::squash_range(context, options.range, options.revision);
  Json document = write_revision_file(context, squash.revision, !is_written);
  if (is_written) project::finish_squash(context, squash, options.delete_files);
  Json replaced = Json::array();
  for (const project::Squash::Replaced& one : squash.replaced) {
    replaced.push_back({{"revision", one.id}, {"path", context.shown(one.path)}});
  }
  if (is_written && !options.delete_files) {
    context.console().say(
        fmt::format("Revision {} replaces {}; their files are no longer needed and may be deleted.",
                    squash.revision.id, text::count(squash.replaced.size(), "revision")));
  }
  document["replaces"] = std::move(replaced);
  context.console().document(document);
}

}  // namespace

void add_squash(Command& program, Context& context) {
  auto options = std::make_shared<SquashOptions>();
  Command& command = add_command(
      program, context,
      {"squash", "Replace a range of revisions by one that does the same",
       "  dbmig squash 1975..2fa6 -m \"the first year\"     both included\n"
       "  dbmig squash base..head --delete                and delete the files of the old ones\n"
       "  dbmig squash base..2fa6 --dry-run               show the revision\n"
       "Databases that have none of the range run the new revision; those that have a part of it\n"
       "continue with the old ones, which the new file keeps under `replaces:`. Both are run on\n"
       "scratch databases first, and must lead to the same schema and rows."});
  command.add_option("range", options->range, "A..B, both included; base..B from the beginning")
      ->option_text("A..B")
      ->required();
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_flag("--delete", options->delete_files, "Delete the files of the old revisions");
  add_plan_flag(command, options->revision.dry_run, "Print the revision instead of writing it");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
