#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <thread>
#include <utility>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/launcher.hpp"
#include "cli/row_comparison.hpp"
#include "cli/signals.hpp"
#include "project/copy_database.hpp"
#include "transfer/source_readers.hpp"

namespace dbmig::cli {
namespace {

struct CopyArguments {
  project::CopyRequest request;
  int ranks = 0;  ///< to be started; 0: as many as there are
};

void copy(Context& context, const project::CopyRequest& request, import::Communicator* ranks) {
  const project::CopyResult result = project::copy_database(context, request, ranks);
  Console& console = context.console();
  if (!result.problems.empty()) {
    report_problems(context, result);
    context.exit_code = kFailed;
  } else if (request.plan) {
    Json statements = Json::array();
    for (const std::string& sql : result.statements) {
      console.data(sql + ";\n");
      statements.push_back(sql);
    }
    console.say(request.schema_only ? "Nothing was created: this is a plan"
                                    : "All rows fit into the target's columns; nothing was copied: "
                                      "this is a plan");
    console.document({{"written", false}, {"statements", std::move(statements)}});
  } else {
    report_comparison(context, result.tables);
    if (!result.is_same()) {
      console.say("The two sides differ: nothing was copied");
    } else if (request.schema_only) {
      console.say("The tables were created, without rows");
    }
  }
}

void serve(Context& context, const CopyArguments& arguments, import::Communicator& ranks) {
  const auto source =
      backend::connect(project::copied_database(context, arguments.request.source, "source"));
  transfer::serve_copy(*source, ranks, interrupted());
}

void run_with_ranks(Context& context, const CopyArguments& arguments) {
  const auto ranks = ranks_of_job(arguments.ranks);
  if (!ranks->is_root()) {
    try {
      return serve(context, arguments, *ranks);
    } catch (const Error&) {
      // The root, which cannot reach the source either, says what is wrong before mpirun ends it.
      std::this_thread::sleep_for(std::chrono::seconds(1));
      context.exit_code = kFailed;
      return;
    }
  }
  try {
    copy(context, arguments.request, ranks.get());
  } catch (...) {
    transfer::end_service(*ranks);
    throw;
  }
  transfer::end_service(*ranks);
}

void run(Context& context, const CopyArguments& arguments) {
  if (arguments.request.schema_only && arguments.request.data_only) {
    throw Error(ErrorCode::usage, "--schema-only and --data-only exclude each other");
  }
  for (const auto& [argument, which] : {std::pair(&arguments.request.source, "source"),
                                        std::pair(&arguments.request.target, "target")}) {
    static_cast<void>(project::copied_database(context, *argument, which));
  }
  if (arguments.ranks > 1 && !import::started_by_mpi()) {
    import::require_mpi_module();
    context.console().flush();
    context.exit_code = run_as_ranks(arguments.ranks, false);
    return;
  }
  import::leave_binding();
  watch_signals();
  if (import::started_by_mpi()) return run_with_ranks(context, arguments);
  copy(context, arguments.request, nullptr);
}

}  // namespace

void add_copy(Command& program, Context& context) {
  auto arguments = std::make_shared<CopyArguments>();
  Command& command = add_command(
      program, context,
      {"copy", "Copy a database with its rows to another one, on either kind of database",
       "  dbmig copy sqlite:///app.db mariadb://user@host/shop\n"
       "  dbmig copy mariadb://user@host/shop sqlite:///copy.db --tables people,orders\n"
       "  dbmig copy dev prod --data-only               two of dbmig.yaml's `databases`\n"
       "  mpirun -n 4 dbmig copy dev prod               four ranks, the same as -j 4\n"
       "\n"
       "Every value is checked before anything is written: values that do not fit the target's\n"
       "columns are listed, with counts, examples and the line of the model that would fit. All\n"
       "rows are written in one transaction, triggers do not fire, and both sides are compared\n"
       "before the commit; if they differ, nothing is copied and the exit code is 3. If the "
       "source\n"
       "is managed by this project, the target gets the same revisions. Otherwise its tables are\n"
       "derived from the source, and what the target cannot have is reported (--strict "
       "refuses).\n"});
  project::CopyRequest& a = arguments->request;
  command.add_option("source", a.source, "The source: a URL, or a name from `databases`")
      ->option_text("SOURCE")
      ->required();
  command.add_option("target", a.target, "To this database")->option_text("TARGET")->required();
  add_row_selection(command, a.options);
  command
      .add_option("-j,--ranks", arguments->ranks,
                  "Read the source with N ranks, started with Open MPI's mpirun (1)")
      ->option_text("N")
      ->range(1, 4096);
  add_plan_flag(command, a.plan,
                "Check every value and print the tables that would be created; nothing is written");
  command.add_flag("--schema-only", a.schema_only, "Copy the tables without their rows");
  command.add_flag("--data-only", a.data_only, "Copy the rows into existing tables");
  command.add_flag("--truncate", a.options.truncate,
                   "Delete the rows of the target's tables first");
  command.add_flag(
      "--resume", a.options.resume,
      "Continue a copy that was killed; tables that already have the source's rows stay");
  command.add_flag("--fire-triggers", a.options.fire_triggers,
                   "Let the target's triggers fire for the rows that are copied");
  command
      .add_flag("--widen", a.widen,
                "Widen columns that cannot hold all rows; in a project by a revision")
      ->excludes("--data-only");
  command.add_flag("--strict", a.strict, "Refuse if anything of the source would be left out");
  set_action(
      command, context, [&context, arguments] { run(context, *arguments); }, true);
}

}  // namespace dbmig::cli
