#include "transfer/infer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <memory>

#include "base/file.hpp"
#include "base/kept_file.hpp"
#include "base/shell_word.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/file_options.hpp"
#include "cli/launcher.hpp"
#include "cli/signals.hpp"
#include "project/inferred_table.hpp"

namespace dbmig::cli {
namespace {

struct InferArguments {
  std::vector<std::string> files;
  std::string table;
  std::string output;
  bool force = false;
  FileOptions file;
};

void report(Context& context, const InferArguments& arguments, const transfer::Inferred& inferred) {
  const std::string text = project::model_with_evidence(inferred);
  Console& console = context.console();
  for (const std::string& note : inferred.notes) console.warning("dbmig.infer", note);
  if (arguments.output.empty()) {
    console.data(text);
  } else {
    const std::string path = in_working_folder(context, arguments.output);
    console.status(fmt::format("Generating {}", path),
                   [&] { write_file(path, text, arguments.force); });
  }
  std::string options = typed(arguments.file) + inferred.import_options;
  if (!arguments.table.empty()) options = " --table " + shell_word(arguments.table) + options;
  std::string command = "dbmig import";
  for (const std::string& file : arguments.files) command += " " + shell_word(file);
  command += options;
  console.info("dbmig.infer", "Read it with: " + command);
  Json columns = Json::array();
  for (std::size_t i = 0; i < inferred.table.columns.size(); ++i) {
    const schema::Column& column = inferred.table.columns[i];
    columns.push_back({{"column", column.name},
                       {"type", schema::to_string(column.type)},
                       {"nullable", column.nullable},
                       {"evidence", inferred.evidence[i]}});
  }
  console.document({{"table", inferred.table.name},
                    {"rows", inferred.rows},
                    {"columns", std::move(columns)},
                    {"notes", inferred.notes},
                    {"composite_keys", inferred.composite_keys},
                    {"model", text},
                    {"import_options", text::trim(options)}});
}

void run(Context& context, const InferArguments& arguments) {
  import::Options options = read_options(context, arguments.file, arguments.files);
  options.table = arguments.table;
  const bool has_input = std::find(options.files.begin(), options.files.end(),
                                   import::kStandardInput) != options.files.end();
  if (has_input && options.table.empty()) {
    throw Error(ErrorCode::usage, "standard input has no name to take the table's from")
        .hint("name the table with --table NAME");
  }
  // Before hours are spent on reading.
  if (!arguments.output.empty()) {
    refuse_kept_file(in_working_folder(context, arguments.output), options.files);
  }
  import::leave_binding();
  watch_signals();
  const auto ranks = ranks_of_job(0);
  transfer::Inferred inferred = transfer::infer(options, *ranks, interrupted());
  if (!ranks->is_root()) return;
  project::add_parents(context, inferred);
  report(context, arguments, inferred);
}

}  // namespace

void add_infer(Command& program, Context& context) {
  auto arguments = std::make_shared<InferArguments>();
  Command& command = add_command(
      program, context,
      {"infer", "Print the model of a table that fits all records of a file",
       "  dbmig infer people.csv -o schemas/people.yaml\n"
       "  mpirun -n 4 dbmig infer big.csv.zst\n"
       "  dbmig infer events.jsonl --format jsonl --table event\n"
       "\n"
       "Every value counts, including the last row. Finds integers of the necessary size, "
       "decimals,\n"
       "dates and times, booleans, UUIDs, JSON, enums, and text with room to grow. A leading zero\n"
       "means text. A comment next to each column shows the evidence.\n"});
  command.add_option("files", arguments->files, "Files for one table; - is standard input")
      ->option_text("FILE...")
      ->required();
  command.add_option("--table", arguments->table, "The table's name (the file's)")
      ->option_text("NAME");
  command.add_option("-o,--output", arguments->output, "Write a file instead of stdout")
      ->option_text("FILE");
  command.add_flag("--force", arguments->force, "Overwrite the file");
  add_file_options(command, arguments->file);
  set_action(
      command, context, [&context, arguments] { run(context, *arguments); }, true);
}

}  // namespace dbmig::cli
