#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"

namespace dbmig::cli {
namespace {

struct Options {
  std::string range;
  bool indicate_current = false;
};

/// The revisions from `start` (which counts) to `end`, newest first.
std::vector<std::string> select(const history::Graph& graph, const std::string& start,
                                const std::string& end, const std::set<std::string>& current) {
  const std::set<std::string> upper =
      graph.ancestors(graph.resolve(end.empty() ? "heads" : end, current));
  std::set<std::string> lower;
  const std::set<std::string> from =
      start.empty() ? std::set<std::string>{} : graph.resolve(start, current);
  for (const std::string& id : from) lower.merge(graph.descendants(id));
  std::vector<std::string> chosen;
  for (const std::string& id : graph.topological()) {
    if (upper.count(id) != 0 && (from.empty() || lower.count(id) != 0)) chosen.push_back(id);
  }
  if (chosen.empty() && !from.empty() && !upper.empty()) {
    throw Error(ErrorCode::failed, fmt::format("Revision {} is not an ancestor of {}", start,
                                               end.empty() ? "any head" : "revision " + end))
        .hint("a range goes from an earlier revision to one that descends from it");
  }
  std::reverse(chosen.begin(), chosen.end());
  return chosen;
}

/// When the database took the revision and how long that was; in words with -v.
void add_applied(Context& context, const std::map<std::string, run::AppliedRevision>& rows,
                 const std::string& id, Json& entry) {
  const auto row = rows.find(id);
  const bool is_applied = row != rows.end();
  entry["applied_at"] = is_applied ? Json(row->second.applied_at) : Json();
  entry["duration_ms"] = is_applied ? Json(row->second.duration_ms) : Json();
  if (!context.verbose()) return;
  context.console().data(
      is_applied ? fmt::format("Applied: {}, took {} ms{}\n\n", row->second.applied_at,
                               row->second.duration_ms,
                               row->second.origin.empty() || row->second.origin == run::kApplied
                                   ? ""
                                   : " (" + row->second.origin + ")")
                 : std::string("Applied: no\n\n"));
}

void run(Context& context, const Options& options) {
  if (!options.range.empty() && options.range.find(':') == std::string::npos) {
    throw Error(ErrorCode::usage, "History range requires [start]:[end], [start]:, or :[end]");
  }
  const auto [start, end] = project::split_range(options.range);
  const history::Graph& graph = context.graph();
  const std::optional<std::set<std::string>> current =
      current_heads(context, {start, end, options.indicate_current ? "current" : ""});
  const std::set<std::string> known = current.value_or(std::set<std::string>{});
  const std::set<std::string> marked = options.indicate_current ? known : std::set<std::string>{};
  std::map<std::string, run::AppliedRevision> rows;
  if (options.indicate_current) {
    for (run::AppliedRevision& row : make_runner(context, Context::Access::peek).rows()) {
      if (row.is_complete()) rows.emplace(row.id, std::move(row));
    }
  }
  Json list = Json::array();
  for (const std::string& id : select(graph, start, end, known)) {
    const history::Header& revision = graph.header(id);
    context.console().data(
        context.verbose() ? revision_entry(context, graph, revision, marked) + "\n"
                          : revision_line(graph, revision,
                                          {.parents = true, .message = true, .current = marked}) +
                                "\n");
    Json entry = revision_json(context, graph, revision, current);
    if (options.indicate_current) add_applied(context, rows, id, entry);
    list.push_back(std::move(entry));
  }
  context.console().document(list);
}

}  // namespace

void add_history(Command& program, Context& context) {
  auto options = std::make_shared<Options>();
  Command& command =
      add_command(program, context,
                  {"history", "All revisions, the newest first",
                   "  dbmig history\n"
                   "  dbmig history -i                                where the database is\n"
                   "  dbmig history -i -v                             and when it took each, how "
                   "long that was\n"
                   "  dbmig history -r 1975:2fa6                      from one to another\n"
                   "  dbmig history -r current:                       what an upgrade would run, "
                   "and where it is\n"
                   "  dbmig history -r-3:current -v                   the last three in detail"});
  command.add_option("-r,--rev-range", options->range, "start:end, either may be left out")
      ->option_text("A:B");
  command.add_flag("-i,--indicate-current", options->indicate_current,
                   "Mark the revision that the database is at");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
