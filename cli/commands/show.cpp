#include <fmt/core.h>

#include <memory>

#include "cli/commands/commands.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "cli/proof_report.hpp"
#include "diagram/document.hpp"
#include "dialect/dialect.hpp"
#include "project/proving.hpp"
#include "run/backfill_values.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

struct ShowOptions {
  std::string revision = "head";
  bool sql = false;
  bool diagram = false;
};

using Operations = std::vector<ops::Operation>;

std::string sql_text(DialectKind kind, const schema::Schema& before, const Operations& operations) {
  std::string text;
  for (const dialect::Statement& s : dialect::dialect(kind).plan(before, operations, {})) {
    text += s.sql + ";\n";
  }
  return text;
}

void show_one(Context& context, const history::Graph& graph, const history::Revision& revision,
              bool sql, Json& list) {
  const schema::Schema before = graph.fold(graph.needs(revision.id));
  // Without an inverse it says why, and the rest is shown all the same.
  std::optional<Operations> back;
  std::string why;
  try {
    back = history::downgrade_operations(revision, before);
  } catch (const Error& error) {
    why = error.what();
  }
  const DialectKind kind = sql ? context.url().dialect : DialectKind::sqlite;
  const schema::Schema after = history::apply(before, revision);
  const auto text = [&](const Operations& operations, const schema::Schema& schema) {
    if (operations.empty()) return std::string(sql ? "-- nothing\n" : "[]\n");
    return sql ? sql_text(kind, schema, operations) : yaml::print_operations(operations);
  };
  const std::string up = text(revision.upgrade, before);
  const std::string down =
      !back ? std::string()
            : text(sql ? run::with_backfill_values(*back, after, kind).operations : *back, after);
  const char* note = sql ? "-- " : "";
  const char* derived = revision.downgrade ? "" : "  # derived: the exact inverse";
  context.console().data(revision_entry(context, graph, revision) + "\n");
  context.console().data(fmt::format("{}upgrade:\n{}\n{}downgrade:{}\n{}", note, up, note,
                                     back ? derived : "  # none can be derived: " + why, down));
  Json costs = Json::array();
  for (const proof::StatementCost& cost : project::upgrade_costs(context, before, revision)) {
    context.console().data(fmt::format("{} {}\n", sql ? "--" : "#", cost_line(context, cost)));
    costs.push_back(cost_json(context, cost));
  }
  Json json = revision_json(context, graph, revision);
  json["costs"] = std::move(costs);
  json["upgrade"] = operations_json(revision.upgrade);
  json["downgrade"] = back ? operations_json(*back) : Json();
  json["downgrade_is_derived"] = !revision.downgrade.has_value();
  json["upgrade_text"] = up;
  json["downgrade_text"] = back ? Json(down) : Json();
  list.push_back(std::move(json));
}

/// The picture of what one revision changes.
void show_diagram(Context& context, const std::set<std::string>& ids) {
  if (ids.size() != 1) {
    throw Error(ErrorCode::usage, "--diagram draws one revision")
        .hint("name one of those that `dbmig heads` shows");
  }
  const history::Graph& graph = context.graph();
  const history::Revision& revision = graph.get(*ids.begin());
  const schema::Schema before = graph.fold(graph.needs(revision.id));
  const std::string svg =
      diagram::change_to_svg(before, history::apply(before, revision),
                             fmt::format("{} {}", revision.id, revision.message));
  context.console().data(svg);
  context.console().document({{"revision", revision.id}, {"svg", svg}});
}

}  // namespace

void add_show(Command& program, Context& context) {
  auto options = std::make_shared<ShowOptions>();
  Command& command = add_command(
      program, context,
      {"show", "Show a revision with its downgrade",
       "  dbmig show                                      the head\n"
       "  dbmig show 2fa6\n"
       "  dbmig show 2fa6 --sql                           as SQL for the project's database\n"
       "  dbmig show 2fa6 --sql --url mariadb://          as SQL for MariaDB; nothing is "
       "connected\n"
       "  dbmig show 2fa6 --diagram > change.svg          the tables it changes, in colour"});
  command.add_option("revision", options->revision, "Which (head); `heads` and `current` too")
      ->option_text("REV");
  command.add_flag("--sql", options->sql, "The SQL statements instead of the operations");
  command
      .add_flag("--diagram", options->diagram,
                "Print an SVG of the tables that it changes and their neighbours")
      ->excludes("--sql");
  set_action(command, context, [&context, options] {
    const history::Graph& graph = context.graph();
    Json list = Json::array();
    const std::set<std::string> ids = graph.resolve(
        options->revision,
        current_heads(context, {options->revision}).value_or(std::set<std::string>{}));
    if (options->diagram) return show_diagram(context, ids);
    if (ids.empty())
      context.console().say(fmt::format("'{}' matches no revision.", options->revision));
    for (const std::string& id : ids) {
      show_one(context, graph, graph.get(id), options->sql, list);
    }
    context.console().document(list);
  });
}

}  // namespace dbmig::cli
