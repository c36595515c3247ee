#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/new_revision.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  NewRevision revision;
  std::vector<std::string> parents;
};

void run(Context& context, Options options) {
  const history::Graph& graph = context.graph();
  std::set<std::string> chosen;
  for (const std::string& argument : options.parents) chosen.merge(graph.resolve(argument));
  const std::vector<std::string> parents = graph.heads_of(chosen);
  if (parents.size() < 2) {
    throw Error(ErrorCode::failed,
                fmt::format("nothing to merge: '{}' is {}", text::join(options.parents, " "),
                            parents.empty() ? "no revision" : "one line of revisions"))
        .hint("`dbmig heads` lists the heads");
  }
  if (options.revision.message.empty()) {
    options.revision.message = "merge " + text::join(parents, " and ");
  }
  history::Revision revision = make_revision(graph, options.revision, parents);
  // Both sides must fit together: a table that each of them made is an error now.
  static_cast<void>(graph.fold(chosen));
  write_revision(context, std::move(revision), options.revision.dry_run);
}

}  // namespace

void add_merge(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(program, context,
                                  {"merge", "Join several heads in one revision",
                                   "  dbmig merge heads -m \"merge both features\"\n"
                                   "  dbmig merge 1975ea83b712 2fa6cb75c75d"});
  command.add_option("revisions", options->parents, "The heads to join, or `heads`")
      ->option_text("REV")
      ->required();
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_option("--branch-label", options->revision.label, "Name of the branch")
      ->option_text("LABEL");
  command.add_flag("--dry-run", options->revision.dry_run,
                   "Print the revision instead of writing it");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
