#include <fmt/core.h>

#include <memory>
#include <optional>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "project/revisions_lock.hpp"
#include "teams/sum_file.hpp"

namespace dbmig::cli {
namespace {

struct SumOptions {
  bool accept = false;
  bool plan = false;
};

std::string_view name(teams::SumDifference::Kind kind) {
  using Kind = teams::SumDifference::Kind;
  switch (kind) {
    case Kind::edited:
      return "edited";
    case Kind::removed:
      return "removed";
    case Kind::added:
      return "added";
    case Kind::ambiguous:
      return "ambiguous";
  }
  return "";
}

void run(Context& context, const SumOptions& options) {
  std::optional<project::RevisionsLock> lock;
  if (!options.plan) lock.emplace(context);
  const history::Graph& graph = context.graph();
  const std::filesystem::path& folder = context.project().migrations;
  const std::filesystem::path path = folder / teams::SumFile::kName;
  const auto known = teams::SumFile::read(path);
  std::vector<Diagnostic> refused;
  std::vector<std::string> lines;
  Json list = Json::array();
  if (known) {
    for (teams::SumDifference& one : known->compare(graph)) {
      list.push_back({{"revision", one.id}, {"kind", name(one.kind)}});
      lines.push_back(fmt::format("{} {}\n", name(one.kind), one.id));
      if (one.kind == teams::SumDifference::Kind::added) continue;
      if (!one.what.where.file.empty()) one.what.where.file = context.shown(one.what.where.file);
      refused.push_back(std::move(one.what));
    }
  }
  if (!refused.empty() && !options.accept) throw Error(ErrorCode::refused, std::move(refused));
  const teams::SumFile wanted = teams::SumFile::of(graph);
  Console& console = context.console();
  for (const std::string& line : lines) console.data(line);
  const bool is_right =
      known && lines.empty() && known->text() == wanted.text() && !known->has_conflict_marks();
  if (is_right) {
    console.say(fmt::format("Nothing to do: {} is right.", context.shown(path)));
  } else if (options.plan) {
    console.say(fmt::format("Would write {} with {}; nothing was written.", context.shown(path),
                            text::count(graph.size(), "revision")));
  } else {
    console.status(fmt::format("Generating {}", context.shown(path)),
                   [&] { teams::write_sum(folder, wanted); });
  }
  console.document({{"path", context.shown(path)},
                    {"written", !is_right && !options.plan},
                    {"revisions", graph.size()},
                    {"changes", std::move(list)}});
}

}  // namespace

void add_sum(Command& program, Context& context) {
  auto options = std::make_shared<SumOptions>();
  Command& command = add_command(
      program, context,
      {"sum", "Write migrations/dbmig.sum, the checksums with which CI notices edited revisions",
       "  dbmig sum                                       add new revision files\n"
       "  dbmig sum --plan                                show what would be added\n"
       "  dbmig sum --accept                              edited and removed ones, too\n"
       "The file has a line for each revision, `ID CHECKSUM`. Every command that writes a "
       "revision\nupdates it, and `dbmig check --offline` compares it with the files, without a "
       "database."});
  command.add_flag("--accept", options->accept,
                   "Accept revisions that were edited or removed since their line was written");
  add_plan_flag(command, options->plan, "Print what would change, and write nothing");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
