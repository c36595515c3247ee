#include "import/import.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <memory>

#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/exit_codes.hpp"
#include "cli/file_options.hpp"
#include "cli/launcher.hpp"
#include "cli/signals.hpp"
#include "import/communicator.hpp"
#include "import/job_report.hpp"
#include "project/import_files.hpp"
#include "project/table_for_files.hpp"

namespace dbmig::cli {
namespace {

using import::DateOption;
using import::Options;

/// As the user typed it.
struct ImportArguments {
  std::vector<std::string> files;
  std::string table;
  std::string columns;
  FileOptions file;
  std::vector<std::string> map;
  std::vector<std::string> set;
  std::vector<std::string> date_formats;
  bool ignore_unknown = false;
  bool fill_missing = false;
  std::string on_error = "abort";
  bool dry_run = false;
  std::string on_duplicate = "abort";
  std::string rejects;
  std::size_t writers = 0;  ///< 0: not said
  bool recover = false;
  std::uint64_t commit_every = 0;
  bool resume = false;
  bool no_resume = false;
  int lock_wait = static_cast<int>(backend::kLockWait.count());  ///< seconds
  std::string read = "auto";
  std::size_t chunk_bytes = std::size_t{1} << 20U;
  project::TableForFilesOptions wish;
  int ranks = 0;  ///< to be started; 0: as many as there are
};

Error without_name(const std::string& text, const char* option) {
  return Error(ErrorCode::usage, fmt::format("{} '{}' has no name before a '='", option, text));
}

/// `NAME=VALUE`, at its first `=`.
std::pair<std::string, std::string> name_and_value(const std::string& text, const char* option) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0) {
    throw without_name(text, option).hint(fmt::format("{} NAME=VALUE", option));
  }
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// `NAME=COLUMN`, where the name may have `\=` for an equals sign.
std::pair<std::string, std::string> name_and_column(const std::string& text) {
  std::string name;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '=') return {name, text.substr(i + 1)};
    if (text.compare(i, 2, "\\=") == 0) ++i;
    name.push_back(text[i]);
  }
  throw without_name(text, "--map").hint("--map NAME=COLUMN");
}

/// `FORMAT`, or `COLUMN=FORMAT`.
DateOption date_option(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || text.find('%') < equals) return {"", text};
  return {text.substr(0, equals), text.substr(equals + 1)};
}

backend::OnDuplicate on_duplicate(const std::string& text) {
  if (text == "skip") return backend::OnDuplicate::skip;
  if (text == "update") return backend::OnDuplicate::update;
  if (text == "replace") return backend::OnDuplicate::replace;
  return backend::OnDuplicate::abort;
}

void take_values(const ImportArguments& arguments, Options& options) {
  for (const std::string& one : arguments.map) options.map.push_back(name_and_column(one));
  for (const std::string& one : arguments.set) options.set.push_back(name_and_value(one, "--set"));
  for (const std::string& one : arguments.date_formats) {
    options.date_formats.push_back(date_option(one));
  }
}

