#include "project/revisions.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "base/text.hpp"
#include "history/range.hpp"
#include "project/run_settings.hpp"
#include "run/offline.hpp"
#include "yaml/revision.hpp"

namespace dbmig::project {

run::Runner make_runner(Workspace& workspace, Workspace::Access access) {
  std::optional<run::RowsAhead> rows;
  workspace.read_revisions_and_connect(access, [&](backend::Connection& connection) {
    try {
      rows = run::RevisionStore(connection).read_ahead();
    } catch (const Error&) {  // NOLINT(bugprone-empty-catch): said by who needs the rows
    }
  });
  run::Runner runner(workspace.connection(access), workspace.graph(), yaml::parse_revision,
                     workspace.events());
  if (rows) runner.use(std::move(*rows));
  return runner;
}

std::optional<std::set<std::string>> current_heads(Workspace& workspace,
                                                   const std::vector<std::string>& arguments) {
  if (std::none_of(arguments.begin(), arguments.end(), history::needs_current)) return std::nullopt;
  run::Runner runner = make_runner(workspace, Workspace::Access::peek);
  const run::DatabaseState state = runner.database_state();
  for (const std::string& id : state.heads) {
    state.files.header(id);  // throws if it has no file
  }
  return std::set<std::string>(state.heads.begin(), state.heads.end());
}

std::set<std::string> resolve(Workspace& workspace, std::string_view argument) {
  const auto current = current_heads(workspace, {std::string(argument)});
  std::set<std::string> ids =
      workspace.graph().resolve(argument, current.value_or(std::set<std::string>{}));
  if (current && ids.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("'{}' matches no revision: the database has none", argument))
        .hint("`dbmig current` shows what the database has");
  }
  return ids;
}

std::string resolve_one(Workspace& workspace, std::string_view argument) {
  const auto current = current_heads(workspace, {std::string(argument)});
  return workspace.graph().resolve_one(argument, current.value_or(std::set<std::string>{}));
}

run::RunOptions run_options(Workspace& workspace, int lock_timeout) {
  workspace.begin_long_work();
  run::RunOptions options;
  options.lock_timeout = std::chrono::seconds(lock_timeout);
  options.stop = workspace.stop();
  options.variables = variables(workspace);
  return options;
}

std::pair<std::string, std::string> split_range(std::string_view text) {
  const std::vector<std::string> parts = text::split(text, ':');
  if (parts.size() == 1) return {"", parts[0]};
  if (parts.size() == 2) return {parts[0], parts[1]};
  throw Error(ErrorCode::usage, fmt::format("'{}' is not a range", text)).hint("write start:end");
}

void refuse_wrong_way(run::Direction direction, std::string_view target) {
  const bool up = direction == run::Direction::upgrade;
  std::string_view step = target.substr(target.find('@') == target.npos ? 0 : target.find('@') + 1);
  if (step.starts_with("current")) step.remove_prefix(std::string_view("current").size());
  if (up && step == "base") {
    throw Error(ErrorCode::usage, "'base' cannot be the target of an upgrade")
        .hint("`dbmig downgrade base` downgrades everything");
  }
  const bool is_step = step.size() > 1 && step[0] == (up ? '-' : '+') &&
                       step.find_first_not_of("0123456789", 1) == step.npos;
  if (!is_step) return;
  throw Error(ErrorCode::usage,
              fmt::format("'{}' goes {}, and `dbmig {}` goes {}", target, up ? "back" : "forward",
                          run::to_string(direction), up ? "forward" : "back"))
      .hint(up ? fmt::format("`dbmig downgrade {}` undoes revisions", target)
               : fmt::format("`dbmig upgrade {}` upgrades", target));
}

namespace {

/// An upgrade from `from` to `to` would be a way back.
void refuse_past_target(const history::Graph& graph, const std::set<std::string>& from,
                        const std::set<std::string>& to, std::string_view range) {
  const std::set<std::string> had = graph.ancestors(from);
  const bool is_past = std::all_of(to.begin(), to.end(), [&](const std::string& id) {
    return had.count(id) != 0 && from.count(id) == 0;
  });
  if (!is_past || from.empty()) return;
  throw Error(ErrorCode::usage,
              fmt::format("'{}' goes back, and `dbmig upgrade` goes forward", range))
      .hint(fmt::format("`dbmig downgrade --sql {}` prints the way back", range));
}

}  // namespace

std::string script_along(Workspace& workspace, run::Direction direction, const std::string& range) {
  const auto [start, end] = split_range(range);
  const bool has_range = range.find(':') != std::string::npos;
  if (direction == run::Direction::downgrade && (start.empty() || end.empty())) {
    throw Error(ErrorCode::usage, "downgrade with --sql requires <fromrev>:<torev>")
        .hint("as in `dbmig downgrade head:base --sql`");
  }
  const history::Graph& graph = workspace.graph();
  const std::set<std::string> nothing;
  // `label@base` is before the branch begins.
  const std::set<std::string> from =
      start.empty() || history::is_base_of_branch(start)
          ? nothing
          : graph.resolve(start, current_heads(workspace, {start}).value_or(nothing));
  const DialectKind kind = workspace.url().dialect;
  if (direction == run::Direction::downgrade && end.find('@') != end.npos) {
    // A branch can be downgraded while others stay.
    return run::offline_script_along(graph, kind, direction, from,
                                     graph.downgrade_path(graph.ancestors(from), end),
                                     variables(workspace));
  }
  const std::string target = has_range && end.empty() ? "head" : end;
  // A relative step at the end starts from the beginning of the range; `current` is the database's
  // revision, as everywhere.
  const bool is_current = target.find("current") != target.npos;
  const std::set<std::string> to =
      graph.resolve(target, is_current ? current_heads(workspace, {target}).value_or(from) : from);
  if (direction == run::Direction::upgrade) refuse_past_target(graph, from, to, range);
  return run::offline_script(graph, kind, direction, from, to, variables(workspace));
}

std::string stamp_along(Workspace& workspace, const std::vector<std::string>& targets) {
  std::set<std::string> from;
  std::set<std::string> to;
  for (const std::string& target : targets) {
    const auto [start, end] = split_range(target);
    if (!start.empty()) from.merge(resolve(workspace, start));
    if (end != "base") to.merge(resolve(workspace, end));
  }
  return run::stamp_script(workspace.graph(), workspace.url().dialect, from, to);
}

}  // namespace dbmig::project
