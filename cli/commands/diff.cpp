#include <fmt/core.h>

#include <chrono>
#include <memory>
#include <optional>
#include <thread>

#include "base/text.hpp"
#include "cli/changes_text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/format.hpp"
#include "cli/launcher.hpp"
#include "cli/row_comparison.hpp"
#include "cli/signals.hpp"
#include "dialect/dialect.hpp"
#include "project/schema_difference.hpp"
#include "run/offline.hpp"
#include "transfer/compare_rows.hpp"
#include "yaml/revision.hpp"

namespace dbmig::cli {
namespace {

struct DiffOptions {
  std::vector<std::string> sides;
  std::string dialect;
  bool yaml = false;
  bool sql = false;
  bool all = false;
  bool data = false;
  transfer::CopyOptions rows;
  int ranks = 0;  ///< to be started, of --data; 0: as many as there are
};

std::string sql_of(const project::SchemaDifference& difference) {
  const dialect::Dialect& dialect = dialect::dialect(*difference.sql_dialect);
  return run::client_script(dialect, difference.before, difference.operations);
}

/// What is left out of the comparison, and why.
void tell_left_out(Context& context, const project::SchemaDifference& difference) {
  for (const project::NotCompared& one : difference.not_compared) {
    context.console().warning(
        "dbmig.diff",
        fmt::format("not compared: {} of {}: {}", one.object.object, one.side, one.object.reason));
  }
  if (difference.is_portable) {
    context.console().info("dbmig.diff",
                           "The two sides are of different kinds of databases: only features that "
                           "both have are compared");
  }
  if (!difference.unknown.empty()) {
    context.console().info(
        "dbmig.diff",
        fmt::format("Not compared, because no revision creates them: {} (--all includes them)",
                    text::join(difference.unknown, ", ")));
  }
}

/// What the ranks of a job do together; the root reports.
void compare_with_ranks(Context& context, const DiffOptions& options, backend::Connection& source,
                        backend::Connection& target, import::Communicator& ranks) {
  if (!ranks.is_root()) {
    return transfer::serve_comparison(source, target, options.rows, ranks, interrupted());
  }
  std::vector<transfer::TableComparison> tables;
  try {
    tables = transfer::compare_rows(source, target, options.rows, context.events(), interrupted(),
                                    &ranks);
  } catch (...) {
    transfer::end_comparison(ranks);
    throw;
  }
  transfer::end_comparison(ranks);
  report_comparison(context, tables);
}

/// The rows of two databases.
void compare_rows(Context& context, const DiffOptions& options) {
  if (options.sides.size() != 2) {
    throw Error(ErrorCode::usage, "--data compares two databases: name both")
        .hint("as in `dbmig diff --data sqlite:///a.db mariadb://user@host/a`");
  }
  if (options.ranks > 1 && !import::started_by_mpi()) {
    import::require_mpi_module();
    context.console().flush();
    context.exit_code = run_as_ranks(options.ranks, false);
    return;
  }
  import::leave_binding();
  watch_signals();
  const auto ranks = ranks_of_job(options.ranks);
  const auto open = [&](const std::string& side) {
    return backend::connect(context.url_of(side, side.find("://") != std::string::npos));
  };
  try {
    const auto source = open(options.sides[0]);
    const auto target = open(options.sides[1]);
    compare_with_ranks(context, options, *source, *target, *ranks);
  } catch (const Error&) {
    if (ranks->is_root()) throw;
    // The root, which cannot reach it either, says what is wrong before mpirun ends it.
    std::this_thread::sleep_for(std::chrono::seconds(1));
    context.exit_code = kFailed;
  }
}

void run(Context& context, const DiffOptions& options) {
  if (options.data) return compare_rows(context, options);
  if (options.ranks != 0) throw Error(ErrorCode::usage, "-j works only with --data");
  if (import::rank_from_environment() != 0) return;  // of schemas there is nothing to share
  if (options.yaml && options.sql) throw Error(ErrorCode::usage, "--yaml excludes --sql");
  const std::string first = options.sides.empty() ? "database" : options.sides[0];
  const std::string second = options.sides.size() < 2 ? "model" : options.sides[1];
  if (options.sides.size() == 1 && first == "model") {
    throw Error(ErrorCode::usage, "name what to compare the model with")
        .hint(
            "as in `dbmig diff model database`; `dbmig diff` alone compares the database with the "
            "model");
  }
  const project::SchemaDifference difference =
      project::compare_schemas(context, {first, second, options.dialect, options.all, options.sql});
  tell_left_out(context, difference);
  const bool differs = !difference.is_equal();
  Console& console = context.console();
  std::optional<std::string> sql;
  if (options.sql) {
    sql = sql_of(difference);
    console.data(*sql);
  } else if (options.yaml) {
    console.data(differs ? yaml::print_operations(difference.operations) : "[]\n");
  } else if (differs) {
    console.data(fmt::format("--- {}\n+++ {}\n", difference.from, difference.to) +
                 changes_text(difference.changes));
  }
  if (!differs) console.say("No differences.");
  Json json = {{"from", difference.from},
               {"to", difference.to},
               {"different", differs},
               {"changes", changes_json(difference.changes)},
               {"operations", operations_json(difference.operations)}};
  if (sql) json["sql"] = *sql;
  if (options.yaml) json["text"] = yaml::print_operations(difference.operations);
  console.document(json);
  if (differs) context.exit_code = kDifferences;
}

}  // namespace

void add_diff(Command& program, Context& context) {
  auto options = std::make_shared<DiffOptions>();
  Command& command = add_command(
      program, context,
      {"diff", "Show the changes that turn one schema into another; exit 3 when there are any",
       "  dbmig diff                                      from the database to the model\n"
       "  dbmig diff head                                 from the newest revision to the model\n"
       "  dbmig diff 1975 2fa6                            between two revisions\n"
       "  dbmig diff database head\n"
       "  dbmig diff prod staging                         two of dbmig.yaml's `databases`\n"
       "  dbmig diff sqlite:///a.db sqlite:///b.db --sql\n"
       "  dbmig diff --data sqlite:///a.db mariadb://user@host/a\n"
       "  mpirun -n 4 dbmig diff --data dev prod          four ranks, the same as -j 4\n"
       "  dbmig diff database schema.mariadb.sql --yaml\n"
       "Each side is `model`, `database`, a revision as in `dbmig show`, a URL, a name of\n"
       "`databases`, or an SQL file (x.sqlite.sql, x.mariadb.sql, or any with --dialect). With a\n"
       "database or an SQL file on a side, both are compared as that database reports them."});
  command.add_option("sides", options->sides, "From what, and to what (database, model)")
      ->option_text("A B")
      ->expected(0, 2);
  command.add_flag("--yaml", options->yaml, "The operations, as in a revision");
  command.add_flag("--sql", options->sql, "The statements");
  command
      .add_option("--dialect", options->dialect,
                  "The dialect of --sql and of SQL files: sqlite or mariadb")
      ->option_text("NAME");
  command.add_flag("--data", options->data, "The rows of two databases, table by table");
  add_row_selection(command, options->rows);
  command
      .add_option("-j,--ranks", options->ranks,
                  "With --data: use N ranks, started with Open MPI's mpirun (1)")
      ->option_text("N")
      ->range(1, 4096);
  command.add_flag("--all", options->all, "Include tables that no revision knows");
  set_action(
      command, context, [&context, options] { run(context, *options); }, true);
}

}  // namespace dbmig::cli
