#include <fmt/core.h>

#include <algorithm>
#include <cstdlib>
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
#include "cli/migration.hpp"
#include "dialect/equivalent.hpp"
#include "diff/diff.hpp"
#include "history/branches.hpp"
#include "history/named.hpp"
#include "history/renames.hpp"
#include "schema/validate.hpp"
#include "transfer/copy_mark.hpp"

namespace dbmig::cli {
namespace {

/// What is to be done next, the most urgent first.
enum class Step { finish, merge, find, check, migrate, upgrade, describe, none };

/// What is known, and the command that brings the parts together.
struct Status {
  Json json = Json::object();
  std::string text;
  std::string next;
  Step step = Step::none;

  void line(std::string_view what, const std::string& text_of_it) {
    text += fmt::format("{:<10}{}\n", what, text_of_it);
  }
  void then(Step what, std::string command) {
    if (what >= step) return;
    step = what;
    next = std::move(command);
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

/// Who says that it is this database.
std::string origin_of_url(Context& context) {
  if (context.location.url) return "--url";
  const yaml::Project& project = context.project();
  const std::string& name = context.location.database.value_or("");
  const auto found = project.databases.find(name);
  const std::string& text = found != project.databases.end() ? found->second : project.database;
  std::string origin = name.empty() ? "dbmig.yaml" : fmt::format("'{}' of dbmig.yaml", name);
  const char* variable = std::getenv("DATABASE_URL");
  if (text.find("DATABASE_URL") != std::string::npos && variable != nullptr && *variable != '\0') {
    origin = "DATABASE_URL";
  }
  return origin;
}

void add_history(Context& context, Status& status) {
  const history::Graph& graph = context.graph();
  std::vector<std::string> heads;
  for (const std::string& id : graph.heads()) {
    heads.push_back(history::named(graph.header(id)));
  }
  status.json["revisions"] = graph.size();
  status.json["heads"] = graph.heads();
  if (heads.empty()) {
    status.line("History", "no revisions");
    return;
  }
  status.line("History",
              fmt::format("{}, {} {}", text::count(graph.size(), "revision"),
                          heads.size() == 1 ? "head" : "heads", text::join(heads, "; ")));
  if (graph.effective_heads().size() > 1) status.then(Step::merge, "dbmig merge heads");
}

void add_model(Context& context, Status& status) {
  const history::Graph& graph = context.graph();
  const schema::Model& model = context.model();
  schema::Schema all;
  try {
    all = graph.fold();
  } catch (const Error&) {
    if (history::contradictions(graph, graph.heads()).empty()) throw;
    status.line("Model",
                "not compared: branches contradict each other; `dbmig merge heads` says where");
    return;
  }
  const schema::Schema folded =
      history::with_free_order(graph, schema::normalized(std::move(all)), model.schema);
  const std::vector<std::string> changes =
      diff::diff(folded, dialect::equivalent(folded, model.schema, context.project().dialects),
                 history::with_done(model.renames, graph))
          .detected;
  status.json["tables"] = model.schema.tables.size();
  status.json["changes_without_revision"] = changes;
  const std::string tables = text::count(model.schema.tables.size(), "table");
  if (changes.empty()) {
    const bool is_empty = model.schema == schema::Schema{} && graph.empty();
    status.line("Model", tables + (is_empty ? "" : ", as the revisions say"));
    if (is_empty) {
      status.then(Step::describe,
                  fmt::format("describe your tables in {}/, then dbmig migrate -m \"…\"; of a "
                              "database that has tables: dbmig adopt",
                              context.shown(context.project().schemas)));
    }
    return;
  }
  status.line("Model",
              fmt::format("{}, {} that no revision has: {}", tables,
                          text::count(changes.size(), "change"), text::join_some(changes)));
  status.then(Step::migrate, "dbmig migrate -m \"…\"");
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
void add_revisions(Context& context, const history::Graph& graph,
                   const std::vector<run::AppliedRevision>& rows, Status& status) {
  std::map<std::string, run::AppliedRevision> applied;
  for (const run::AppliedRevision& row : rows) applied.emplace(row.id, row);
  Json list = Json::array();
  for (const std::string& id : graph.topological()) {
    const auto row = applied.find(id);
    const bool is_applied = row != applied.end() && row->second.is_complete();
    list.push_back({{"revision", id},
                    {"message", graph.header(id).message},
                    {"applied_at", is_applied ? Json(row->second.applied_at) : Json()},
                    {"duration_ms", is_applied ? Json(row->second.duration_ms) : Json()}});
    if (!context.verbose()) continue;
    status.line("",
                fmt::format("{}, {}: {}", id, graph.header(id).message,
                            is_applied ? fmt::format("applied {} in {} ms", row->second.applied_at,
                                                     row->second.duration_ms)
                                       : "pending"));
  }
  status.json["history"] = std::move(list);
}

void add_database(Context& context, Status& status) {
  run::Runner runner = make_runner(context, Context::Access::peek);
  const history::Graph graph = runner.fitted_revisions();
  const std::vector<run::AppliedRevision> rows = runner.rows();
  const history::Graph all = runner.known_revisions();
  const std::set<std::string> applied = run::complete(rows);
  std::vector<std::string> pending;
  for (const std::string& id : graph.topological()) {
    if (applied.count(id) == 0) pending.push_back(id);
  }
  std::vector<std::string> unknown;
  for (const run::AppliedRevision& row : rows) {
    if (!graph.contains(row.id)) unknown.push_back(row.id);
    if (row.is_complete()) continue;
    status.line("", fmt::format("the {} of revision {} stopped after statement {} of {}",
                                row.running, row.id, row.statements_done, row.statements_total));
    status.then(
        Step::finish,
        with_database(context, row.running.ends_with("downgrade") ? "downgrade" : "upgrade"));
  }
  const std::vector<std::string> edited = run::edited_revisions(rows, graph);
  const std::vector<std::string> current = all.heads_of(applied);
  backend::Connection& connection = context.connection(Context::Access::peek);
  if (const auto killed = transfer::find_killed_copy(connection)) {
    status.line("", *killed);
    status.json["killed_copy"] = *killed;
    status.then(Step::finish, "dbmig copy SOURCE TARGET, as before");
  }
  status.json["server"] = connection.server();
  status.json["current"] = current;
  status.json["applied"] = applied.size();
  status.json["pending"] = pending;
  status.json["unknown"] = unknown;
  status.json["edited"] = edited;
  status.line(
      "", current.empty()
              ? fmt::format("{}, has no revision yet", status.json["server"].get<std::string>())
              : fmt::format("{}, is at {}: {} applied{}", status.json["server"].get<std::string>(),
                            text::join(current, ", "), text::count(applied.size(), "revision"),
                            last_of(rows)));
  add_revisions(context, graph, rows, status);
  if (!unknown.empty()) {
    status.line("", fmt::format("has what no file has: {}", text::join_some(unknown)));
    status.then(Step::find, "git log -- migrations, or " + with_database(context, "downgrade"));
  }
  if (!edited.empty()) {
    status.line("", fmt::format("edited since they were applied: {}", text::join_some(edited)));
    status.then(Step::check, with_database(context, "check"));
  }
  if (!pending.empty()) {
    std::vector<std::string> shown;
    for (const std::string& id : pending) {
      shown.push_back(history::named(graph.header(id)));
    }
    status.line("", fmt::format("lacks {}: {}", text::count(pending.size(), "revision"),
                                text::join_some(shown)));
    status.then(Step::upgrade,
                with_database(context, graph.heads().size() > 1 ? "upgrade heads" : "upgrade"));
  }
}

void run(Context& context) {
  Status status;
  const yaml::Project& project = context.project();
  context.read_files();
  status.json["project"] = project.root.string();
  status.line("Project", project.root.string());
  add_model(context, status);
  add_history(context, status);
  const std::string url = context.url().redacted();
  const std::string origin = origin_of_url(context);
  status.json["database"] = url;
  status.json["database_from"] = origin;
  status.line("Database", fmt::format("{}, from {}", url, origin));
  try {
    add_database(context, status);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::connection && error.code() != ErrorCode::access &&
        error.code() != ErrorCode::not_found) {
      throw;
    }
    status.json["unreachable"] = error.message();
    status.line("", "cannot be asked: " + error.message());
  }
  status.line("Next", status.next.empty() ? std::string("nothing to do") : status.next);
  status.json["next"] = status.next.empty() ? Json() : Json(status.next);
  context.console().data(status.text);
  context.console().document(status.json);
}

}  // namespace

void add_status(Command& program, Context& context) {
  auto many = std::make_shared<FleetOptions>();
  Command& command = add_command(
      program, context,
      {"status", "Where model, history and database stand, and what to do next",
       "  dbmig status\n"
       "  dbmig status --database prod\n"
       "  dbmig status -v                                 each revision with when and how "
       "long\n"
       "  dbmig status --json\n"
       "  dbmig status --all                              a line for each database\n"
       "Nothing is changed, and nothing is compared with what the database holds: "
       "`dbmig check` does that."});
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
