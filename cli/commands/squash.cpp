#include "teams/squash.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "cli/new_revision.hpp"
#include "cli/proof_report.hpp"
#include "project/proving.hpp"
#include "project/revisions.hpp"
#include "project/revisions_lock.hpp"
#include "project/run_settings.hpp"
#include "teams/sum_file.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  project::NewRevision revision;
  std::string range;
  bool delete_files = false;
};

/// "A..B" in two; a colon does as well, as in other commands' ranges.
std::pair<std::string, std::string> ends_of(const std::string& range) {
  const auto dots = range.find("..");
  if (dots != std::string::npos) return {range.substr(0, dots), range.substr(dots + 2)};
  if (range.find(':') != std::string::npos) return project::split_range(range);
  throw Error(ErrorCode::usage, fmt::format("'{}' is no range", range))
      .hint("write A..B, as in `dbmig squash 1975..2fa6`, or base..head");
}

void prove_it(Context& context, const history::Graph& graph, const history::Graph& squashed,
              const std::string& id) {
  context.begin_long_work();
  Console& console = context.console();
  for (const project::ProofDatabase& ground : proof_databases(context)) {
    if (!ground.scratch) continue;  // prove() says why
    try {
      const teams::BothWays seen =
          teams::prove_both_ways(*ground.scratch, graph, squashed, id, yaml::parse_revision,
                                 context.stop(), project::variables(context));
      console.info("dbmig.proof",
                   fmt::format("Proved on {}: the old revisions and {} come to the same schema{}",
                               seen.server, id, seen.with_rows ? " and rows" : ""));
      for (const std::string& note : seen.notes) {
        console.warning("dbmig.proof", fmt::format("On {}: {}", seen.server, note));
      }
    } catch (const Error& error) {
      const bool out_of_reach = error.code() == ErrorCode::connection ||
                                error.code() == ErrorCode::access ||
                                error.code() == ErrorCode::not_found;
      if (!out_of_reach) throw;
      console.warning("dbmig.proof",
                      fmt::format("Not proved on {}: {}", to_string(ground.kind), error.message()));
    }
  }
  project::prove(context, squashed, id, false);
}

void run(Context& context, const Options& options) {
  std::optional<project::RevisionsLock> lock;
  if (!options.revision.dry_run) lock.emplace(context);
  const history::Graph& graph = context.graph();
  const auto [first, last] = ends_of(options.range);
  const std::vector<std::string> ids = teams::squash_range(
      graph, first.empty() || first == "base" ? std::string() : resolve_one(context, first),
      resolve_one(context, last.empty() ? "head" : last));
  history::Revision revision = teams::squashed(graph, ids);
  project::NewRevision wanted = options.revision;
  if (wanted.message.empty()) wanted.message = fmt::format("{} to {}", ids.front(), ids.back());
  const history::Revision head = project::make_revision(graph, wanted, revision.parents);
  revision.id = head.id;
  revision.message = head.message;
  revision.created = graph.header(ids.back()).created;
  std::vector<std::filesystem::path> files;
  for (const std::string& id : ids) files.push_back(graph.header(id).path);
  revision.path = files.back().parent_path() / yaml::file_name(revision);
  const history::Graph squashed = teams::with_squash(graph, revision);
  prove_it(context, graph, squashed, revision.id);
  revision.path = files.back().parent_path();
  const std::string id = revision.id;
  Json document = write_revision_file(context, std::move(revision), wanted.dry_run);
  Console& console = context.console();
  if (!wanted.dry_run) {
    std::vector<teams::SumChange> changes;
    for (const std::string& one : ids) changes.push_back({one, std::nullopt});
    teams::update_sum(context.project().migrations, changes);
  }
  Json replaced = Json::array();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    replaced.push_back({{"revision", ids[i]}, {"path", context.shown(files[i])}});
    if (wanted.dry_run || !options.delete_files) continue;
    console.status(fmt::format("Deleting {}", context.shown(files[i])), [&] {
      std::error_code failure;
      std::filesystem::remove(files[i], failure);
      if (failure) {
        throw Error(ErrorCode::io, fmt::format("cannot delete {}: {}", context.shown(files[i]),
                                               failure.message()));
      }
    });
  }
  if (!wanted.dry_run && !options.delete_files) {
    console.say(
        fmt::format("Revision {} replaces {}; their files are not needed any more and may "
                    "be deleted.",
                    id, text::count(ids.size(), "revision")));
  }
  document["replaces"] = std::move(replaced);
  console.document(document);
}

}  // namespace

void add_squash(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command = add_command(
      program, context,
      {"squash", "Replace a range of revisions by one that does the same",
       "  dbmig squash 1975..2fa6 -m \"the first year\"     both included\n"
       "  dbmig squash base..head --delete                and delete the files of the old ones\n"
       "  dbmig squash base..2fa6 --dry-run               show the revision\n"
       "Databases that have none of the range take the new revision; those that have a part of it\n"
       "go on through the old ones, whose operations the new file keeps under `replaces:`. Both\n"
       "ways are taken on scratch databases first and must come to the same schema and rows."});
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