Options options_of(const Context& context, const ImportArguments& arguments) {
  Options options = read_options(context, arguments.file, arguments.files);
  take_values(arguments, options);
  options.table = arguments.table;
  if (!arguments.columns.empty()) {
    for (const std::string& name : text::split(arguments.columns, ',')) {
      options.columns.emplace_back(text::trim(name));
    }
  }
  options.ignore_unknown = arguments.ignore_unknown;
  options.fill_missing = arguments.fill_missing;
  options.on_error =
      arguments.on_error == "reject" ? import::OnError::reject : import::OnError::abort;
  options.dry_run = arguments.dry_run;
  if (options.dry_run && (arguments.wish.create || arguments.wish.evolve)) {
    throw Error(ErrorCode::usage,
                fmt::format("--dry-run changes nothing, and {} would change the schema first",
                            arguments.wish.create ? "--create" : "--evolve"))
        .hint("`dbmig infer FILE` prints the model that it would write");
  }
  options.on_duplicate = on_duplicate(arguments.on_duplicate);
  options.writers = arguments.writers;
  options.commit_every = arguments.commit_every;
  if (arguments.resume && arguments.no_resume) {
    throw Error(ErrorCode::usage, "--resume and --no-resume contradict each other");
  }
  if (arguments.resume || arguments.no_resume) options.resume = arguments.resume;
  options.rejects = in_working_folder(context, arguments.rejects);
  options.lock_wait = std::chrono::seconds(arguments.lock_wait);
  if (arguments.read == "scatter") options.read = import::ReadWay::scatter;
  if (arguments.read == "parallel") options.read = import::ReadWay::parallel;
  options.chunk_bytes = arguments.chunk_bytes;
  options.rank_limit = limit_from_environment("DBMIG_RANK_TIMEOUT", options.rank_limit);
  return options;
}

Json to_json(const import::Summary& summary, double speed) {
  Json files = Json::array();
  for (const import::Summary::File& file : summary.files) {
    Json one = {{"file", file.name},         {"table", file.table}, {"rows", file.rows},
                {"rejected", file.rejected}, {"bytes", file.bytes}, {"rejects", nullptr}};
    if (!file.rejects.empty()) one["rejects"] = file.rejects;
    one["defaulted"] = file.defaulted;
    one["skipped"] = file.skipped;
    files.push_back(std::move(one));
  }
  Json problems = Json::array();
  for (const import::Problem& problem : summary.problems) {
    problems.push_back({{"file", problem.file},
                        {"column", problem.column.empty() ? Json(nullptr) : Json(problem.column)},
                        {"reason", problem.reason},
                        {"records", problem.records},
                        {"lines", problem.lines},
                        {"examples", problem.examples}});
  }
  Json repeated = Json::array();
  for (const import::RepeatedKey& key : summary.repeated) {
    Json examples = Json::array();
    for (const import::RepeatedRecord& one : key.examples) {
      examples.push_back({{"file", key.files.at(one.place.file)},
                          {"line", one.place.line},
                          {"first_file", key.files.at(one.first.file)},
                          {"first_line", one.first.line}});
    }
    repeated.push_back({{"columns", key.columns},
                        {"values", key.values},
                        {"records", key.records},
                        {"examples", std::move(examples)}});
  }
  return {{"rows", summary.rows},
          {"dry_run", summary.dry_run},
          {"problems", std::move(problems)},
          {"repeated_keys", std::move(repeated)},
          {"rejected", summary.rejected},
          {"bytes", summary.bytes},
          {"seconds", summary.seconds},
          {"megabytes_per_second", speed},
          {"ranks", summary.ranks},
          {"stages",
           {{"read_seconds", summary.read_seconds},
            {"parse_seconds", summary.parse_seconds},
            {"write_seconds", summary.write_seconds}}},
          {"files", std::move(files)}};
}

/// "column 'age': 'abc', 'x' is not an integer: 2 records, lines 5, 9"
std::string described(const import::Problem& problem) {
  std::string text;
  if (!problem.column.empty()) text = fmt::format("column '{}': ", problem.column);
  if (!problem.examples.empty()) text += text::join(problem.examples, ", ") + " ";
  text += fmt::format("{}: {}, {}", problem.reason, text::count(problem.records, "record"),
                      problem.lines.size() == 1 ? "line" : "lines");
  const char* before = " ";
  for (const std::uint64_t line : problem.lines)
    text += std::exchange(before, ", ") + std::to_string(line);
  return text + (problem.records > problem.lines.size() ? ", …" : "");
}

void report_problems(Console& console, const import::Summary& summary) {
  for (const import::Problem& problem : summary.problems) {
    console.data(fmt::format("  {}: {}\n", problem.file, described(problem)));
  }
  for (const import::RepeatedKey& key : summary.repeated) {
    console.data(fmt::format("  {}\n", import::described(key)));
  }
}

