#include "transfer/export.hpp"

#include <fmt/core.h>

#include <filesystem>
#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/signals.hpp"
#include "import/csv_format.hpp"

namespace dbmig::cli {
namespace {

struct ExportArguments {
  ExportArguments() { options.format.clear(); }
  transfer::ExportOptions options;
  std::string delimiter;
  bool gzip = false;
  bool zstd = false;
};

void check(const ExportArguments& arguments) {
  const transfer::ExportOptions& options = arguments.options;
  const int wanted =
      (options.tables.empty() ? 0 : 1) + (options.query.empty() ? 0 : 1) + (options.all ? 1 : 0);
  if (wanted != 1) {
    throw Error(ErrorCode::usage, wanted == 0 ? "nothing to export was named"
                                              : "tables, --query and --all exclude each other")
        .hint("dbmig export TABLE…, dbmig export --all -o FOLDER, or dbmig export --query SQL");
  }
  if (arguments.gzip && arguments.zstd) {
    throw Error(ErrorCode::usage, "--gzip and --zstd exclude each other");
  }
  if (!arguments.delimiter.empty() && options.format != "csv") {
    throw Error(ErrorCode::usage, "--delimiter works only with --format csv");
  }
}

void report(Console& console, const transfer::ExportSummary& summary) {
  Json files = Json::array();
  for (const transfer::ExportSummary::File& file : summary.files) {
    const std::string what = file.table.empty() ? "of the query" : "of '" + file.table + "'";
    const std::string where = file.path.empty() ? "" : " to " + file.path;
    const bool is_last = &file == &summary.files.back();
    const char* left = is_last && summary.reader_left ? ", as far as they were read" : "";
    console.info("dbmig.export", fmt::format("Exported {} {}{}{}", text::count(file.rows, "row"),
                                             what, where, left));
    if (!file.companion.empty()) {
      console.info("dbmig.export",
                   fmt::format("{} describes its format for `dbmig import`", file.companion));
    }
    if (file.is_stream && !file.import_options.empty()) {
      console.info("dbmig.export", "`dbmig import` of it needs" + file.import_options);
    }
    files.push_back({{"table", file.table.empty() ? Json(nullptr) : Json(file.table)},
                     {"file", file.path.empty() ? Json(nullptr) : Json(file.path)},
                     {"rows", file.rows},
                     {"companion", file.companion.empty() ? Json(nullptr) : Json(file.companion)},
                     {"import_options", text::trim(file.import_options)}});
  }
  for (const std::string& what : summary.left_out) {
    console.warning("dbmig.export",
                    fmt::format("Not exported: the rows of {}, which are not its own, or cannot be "
                                "read as they were written",
                                what));
  }
  // On standard output are the rows.
  if (!summary.files.empty() && !summary.files.front().path.empty()) {
    console.document({{"files", std::move(files)}});
  }
}

/// What was not said, the name of the output says: `-o people.jsonl.gz`.
void take_endings(ExportArguments& arguments) {
  std::filesystem::path name = arguments.options.output;
  std::string& format = arguments.options.format;
  const bool is_file = arguments.options.tables.size() == 1 || !arguments.options.query.empty();
  if (is_file && !arguments.gzip && !arguments.zstd) {
    arguments.gzip = name.extension() == ".gz";
    arguments.zstd = name.extension() == ".zst";
  }
  if (name.extension() == ".gz" || name.extension() == ".zst") name.replace_extension();
  const std::string ending = name.extension().string();
  if (format.empty() && ending == ".sql") format = "sql";
  if (format.empty() && is_file && arguments.delimiter.empty()) {
    if (ending == ".jsonl" || ending == ".ndjson") format = "jsonl";
    if (ending == ".tsv") format = "tsv";
  }
  if (format.empty()) format = "csv";
}

void run(Context& context, ExportArguments arguments) {
  take_endings(arguments);
  check(arguments);
  if (!arguments.delimiter.empty()) {
    arguments.options.delimiter = import::parse_delimiter(arguments.delimiter);
  }
  if (arguments.gzip) arguments.options.compression = transfer::OutputCompression::gzip;
  if (arguments.zstd) arguments.options.compression = transfer::OutputCompression::zstd;
  std::string& output = arguments.options.output;
  if (output == "-" || output == "/dev/stdout") output.clear();
  if (!output.empty() && !context.globals.directory.empty()) {
    output = (std::filesystem::path(context.globals.directory) / output).string();
  }
  context.name_database(Context::Access::existing);
  watch_signals();
  report(context.console(), transfer::export_rows(context.connection(Context::Access::existing),
                                                  arguments.options, interrupted()));
}

}  // namespace

void add_export(Command& program, Context& context) {
  auto arguments = std::make_shared<ExportArguments>();
  Command& command = add_command(
      program, context,
      {"export", "Write tables, or the rows of a query, to files",
       "  dbmig export people                           as CSV, to standard output\n"
       "  dbmig export people -o people.csv             the same, to a file\n"
       "  dbmig export --all -o dump --zstd             a file for each table, parents first\n"
       "  dbmig export people --format jsonl | head -3\n"
       "  dbmig export --all --format sql -o rows.sql   INSERT statements, for the same database\n"
       "  dbmig export --query 'SELECT * FROM people WHERE id < 100' -o some.csv\n"
       "\n"
       "The export is one consistent snapshot. `dbmig import` of the file gives the same rows:\n"
       "NULL is an empty field, the empty text \"\"; binary columns are hexadecimal digits, values "
       "of\n"
       "MariaDB's TIMESTAMP columns are in UTC. What the name of the file does not tell is written "
       "to\n"
       "FILE.yaml next to it, which `dbmig import` reads. If the format cannot represent a value, "
       "the\n"
       "export stops and names its row.\n"});
  ExportArguments& a = *arguments;
  command.add_option("tables", a.options.tables, "Tables")->option_text("TABLE...");
  command.add_flag("--all", a.options.all, "Every table but dbmig's own");
  command.add_option("--query", a.options.query, "The rows of one SELECT")->option_text("SQL");
  command
      .add_option("-o,--output", a.options.output,
                  "Write to a file, or to a folder for several tables")
      ->option_text("FILE|FOLDER");
  command
      .add_option("--format", a.options.format,
                  "csv, tsv, jsonl or sql (from the name after -o, otherwise csv)")
      ->option_text("NAME");
  command
      .add_option("--delimiter", a.delimiter, "The separator of csv fields, one byte or \\t (,)")
      ->option_text("C");
  command.add_flag("--gzip", a.gzip, "Compress with gzip");
  command.add_flag("--zstd", a.zstd, "Compress with zstd");
  command.add_flag("--force", a.options.force, "Replace existing files");
  set_action(command, context, [&context, arguments] { run(context, *arguments); });
}

}  // namespace dbmig::cli
