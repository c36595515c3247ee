#include "cli/new_revision.hpp"

#include <fmt/core.h>

#include <utility>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"

namespace dbmig::cli {

void add_new_revision_options(Command& command, project::NewRevision& options) {
  command.add_option("-m,--message", options.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_option("--head", options.head, "Build on this revision; `base` starts a new branch")
      ->option_text("REV");
  command.add_flag("--splice", options.splice, "Allow --head to be a revision that is not a head");
  command.add_option("--branch-label", options.labels, "Name of the branch that begins here")
      ->option_text("LABEL")
      ->repeatable();
  command
      .add_option("--depends-on", options.depends_on,
                  "A revision of another branch that must be applied before")
      ->option_text("REV")
      ->repeatable();
  command
      .add_option("--version-path", options.version_path,
                  "The folder to write to, one of `migrations:`")
      ->option_text("DIR");
  add_plan_flag(command, options.dry_run, "Print the revision instead of writing it");
}

void generate(Context& context, const project::NewFile& file, bool dry_run) {
  if (dry_run) return context.console().data(file.text);
  project::generate(context, file);
}

Json write_revision_file(Context& context, history::Revision revision, bool dry_run,
                         const std::vector<std::string>& detected) {
  const project::WrittenRevision written =
      project::write_revision(context, std::move(revision), dry_run);
  if (dry_run) context.console().data(written.file.text);
  return revision_file_json(context, written.revision, written.file, dry_run, detected);
}

Json revision_file_json(Context& context, const history::Revision& revision,
                        const project::NewFile& file, bool dry_run,
                        const std::vector<std::string>& detected) {
  return {{"revision", revision.id},
          {"parents", revision.parents},
          {"message", revision.message},
          {"created", revision.created},
          {"path", context.shown(file.path)},
          {"written", !dry_run},
          {"detected", detected},
          {"operations", operations_json(revision.upgrade)},
          {"text", file.text}};
}

void write_revision(Context& context, history::Revision revision, bool dry_run,
                    const std::vector<std::string>& detected) {
  context.console().document(write_revision_file(context, std::move(revision), dry_run, detected));
}

}  // namespace dbmig::cli
