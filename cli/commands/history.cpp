#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "history/range.hpp"

namespace dbmig::cli {
namespace {

struct HistoryOptions {
  std::string range;
  bool indicate_current = false;
};

constexpr const char* kPending = "pending";

using Rows = std::map<std::string, run::AppliedRevision>;

/// When the database took the revision and how long that was.
std::string applied_text(const Rows& rows, const std::string& id) {
  const auto row = rows.find(id);
  if (row == rows.end()) return kPending;
  const std::string& origin = row->second.origin;
  const bool has_run = origin.empty() || origin == run::kApplied;
  return row->second.applied_at + (has_run ? fmt::format(" in {} ms", row->second.duration_ms)
                                           : fmt::format(", {}", origin));
}

void add_applied(const Rows& rows, const std::string& id, Json& entry) {
  const auto row = rows.find(id);
  const bool is_applied = row != rows.end();
  entry["applied_at"] = is_applied ? Json(row->second.applied_at) : Json();
  entry["seconds"] = is_applied ? Json(row->second.seconds()) : Json();
}

void run(Context& context, const HistoryOptions& options) {
  if (!options.range.empty() && options.range.find(':') == std::string::npos) {
    throw Error(ErrorCode::usage, "History range requires [start]:[end], [start]:, or :[end]");
  }
  const auto [start, end] = project::split_range(options.range);
  // A database may stand inside of what is one revision here.
  std::optional<run::DatabaseState> state;
  if (options.indicate_current) {
    state = make_runner(context, Context::Access::peek).database_state();
  }
  const history::Graph graph = state ? state->files : context.graph();
  const std::optional<std::set<std::string>> current =
      current_heads(context, {start, end, options.indicate_current ? "current" : ""});
  const std::set<std::string> known = current.value_or(std::set<std::string>{});
  const std::set<std::string> marked = options.indicate_current ? known : std::set<std::string>{};
  Rows rows;
  if (options.indicate_current) {
    for (run::AppliedRevision& row : state->rows) {
      if (row.is_complete()) rows.emplace(row.id, std::move(row));
    }
  }
  Json list = Json::array();
  for (const std::string& id : history::revisions_between(graph, start, end, known)) {
    if (!context.console().is_read()) break;
    const history::Header& revision = graph.header(id);
    const std::string applied = options.indicate_current ? applied_text(rows, id) : "";
    std::string text;
    if (context.verbose()) {
      text = revision_entry(context, graph, revision, marked) + "\n";
      if (!applied.empty()) {
        text += fmt::format("Applied: {}\n\n", applied == kPending ? "no" : applied);
      }
    } else {
      text = revision_line(graph, revision, {.parents = true, .message = true, .current = marked});
      text += applied.empty()
                  ? "\n"
                  : fmt::format("  [{}{}]\n", applied == kPending ? "" : "applied ", applied);
    }
    context.console().data(text);
    if (!context.json()) continue;
    Json entry = revision_json(context, graph, revision, current);
    if (options.indicate_current) add_applied(rows, id, entry);
    list.push_back(std::move(entry));
  }
  context.console().document(list);
}

}  // namespace

void add_history(Command& program, Context& context) {
  auto options = std::make_shared<HistoryOptions>();
  Command& command = add_command(
      program, context,
      {"history", "List all revisions, the newest first",
       "  dbmig history\n"
       "  dbmig history -i                                where the database is, when each was\n   "
       "                                               applied, how long it took, what is pending\n"
       "  dbmig history -r 1975:2fa6                      from one to another\n"
       "  dbmig history -r current:                       what an upgrade would run, and the "
       "current one\n"
       "  dbmig history -r-3:current -v                   the last three in detail"});
  command.add_option("-r,--rev-range", options->range, "start:end, either may be left out")
      ->option_text("A:B");
  command.add_flag("-i,--indicate-current", options->indicate_current,
                   "Mark the revision that the database is at");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
