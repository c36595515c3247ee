#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "cli/new_revision.hpp"
#include "history/branches.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  project::NewRevision revision;
  std::vector<std::string> parents;
  std::string winner;  ///< --resolve: the branch that contradictions are decided for
};

/// The one of `parents` whose branch `argument` names.
std::string parent_of(Context& context, const std::string& argument,
                      const std::vector<std::string>& parents) {
  const history::Graph& graph = context.graph();
  std::vector<std::string> found;
  for (const std::string& id : resolve(context, argument)) {
    for (const std::string& parent : parents) {
      if (graph.ancestors({parent}).count(id) != 0) found.push_back(parent);
    }
  }
  if (found.size() == 1) return found.front();
  throw Error(ErrorCode::usage, fmt::format("'{}' is {} of the revisions to merge", argument,
                                            found.empty() ? "on none" : "on more than one"))
      .hint(fmt::format("name one of {}", text::join(parents, ", ")));
}

void run(Context& context, Options options) {
  const history::Graph& graph = context.graph();
  std::set<std::string> chosen;
  for (const std::string& argument : options.parents) chosen.merge(resolve(context, argument));
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
  history::Revision revision = project::make_revision(graph, options.revision, parents);
  if (!options.winner.empty()) {
    revision.upgrade =
        history::resolution_for(graph, parents, parent_of(context, options.winner, parents));
  }
  const std::vector<history::Contradiction> found =
      history::contradictions(graph, parents, revision.upgrade);
  if (!found.empty()) throw Error(ErrorCode::failed, history::described(found));
  // Both sides must fit together: a table that each of them made is an error now.
  static_cast<void>(graph.fold(chosen));
  write_revision(context, std::move(revision), options.revision.dry_run);
}

}  // namespace

void add_merge(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(program, context,
                                 {"merge", "Join several heads in one revision",
                                  "  dbmig merge heads -m \"merge both features\"\n"
                                  "  dbmig merge 1975ea83b712 2fa6cb75c75d\n"
                                  "  dbmig merge heads --resolve 2fa6                its changes "
                                  "win over the others\n"
                                  "Branches that change one thing to different ends are refused: "
                                  "which of them counts would\n"
                                  "depend on the order in which a database took them."});
  command.add_option("revisions", options->parents, "The heads to join, or `heads`")
      ->option_text("REV")
      ->required();
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  command.add_option("--branch-label", options->revision.labels, "Name of the branch")
      ->option_text("LABEL")
      ->repeatable();
  command
      .add_option("--resolve", options->winner,
                  "Where the branches contradict each other, the one of this revision wins")
      ->option_text("REV");
  add_plan_flag(command, options->revision.dry_run, "Print the revision instead of writing it");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
