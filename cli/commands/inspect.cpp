#include <fmt/core.h>

#include <memory>

#include "base/file.hpp"
#include "base/kept_file.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/format.hpp"
#include "project/sql_files.hpp"
#include "yaml/model.hpp"

namespace dbmig::cli {
namespace {

struct InspectOptions {
  std::vector<std::string> tables;
  std::string output;
  std::string sql_file;
  std::string dialect;
  bool force = false;
  bool strict = false;
};

/// The live database's schema, or what an SQL file makes.
backend::Inspection inspect(Context& context, const InspectOptions& options) {
  const project::TableChoice choice(options.tables);
  if (options.sql_file.empty()) {
    if (!options.dialect.empty()) {
      throw Error(ErrorCode::usage, "--dialect works only with --sql-file")
          .hint("a database knows its own");
    }
    backend::Inspection found =
        context.connection(Context::Access::existing).inspect({.tables = choice.names()});
    try {
      if (!choice.empty()) return choice.of(std::move(found));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::not_found) throw;
      // Among all tables there may be one of a similar name.
      return choice.of(context.connection(Context::Access::existing).inspect({}));
    }
    warn_of_missing_parents(context, found.schema, found.schema);
    found = project::selected(std::move(found), context.selection());
    leave_bookkeeping_alone(context, found.schema);
    return found;
  }
  const DialectKind kind = dialect_of_file(context, options.sql_file, options.dialect);
  // The file first: a server is asked for nothing when there is none.
  const sql_script::Script script = project::read_script(options.sql_file);
  backend::Scratch scratch(context.scratch_options(kind));
  backend::Inspection found =
      sql_script::read_scripts(scratch, {script}, {}, context.console()).inspection;
  if (!choice.empty()) return choice.of(std::move(found));
  leave_bookkeeping_alone(context, found.schema);
  return found;
}

void run(Context& context, const InspectOptions& options) {
  if (!options.output.empty()) refuse_kept_file(options.output, {options.sql_file});
  const backend::Inspection inspection = inspect(context, options);
  tell_unsupported(context, inspection.unsupported);
  Json missed = unsupported_json(inspection.unsupported);
  const std::string text = yaml::print_model(inspection.schema);
  if (options.output.empty()) {
    context.console().data(text);
  } else {
    context.console().status(fmt::format("Generating {}", options.output),
                             [&] { write_file(options.output, text, options.force); });
  }
  if (options.strict && !missed.empty()) context.exit_code = kDifferences;
  Json tables = Json::array();
  for (const auto& [name, table] : inspection.schema.tables) tables.push_back(name);
  context.console().document(
      {{"tables", std::move(tables)}, {"model", text}, {"unsupported", std::move(missed)}});
}

}  // namespace

void add_inspect(Command& program, Context& context) {
  auto options = std::make_shared<InspectOptions>();
  Command& command = add_command(
      program, context,
      {"inspect", "Print the live database, or an SQL file, as a model",
       "  dbmig inspect\n"
       "  dbmig inspect --url sqlite:///legacy.db -o schemas/legacy.yaml\n"
       "  dbmig inspect --table customer --table 'order*'\n"
       "  dbmig inspect --sql-file schema.sql --dialect sqlite\n"
       "  mysqldump --no-data shop | dbmig inspect --sql-file - --dialect mariadb "
       "--url mariadb://root@localhost/\n"
       "What the model cannot express is reported on stderr; with --strict the exit code is then "
       "3.\nAn SQL file is run in a scratch database that is dropped afterwards: for SQLite in "
       "memory,\nfor MariaDB on the server of --url or of `scratch:` in dbmig.yaml."});
  add_table_option(command, options->tables);
  command
      .add_option("--sql-file", options->sql_file,
                  "Use the schema that this script creates; - is stdin")
      ->option_text("FILE");
  command.add_option("--dialect", options->dialect, "The script's dialect: sqlite or mariadb")
      ->option_text("NAME");
  command.add_option("-o,--output", options->output, "Write a file instead of stdout")
      ->option_text("FILE");
  command.add_flag("--force", options->force, "Overwrite the file");
  command.add_flag("--strict", options->strict, "Exit 3 if something cannot be expressed");
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
