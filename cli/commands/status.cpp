#include "project/status.hpp"

#include <fmt/core.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/listed.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/fleet.hpp"
#include "cli/format.hpp"
#include "history/named.hpp"

namespace dbmig::cli {
namespace {

/// The lines and the document, as they grow.
struct Report {
  Json json = Json::object();
  std::string text;

  void line(std::string_view what, const std::string& text_of_it) {
    text += fmt::format("{:<10}{}\n", what, text_of_it);
  }
};

/// The command for the database that was asked about.
std::string with_database(Context& context, const std::string& command) {
  if (context.location.database) {
    return fmt::format("dbmig {} --database {}", command, *context.location.database);
  }
  // A URL may hold a password, which nothing prints.
  return fmt::format("dbmig {}{}", command, context.location.url ? " --url …" : "");
}

std::vector<std::string> named(const history::Graph& graph, const std::vector<std::string>& ids) {
  std::vector<std::string> names;
  for (const std::string& id : ids) names.push_back(history::named(graph.header(id)));
  return names;
}

void add_history_status(const history::Graph& graph, Report& report) {
  const std::vector<std::string> heads = graph.heads();
  report.json["revisions"] = graph.size();
  report.json["heads"] = heads;
  report.line("History", heads.empty()
                             ? std::string("no revisions")
                             : fmt::format("{}, {} {}", text::count(graph.size(), "revision"),
                                           heads.size() == 1 ? "head" : "heads",
                                           text::join(named(graph, heads), "; ")));
}

void add_model_status(const project::ModelStatus& model, Report& report) {
  if (model.contradicts) {
    report.line("Model",
                "not compared: branches contradict each other; `dbmig merge heads` says where");
    return;
  }
  report.json["tables"] = model.tables;
  report.json["changes_without_revision"] = model.changes;
  const std::string tables = text::count(model.tables, "table");
  if (model.changes.empty()) {
    report.line("Model", tables + (model.is_empty ? "" : ", the same as the revisions"));
    return;
  }
  report.line("Model", fmt::format("{}, {} without a revision: {}", tables,
                                   text::count(model.changes.size(), "change"),
                                   text::join_some(model.changes)));
}

std::string last_of(const std::vector<run::AppliedRevision>& rows) {
  if (rows.empty()) return {};
  const run::AppliedRevision& last = rows.back();  // they come in the order of their times
  std::string text = fmt::format("; the last, {}, at {}", last.id, last.applied_at);
  if (last.origin == run::kApplied) text += fmt::format(" in {} ms", last.duration_ms);
  if (!last.origin.empty() && last.origin != run::kApplied) text += ", " + last.origin;
  return text;
}

/// With -v: each revision with when the database took it and how long that was.
void add_revision_status(Context& context, const project::DatabaseStatus& database,
                         Report& report) {
  std::map<std::string, run::AppliedRevision> applied;
  for (const run::AppliedRevision& row : database.rows) applied.emplace(row.id, row);
  Json list = Json::array();
  for (const std::string& id : database.revisions.topological()) {
    const std::string& message = database.revisions.header(id).message;
    const auto row = applied.find(id);
    const bool is_applied = row != applied.end() && row->second.is_complete();
    list.push_back({{"revision", id},
                    {"message", message},
                    {"applied_at", is_applied ? Json(row->second.applied_at) : Json()},
                    {"seconds", is_applied ? Json(row->second.seconds()) : Json()}});
    if (!context.verbose()) continue;
    report.line("",
                fmt::format("{}, {}: {}", id, message,
                            is_applied ? fmt::format("applied {} in {} ms", row->second.applied_at,
                                                     row->second.duration_ms)
                                       : "pending"));
  }
  report.json["history"] = std::move(list);
}

void add_database_status(Context& context, const project::DatabaseStatus& database,
                         Report& report) {
  for (const run::AppliedRevision& row : database.rows) {
    if (row.is_complete()) continue;
    report.line("", fmt::format("the {} of revision {} stopped after statement {} of {}",
                                row.running, row.id, row.statements_done, row.statements_total));
  }
  if (database.killed_copy) {
    report.line("", *database.killed_copy);
    report.json["killed_copy"] = *database.killed_copy;
  }
  report.json["server"] = database.server;
  report.json["current"] = database.current;
  report.json["applied"] = database.applied.size();
  report.json["pending"] = database.pending;
  report.json["unknown"] = database.unknown;
  report.json["edited"] = database.edited;
  report.line("", database.current.empty()
                      ? fmt::format("{}, has no revision yet", database.server)
                      : fmt::format("{}, is at {}: {} applied{}", database.server,
                                    text::join(database.current, ", "),
                                    text::count(database.applied.size(), "revision"),
                                    last_of(database.rows)));
  add_revision_status(context, database, report);
  if (!database.unknown.empty()) {
    report.line("",
                fmt::format("has revisions without a file: {}", text::join_some(database.unknown)));
  }
  if (!database.edited.empty()) {
    report.line(
        "", fmt::format("edited since they were applied: {}", text::join_some(database.edited)));
  }
  if (database.pending.empty()) return;
  report.line("", fmt::format("lacks {}: {}", text::count(database.pending.size(), "revision"),
                              text::join_some(named(database.revisions, database.pending))));
}

/// The command that takes `step`; empty for none.
std::string command_of(Context& context, project::NextStep step,
                       const project::DatabaseStatus* database) {
  switch (step) {
    case project::NextStep::finish: {
      bool is_downgrade = false;
      for (const run::AppliedRevision& row : database->rows) {
        if (row.is_complete()) continue;
        is_downgrade = row.running.ends_with("downgrade");
        break;
      }
      return with_database(context, is_downgrade ? "downgrade" : "upgrade");
    }
    case project::NextStep::finish_copy:
      return "run the same dbmig copy again";
    case project::NextStep::merge:
      return "dbmig merge heads";
    case project::NextStep::switch_revisions:
      return with_database(context, "switch");
    case project::NextStep::check:
      return with_database(context, "check");
    case project::NextStep::migrate:
      return "dbmig migrate -m \"…\"";
    case project::NextStep::upgrade:
      return with_database(context,
                           database->revisions.heads().size() > 1 ? "upgrade heads" : "upgrade");
    case project::NextStep::describe:
      return fmt::format(
          "describe your tables in {}/, then dbmig migrate -m \"…\"; for a database that already "
          "has tables: dbmig adopt",
          context.shown(context.project().schemas));
    case project::NextStep::reach:
    case project::NextStep::none:
      break;
  }
  return {};
}

/// Nothing where it cannot be asked, which `report` says.
std::optional<project::DatabaseStatus> ask_database(Context& context, Report& report) {
  try {
    return project::database_status(context);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::connection && error.code() != ErrorCode::access &&
        error.code() != ErrorCode::not_found) {
      throw;
    }
    report.json["unreachable"] = error.message();
    report.line("", "cannot be reached: " + error.message());
  }
  return std::nullopt;
}

void run(Context& context) {
  Report report;
  const std::string root = context.project().root.string();
  context.read_files();
  report.json["project"] = root;
  report.line("Project", root);
  const project::ModelStatus model = project::model_status(context);
  add_model_status(model, report);
  add_history_status(context.graph(), report);
  const std::string url = context.url().redacted();
  const std::string origin = project::origin_of_url(context);
  report.json["database"] = url;
  report.json["database_from"] = origin;
  report.line("Database", fmt::format("{}, from {}", url, origin));
  const std::optional<project::DatabaseStatus> database = ask_database(context, report);
  if (database) add_database_status(context, *database, report);
  const project::DatabaseStatus* known = database ? &*database : nullptr;
  const project::NextStep step = project::next_step(model, context.graph(), known);
  const std::string next = command_of(context, step, known);
  const std::string none = step == project::NextStep::reach
                               ? "not known, because the database cannot be reached"
                               : "nothing to do";
  report.line("Next", next.empty() ? none : next);
  report.json["next"] = next.empty() ? Json() : Json(next);
  context.console().data(report.text);
  context.console().document(report.json);
}

}  // namespace

void add_status(Command& program, Context& context) {
  auto many = std::make_shared<FleetOptions>();
  Command& command =
      add_command(program, context,
                  {"status", "Show the state of model, history and database, and what to do next",
                   "  dbmig status\n"
                   "  dbmig status --database prod\n"
                   "  dbmig status -v                                 when each revision was "
                   "applied, and how long it took\n"
                   "  dbmig status --json\n"
                   "  dbmig status --all                              a line for each database\n"
                   "Nothing is changed. To compare the database's schema, use `dbmig check`."});
  add_fleet_options(command, *many);
  set_action(
      command, context,
      [&context, many] {
        if (many->is_given()) {
          fleet::Job job;
          job.verb = fleet::Verb::status;
          return print_document(context, run_on_all(context, *many, std::move(job)));
        }
        if (import::rank_from_environment() != 0) return;
        refuse_limits_of_one(*many);
        run(context);
      },
      true);
}

}  // namespace dbmig::cli
