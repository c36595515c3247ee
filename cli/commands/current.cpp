#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/listed.hpp"
#include "cli/commands/commands.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "run/unknown_revisions.hpp"

namespace dbmig::cli {
namespace {

constexpr int kNotAtAllHeads = 3;

/// The heads of the files that are not among `heads`.
std::vector<std::string> lacking_heads(const history::Graph& graph,
                                       const std::vector<std::string>& heads) {
  std::vector<std::string> list = graph.heads();
  std::erase_if(list, [&](const std::string& id) {
    return std::find(heads.begin(), heads.end(), id) != heads.end();
  });
  return list;
}

void run(Context& context, bool check_heads) {
  run::Runner runner = make_runner(context, Context::Access::peek);
  const run::DatabaseState state = runner.database_state();
  const history::Graph& graph = state.all;
  const history::Graph& stored = state.files;
  const std::vector<std::string>& heads = state.heads;
  Console& console = context.console();
  if (context.verbose()) {
    console.data(fmt::format("Current revision(s) for {}:\n", context.url().redacted()));
  }
  Json list = Json::array();
  for (const std::string& id : heads) {
    const history::Header& revision = graph.header(id);
    console.data(context.verbose() ? revision_entry(context, graph, revision) + "\n"
                                   : revision_line(graph, revision, {.labels = false}) + "\n");
    list.push_back(revision_json(context, graph, revision));
  }
  for (const std::string& id : run::unknown_revisions(state.rows, stored)) {
    console.warning("dbmig.run",
                    fmt::format("no file in the migrations folder has revision {}", id));
  }
  for (const run::AppliedRevision& row : state.rows) {
    if (!row.is_complete()) {
      console.warning(
          "dbmig.run",
          fmt::format("The {} of revision {} stopped after statement {} of {}; the next "
                      "`dbmig {}` continues from there",
                      row.running, row.id, row.statements_done, row.statements_total, row.running));
    }
  }
  console.document(list);
  if (!check_heads || heads == stored.heads()) return;
  console.warning("dbmig.run", fmt::format("Database is not on all head revisions: {} is missing; "
                                           "run `dbmig upgrade heads`",
                                           text::join_some(lacking_heads(stored, heads))));
  context.exit_code = kNotAtAllHeads;
}

}  // namespace

void add_current(Command& program, Context& context) {
  Command& command =
      add_command(program, context,
                  {"current", "Show the revision that the database is at",
                   "  dbmig current\n"
                   "  dbmig current -v                                with message and file\n"
                   "  dbmig current --check-heads                     exit 3 when not at every "
                   "head\n"
                   "  dbmig current --url sqlite:///other.db"});
  auto check_heads = std::make_shared<bool>(false);
  command.add_flag("--check-heads", *check_heads, "Exit 3 if the database is not at every head");
  set_action(command, context, [&context, check_heads] { run(context, *check_heads); });
}

}  // namespace dbmig::cli
