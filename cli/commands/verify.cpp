#include <fmt/core.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "cli/proving.hpp"
#include "history/branches.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  std::vector<std::string> revisions;
  bool all = false;
};

std::vector<std::string> chosen(Context& context, const Options& options) {
  const history::Graph& graph = context.graph();
  if (options.all) {
    if (!options.revisions.empty()) throw Error(ErrorCode::usage, "--all excludes revisions");
    return graph.topological();
  }
  std::set<std::string> ids;
  for (const std::string& argument :
       options.revisions.empty() ? std::vector<std::string>{"heads"} : options.revisions) {
    ids.merge(resolve(context, argument));
  }
  std::vector<std::string> ordered;
  for (const std::string& id : graph.topological()) {
    if (ids.count(id) != 0) ordered.push_back(id);
  }
  return ordered;
}

void run(Context& context, const Options& options) {
  const history::Graph& graph = context.graph();
  Console& console = context.console();
  std::string statement;
  Json list = Json::array();
  const std::vector<std::string> ids = chosen(context, options);
  std::vector<Diagnostic> failed = history::described(history::contradictions_within(graph, ids));
  for (const std::string& id : ids) {
    console.info("dbmig.proof", fmt::format("Proving {}, {}", id, graph.header(id).message));
    Json entry{{"revision", id}, {"message", graph.header(id).message}};
    try {
      entry["proofs"] = prove(context, graph, id, true);
      entry["proved"] = true;
    } catch (const Error& error) {
      // One after the other: every revision that does not hold is named.
      if (error.code() != ErrorCode::failed) throw;
      failed.insert(failed.end(), error.diagnostics().begin(), error.diagnostics().end());
      if (statement.empty()) statement = error.statement();
      entry["proved"] = false;
      entry["error"] = error.what();
    }
    list.push_back(std::move(entry));
  }
  if (!failed.empty()) throw Error(ErrorCode::failed, std::move(failed)).sql(statement);
  if (list.empty()) console.say("There are no revisions.");
  console.document(list);
}

}  // namespace

void add_verify(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(
      program, context,
      {"verify", "Prove revisions up, down and up again on scratch databases with rows",
       "  dbmig verify                                    the heads\n"
       "  dbmig verify 2fa6 1975                          after editing them\n"
       "  dbmig verify --all                              in CI\n"
       "What comes before a revision is replayed, every table filled with generated rows, and the\n"
       "revision run by the runner that deployments use. SQLite's scratch databases are in\n"
       "memory; MariaDB's are made on the server of `scratch:` or of the database, with random\n"
       "names, and dropped."});
  command.add_option("revisions", options->revisions, "Which (heads)")->option_text("REV…");
  command.add_flag("--all", options->all, "Every revision, from the first on");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