void report(Console& console, const import::Summary& summary) {
  const double megabytes = static_cast<double>(summary.bytes) / 1e6;
  const double speed = summary.seconds > 0 ? megabytes / summary.seconds : 0;
  for (const import::Summary::File& file : summary.files) {
    console.data(fmt::format("{} {} into '{}' from {}\n",
                             summary.dry_run ? "Would import" : "Imported",
                             text::count(file.rows, "row"), file.table, file.name));
    if (file.skipped != 0) {
      console.data(
          fmt::format("Skipped {} whose key already exists\n", text::count(file.skipped, "row")));
    }
    if (!file.defaulted.empty()) {
      console.data(fmt::format("Columns that are not in the file got their default: {}\n",
                               text::join(file.defaulted, ", ")));
    }
    if (file.rejected != 0) {
      console.data(
          summary.dry_run
              ? fmt::format("{} cannot be imported\n", text::count(file.rejected, "record"))
              : fmt::format("Rejected {}: see {}\n", text::count(file.rejected, "record"),
                            file.rejects));
    }
  }
  report_problems(console, summary);
  if (summary.dry_run) console.data("Nothing was loaded: this was a dry run\n");
  console.data(
      fmt::format("{:.1f} MB in {:.2f} s ({:.1f} MB/s), {}; read {:.2f} s, parse {:.2f} s, "
                  "write {:.2f} s\n",
                  megabytes, summary.seconds, speed,
                  text::count(static_cast<std::size_t>(summary.ranks), "rank"),
                  summary.read_seconds, summary.parse_seconds, summary.write_seconds));
  console.document(to_json(summary, speed));
}

/// What the root says, it says while MPI still holds the other ranks: mpirun ends everybody as soon
/// as one of them has left with a failure. The others keep quiet.
void run_ranks(Context& context, const project::TableForFilesOptions& wish, Options options,
               import::Communicator& ranks) {
  try {
    const project::ImportOutcome outcome =
        project::import_files(context, wish, std::move(options), ranks, interrupted());
    if (ranks.is_root()) {
      report(context.console(), outcome.summary);
      project::warn_of_loaded_rows(context, outcome.summary);
    }
    if (outcome.has_failed) context.exit_code = kFailed;
    context.console().flush();
  } catch (const Error& error) {
    if (ranks.is_root()) context.console().error(error);
    context.console().flush();
    context.exit_code = exit_code_of(error);
  }
  import::report_end(context.exit_code);
}

/// With `-j` of more than one rank: the job that does the work. Whether there was one.
bool run_as_job(Context& context, const ImportArguments& arguments) {
  if (arguments.ranks <= 1 || import::started_by_mpi()) return false;
  import::require_mpi_module();
  // What can be wrong before there are ranks is said once, by this process.
  options_of(context, arguments);
  context.console().flush();
  const auto is_input = [](const std::string& file) { return file == "-"; };
  context.exit_code = run_as_ranks(
      arguments.ranks, std::any_of(arguments.files.begin(), arguments.files.end(), is_input));
  return true;
}

void run_alone_or_ranked(Context& context, const ImportArguments& arguments) {
  if (run_as_job(context, arguments)) return;
  const Options options = options_of(context, arguments);
  if (import::rank_from_environment() == 0) {
    context.name_database(arguments.wish.any() ? Context::Access::create
                                               : Context::Access::existing);
  }
  import::leave_binding();
  watch_signals();
  const auto ranks = ranks_of_job(arguments.ranks);
  ranks->set_rank_limit(options.rank_limit);
  project::TableForFilesOptions wish = arguments.wish;
  wish.binary = arguments.file.format.binary.value_or("");
  run_ranks(context, wish, options, *ranks);
  if (!import::started_by_mpi()) return;
  // From here on there is nothing to stop, and mpirun's way to end a failed job is SIGTERM.
  std::signal(SIGTERM, SIG_IGN);
}

