#include <fmt/core.h>

#include <memory>

#include "base/contains.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/migration.hpp"
#include "history/named.hpp"

namespace dbmig::cli {
namespace {

struct StampOptions {
  std::vector<std::string> targets;
  bool purge = false;
  bool sql = false;
  bool plan = false;
  int lock_timeout = 60;
};

/// Working without a database: it is at the beginning of the range.
void print_stamp(Context& context, const StampOptions& options) {
  if (options.purge) throw Error(ErrorCode::usage, "--sql excludes --purge");
  const std::string script = project::stamp_along(context, options.targets);
  context.console().data(script);
  context.console().document({{"dialect", to_string(context.url().dialect)}, {"sql", script}});
}

std::string shown_heads(const std::vector<std::string>& heads) {
  return heads.empty() ? "base" : text::join(heads, ", ");
}

void print_plan(Context& context, const StampOptions& options) {
  context.name_database(Context::Access::existing);
  run::Runner runner = make_runner(context, Context::Access::peek);
  const run::StampPlan plan = runner.plan_stamp(options.targets, options.purge);
  Console& console = context.console();
  const history::Graph graph = runner.fitted_revisions();
  const auto print = [&](const char* what, const std::string& id) {
    console.data(
        fmt::format("{} {}\n", what, graph.contains(id) ? history::named(graph.header(id)) : id));
  };
  for (const std::string& id : plan.removed) {
    if (!contains(plan.added, id)) print("forget", id);
  }
  for (const std::string& id : plan.added) {
    print(contains(plan.removed, id) ? "renew " : "note  ", id);
  }
  if (plan.added.empty() && plan.removed.empty()) {
    console.say(fmt::format("Nothing to do: the database is at {}.", shown_heads(plan.before)));
  } else if (plan.before == plan.after) {
    console.say(fmt::format("The database would stay at {}; nothing was changed.",
                            shown_heads(plan.before)));
  } else {
    console.say(fmt::format("The database would be at {} instead of {}; nothing was changed.",
                            shown_heads(plan.after), shown_heads(plan.before)));
  }
  console.document({{"before", plan.before},
                    {"after", plan.after},
                    {"added", plan.added},
                    {"removed", plan.removed}});
}

void run(Context& context, const StampOptions& options) {
  if (options.sql && options.plan) throw Error(ErrorCode::usage, "--sql excludes --plan");
  if (options.sql) return print_stamp(context, options);
  const bool is_base = options.targets == std::vector<std::string>{"base"};
  if (context.graph().empty() && !is_base) {
    // As one does with Alembic on a database that has tables already.
    context.console().say(
        "There are no revisions to stamp. `dbmig adopt` writes the first one from the database and "
        "stamps it.");
    return context.console().document(Json::array());
  }
  if (options.plan) return print_plan(context, options);
  context.name_database(Context::Access::create);
  run::Runner runner = make_runner(context, Context::Access::create);
  runner.stamp(options.targets, options.purge, run_options(context, options.lock_timeout));
  Json list = Json::array();
  for (const std::string& id : runner.fitted_revisions().heads_of(runner.applied())) {
    list.push_back({{"revision", id}});
  }
  context.console().document(list);
}

}  // namespace

void add_stamp(Command& program, Context& context) {
  auto options = std::make_shared<StampOptions>();
  Command& command = add_command(
      program, context,
      {"stamp", "Mark the database as being at a revision without running anything",
       "  dbmig stamp head                                a database that has the tables already\n"
       "  dbmig stamp 1975ea83b712\n"
       "  dbmig stamp base --purge                        forget everything\n"
       "  dbmig stamp head --plan                         what would be recorded, nothing is "
       "written\n"
       "  dbmig stamp head --sql                          a script for a database without "
       "bookkeeping\n"
       "  dbmig stamp 1975:head --sql                     for one that is at 1975"});
  command.add_option("revisions", options->targets, "One, or several branches' heads")
      ->option_text("REV")
      ->required();
  command.add_flag("--purge", options->purge,
                   "First delete all revisions from the bookkeeping, including unknown ones");
  command.add_flag("--sql", options->sql, "Print the SQL instead of running it");
  add_plan_flag(command, options->plan, "Print what would be recorded and removed");
  add_lock_timeout(command, options->lock_timeout);
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