/// Without files to load.
void recover(Context& context, const ImportArguments& arguments) {
  if (import::rank_from_environment() != 0) return;
  const std::size_t recovered =
      project::recover_imports(context, std::chrono::seconds(arguments.lock_wait));
  context.console().data(recovered == 0
                             ? "There is nothing to recover\n"
                             : fmt::format("Recovered {}\n", text::count(recovered, "import")));
  context.console().document({{"recovered", recovered}});
}

void run(Context& context, const ImportArguments& arguments) {
  if (arguments.recover && arguments.files.empty()) {
    recover(context, arguments);
    return;
  }
  try {
    run_alone_or_ranked(context, arguments);
  } catch (const Error& error) {
    // Before the ranks are joined: every one of them finds it by itself.
    if (import::rank_from_environment() == 0) throw;
    context.exit_code = exit_code_of(error);
  }
}

}  // namespace

void add_import(Command& program, Context& context) {
  auto arguments = std::make_shared<ImportArguments>();
  Command& command = add_command(
      program, context,
      {"import", "Load CSV files or JSON lines into tables, all rows or none",
       "  dbmig import people.csv                         into table 'people', by its header\n"
       "  mpirun dbmig import people.csv                  the same, with all cores\n"
       "  dbmig import people.csv -j 4                    the same, with four ranks\n"
       "  mpirun -n 4 dbmig import big.csv --table people\n"
       "  dbmig import p.csv --columns id,name,-,mail     no header; the third field is left out\n"
       "  dbmig import p.csv --columns id,name --header   the header is skipped\n"
       "  dbmig import p.txt --format mysql               what SELECT … INTO OUTFILE wrote\n"
       "  dbmig import p.txt --format pg-text --table p   what PostgreSQL's COPY wrote\n"
       "  dbmig import p.csv --null NULL --null ''        both are NULL, \"\" is empty text\n"
       "  dbmig import people.csv.zst 'more/*.csv.gz' --table people\n"
       "  dbmig import p.csv --encoding latin1 --decimal , --date-format %d/%m/%Y\n"
       "  dbmig import p.csv --map 'Full Name=name' --map note=- --set source=web --set "
       "'at=(now())'\n"
       "  dbmig import --create people.csv                model, revision, table and rows at once\n"
       "  dbmig import --evolve more.csv --table people   with columns or sizes that are new\n"
       "  dbmig import p.csv --dry-run                    list all errors, load nothing\n"
       "  dbmig import p.csv --on-error reject            bad records go to p.rejects.csv\n"
       "  dbmig import p.csv --commit-every 100000        in steps; if it is killed, continue:\n"
       "  dbmig import p.csv --resume                     from the last step on\n"
       "\n"
       "An empty field is NULL, a quoted empty one (\"\") the empty text; with --null TEXT, "
       "fields\n"
       "that are TEXT are NULL and empty ones are empty text. The first bad record ends the "
       "import\n"
       "and leaves the database as it was, unless --on-error reject is given.\n"
       "\n"
       "Formats: csv is RFC 4180; tsv what `dbmig export` writes; jsonl a JSON object a line; "
       "mysql\n"
       "is SELECT … INTO OUTFILE; mysql-batch the output of mariadb --batch; pg-text and pg-csv\n"
       "PostgreSQL's COPY. Each has its own delimiter, quote, escapes, line ends, NULL and "
       "header,\n"
       "which the other options change. Compressed files (gzip, zstd, xz) and UTF-16 with a byte\n"
       "order mark are recognised by their content. --date-format takes the letters of strftime:\n"
       "%Y %y %m %d %b %B %H %I %p %M %S %f; %y from 69 on is 19xx.\n"});
  ImportArguments& a = *arguments;
  command.add_option("files", a.files, "The files to load; - is standard input")
      ->option_text("FILE...");
  add_file_options(command, a.file);
  command.add_option("--table", a.table, "The table (the file's name)")->option_text("NAME");
  command
      .add_option("--columns", a.columns,
                  "The columns of the fields, in order; - leaves a field out")
      ->option_text("A,B,C");
  command.add_option("-j,--ranks", a.ranks, "Use N ranks, started with Open MPI's mpirun (1)")
      ->option_text("N")
      ->range(1, 4096);
  command
      .add_option("--time-zone", a.file.format.time_zone,
                  "MariaDB: the zone of TIMESTAMP values, UTC or +HH:MM (that of the session)")
      ->option_text("ZONE");
  command
      .add_option("--date-format", a.date_formats,
                  "How dates are written, for all columns or COLUMN=FORMAT, may be repeated (ISO)")
      ->option_text("FORMAT")
      ->allow_extra_args(false);
  command
      .add_option(
          "--map", a.map,
          "The column for a name of the header, \\= in it for =; NAME=- leaves the field out")
      ->option_text("NAME=COLUMN")
      ->allow_extra_args(false);
  command
      .add_option("--set", a.set,
                  "Set a column that the file does not have; a value in (…) is SQL, computed once")
      ->option_text("COLUMN=VALUE")
      ->allow_extra_args(false);
  command
      .add_option("--binary", a.file.format.binary,
                  "How binary columns are written: hex, base64, or raw for plain bytes (raw)")
      ->option_text("WHAT");
  add_plan_flag(command, a.dry_run,
                "Check every record, also against the rows in the table, and load nothing");
  command.add_flag("--create", a.wish.create,
                   "Create the table first, as `infer` describes it: model, revision and upgrade");
  command.add_flag("--evolve", a.wish.evolve,
                   "First add columns and widen types where the files need it, by a revision");
  command.add_flag("--ignore-unknown", a.ignore_unknown,
                   "Ignore fields for which the header or the table has no column");
  command.add_flag("--fill-missing", a.fill_missing,
                   "Set columns to NULL for which a record has no field");
  command
      .add_option("--on-error", a.on_error,
                  "abort at the first bad record, or reject bad records (abort)")
      ->option_text("WHAT")
      ->one_of({"abort", "reject"});
  command
      .add_option("--on-duplicate", a.on_duplicate,
                  "If the key exists: abort, skip the record, update or replace the row (abort)")
      ->option_text("WHAT")
      ->one_of({"abort", "skip", "update", "replace"});
  command.add_option("--rejects", a.rejects, "Where rejected records go (<data>.rejects.csv)")
      ->option_text("FILE");
  command
      .add_option("--writers", a.writers,
                  "MariaDB: number of connections that write (large files: one per rank, up to 4)")
      ->option_text("N")
      ->range(1, 64);
  command.add_flag(
      "--recover", a.recover,
      "Commit or roll back imports with several writers that were killed at the commit");
  command
      .add_option("--commit-every", a.commit_every,
                  "Commit after every N records, so that --resume can continue (all rows or none)")
      ->option_text("ROWS")
      ->range(1, 1LL << 40);
  command.add_flag("--resume", a.resume, "Continue an interrupted import of the same files");
  command.add_flag("--no-resume", a.no_resume,
                   "Forget an interrupted import and load the files from the beginning");
  command.add_option("--lock-wait", a.lock_wait, "How many seconds to wait for a lock (10)")
      ->option_text("SECONDS")
      ->range(0, 86400);
  command
      .add_option("--read", a.read,
                  "Who reads: scatter (the first rank) or parallel (each rank its part) (auto)")
      ->option_text("WAY")
      ->one_of({"auto", "scatter", "parallel"});
  command.add_option("--chunk-size", a.chunk_bytes, "Bytes that a rank gets at a time (1048576)")
      ->option_text("BYTES")
      ->range(1, 1 << 30);
  set_action(
      command, context, [&context, arguments] { run(context, *arguments); }, true);
}

}  // namespace dbmig::cli
