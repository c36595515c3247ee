#include <fmt/core.h>

#include <filesystem>
#include <memory>
#include <system_error>

#include "base/file.hpp"
#include "base/text.hpp"
#include "cli/commands/commands.hpp"
#include "cli/format.hpp"
#include "cli/migration.hpp"
#include "cli/new_revision.hpp"
#include "cli/signals.hpp"
#include "project/adoption.hpp"
#include "project/server_words.hpp"
#include "project/sql_files.hpp"
#include "run/check.hpp"
#include "run/told_names.hpp"
#include "transfer/check_rows.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/translate.hpp"

namespace dbmig::cli {
namespace {

constexpr int kDifferences = 3;

struct Options {
  project::NewRevision revision;
  std::vector<std::string> tables;
  bool strict = false;
  int lock_timeout = 60;
};

void stamp(Context& context, const std::vector<std::string>& ids, const Options& options) {
  make_runner(context, Context::Access::existing)
      .stamp(ids, false, run_options(context, options.lock_timeout), "adopted");
}

/// The database to adopt, which must be there.
backend::Connection& existing_database(Context& context) {
  try {
    return context.connection(Context::Access::existing);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(error.code(), error.message())
        .hint("name the database to adopt with --url, as in dbmig adopt --url sqlite:///app.db")
        .native(error.native_code());
  }
}

/// Everything stored must be in the database. What an interrupted adopt wrote, and did not stamp,
/// is found there and stamped now.
void catch_up(Context& context, const Options& options) {
  const history::Graph& graph = context.graph();
  backend::Connection& connection = existing_database(context);
  const run::DatabaseCheck check =
      run::check_database(connection, graph, context.selection(), words_of_server(context));
  if (!check.unknown.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("Can't locate revision identified by '{}': the database has it, and no "
                            "file of the migrations folder does",
                            text::join(check.unknown, "', '")))
        .hint("adopt it in the project that it belongs to, or bring the file back");
  }
  if (!check.unfinished.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the {} of revision {} stopped half-way",
                            check.unfinished.front().running, check.unfinished.front().id))
        .hint("finish it with `dbmig upgrade` first");
  }
  if (check.pending.empty()) return;
  const run::Drift drift =
      run::find_drift(connection, graph.fold(), context.selection(), words_of_server(context));
  if (!drift.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the database lacks revision {}, {}", check.pending.front(),
                            graph.header(check.pending.front()).message))
        .hint(fmt::format("run `dbmig upgrade` first, then adopt what is left (the revisions say "
                          "otherwise of it: {})",
                          drift.difference.detected.front()));
  }
  context.console().info("dbmig.adopt", fmt::format("The database has all that revision {} makes",
                                                    text::join(graph.heads(), ", ")));
  if (!options.revision.dry_run) stamp(context, graph.heads(), options);
}

/// Writes the files, the model first: whatever ends it in between, the next adopt goes on there.
Json write(Context& context, const project::Adoption& adoption, const Options& options) {
  Console& console = context.console();
  const bool dry_run = options.revision.dry_run;
  const auto generate = [&](const std::filesystem::path& path, const std::string& text,
                            bool overwrite) {
    if (dry_run) return console.data(text);
    console.status(fmt::format("Generating {}", context.shown(path)),
                   [&] { write_file(path, text, overwrite); });
  };
  if (!adoption.model_text.empty()) generate(adoption.model_file, adoption.model_text, false);
  if (adoption.restricted_to) {
    console.info(
        "dbmig.adopt",
        fmt::format("What was found works on {} only: dbmig.yaml says dialects: [{}] now",
                    to_string(*adoption.restricted_to), to_string(*adoption.restricted_to)));
    const std::filesystem::path config = context.project().root / "dbmig.yaml";
    const std::filesystem::path& file =
        context.project().config_file.empty() ? config : context.project().config_file;
    const std::string before =
        context.project().config_file.empty() ? std::string() : read_file(file);
    if (!dry_run) generate(file, yaml::with_dialect(before, *adoption.restricted_to), true);
  }
  return write_revision_file(context, adoption.revision, dry_run, adoption.detected);
}

/// Says what of the database the new revision does not describe to the letter.
void verify(Context& context) {
  const run::Drift drift = run::find_drift(existing_database(context), context.graph().fold(),
                                           context.selection(), words_of_server(context));
  for (const std::string& line : drift.difference.detected) {
    context.console().warning("dbmig.adopt",
                              fmt::format("the model does not build it exactly: {}", line));
  }
}

/// Of what works on both databases: what the other one takes otherwise, and only its owner can say.
void warn_of_bare_decimals(Context& context, const project::Adoption& adoption) {
  if (context.url().dialect != DialectKind::sqlite || adoption.restricted_to) return;
  if (context.project().only_dialect()) return;
  for (const ops::Operation& operation : adoption.revision.upgrade) {
    const auto* create = std::get_if<ops::CreateTable>(&operation);
    if (create == nullptr || create->table.only) continue;
    for (const schema::Column& column : create->table.columns) {
      const schema::Type& type = column.type_on(DialectKind::mariadb);
      if (type.kind != schema::TypeKind::decimal || type.length) continue;
      context.console().warning(
          "dbmig.adopt",
          fmt::format(
              "'{}.{}' is decimal without digits: MariaDB will round every value to a whole "
              "number; write them in the model, as in \"decimal(12,2)\", before you "
              "upgrade one",
              create->table.name, column.name));
    }
  }
}

/// Of a SQLite database whose model is for MariaDB as well: `found` with room for fractions of
/// seconds that its rows have, and a warning for what else MariaDB would not hold.
schema::Schema fitted_to_rows(Context& context, backend::Connection& connection,
                              schema::Schema found) {
  const std::optional<DialectKind> only = context.project().only_dialect();
  if (connection.dialect().kind() != DialectKind::sqlite || only) return found;
  const transfer::Translation there =
      transfer::translate(found, DialectKind::sqlite, DialectKind::mariadb);
  transfer::CopyOptions tables;
  const schema::Schema known = context.graph().fold();
  for (const auto& [name, table] : there.tables.tables) {
    const bool is_said =
        known.find_table(name) != nullptr || context.model().schema.find_table(name) != nullptr;
    if (!is_said) tables.tables.push_back(name);
  }
  if (tables.tables.empty()) return found;
  std::vector<transfer::CopyProblem> fractions;
  for (const transfer::CopyProblem& problem : transfer::check_rows(
           connection, dialect::dialect(DialectKind::mariadb).canonical(there.tables),
           DialectKind::mariadb, tables, context.console(), interrupted())) {
    const std::string remedy = problem.remedy();
    const std::string rows =
        fmt::format("{} ({})", problem.what.reason, text::count(problem.what.records, "value"));
    if (problem.wider && schema::is_temporal(problem.wider->kind)) {
      context.console().info(
          "dbmig.adopt", fmt::format("'{}.{}' becomes {}: a value {}", problem.what.file,
                                     problem.what.column, schema::to_string(*problem.wider), rows));
      fractions.push_back(problem);
      continue;
    }
    context.console().warning(
        "dbmig.adopt",
        fmt::format("'{}.{}': {}{}{}; MariaDB refuses that{}", problem.what.file,
                    problem.what.column, text::join(problem.what.examples, ", "),
                    problem.what.examples.empty() ? "" : " ", rows,
                    remedy.empty() ? ": mend the rows before they are copied"
                                   : fmt::format(", and `{}` in the model would hold it", remedy)));
  }
  found = transfer::widened(std::move(found), fractions, DialectKind::sqlite);
  for (const transfer::EqualKey& key :
       transfer::find_equal_keys(connection, found, tables.tables, interrupted())) {
    context.console().info(
        "dbmig.adopt",
        fmt::format("'{}.{}' gets collation {} on MariaDB: {} would be there twice", key.table,
                    text::join(key.columns, ", "), transfer::kExactCollation, key.example));
    for (const std::string& column : key.columns) {
      found.table(key.table).find_column(column)->mariadb.collation = transfer::kExactCollation;
    }
  }
  return found;
}

void run(Context& context, const Options& options) {
  watch_signals();
  catch_up(context, options);
  const std::vector<std::string> parents = choose_parents(context, options.revision);
  backend::Connection& connection = existing_database(context);
  const project::TableChoice choice(options.tables);
  backend::Inspection found = connection.inspect({});
  found.schema = run::in_told_names(connection, context.graph().fold(), std::move(found.schema));
  const schema::Schema whole = found.schema;
  found = project::selected(std::move(found), context.selection());
  // A table that --table or a revision names is wanted, whoever else keeps records in it.
  std::set<std::string> wanted(options.tables.begin(), options.tables.end());
  for (const auto& [name, table] : context.graph().fold().tables) wanted.insert(name);
  leave_bookkeeping_alone(context, found.schema, std::move(wanted));
  found = choice.of(std::move(found));
  warn_of_missing_parents(context, found.schema, whole);
  Json missed = unsupported_json(context, found.unsupported);
  if (options.strict && !missed.empty()) {
    context.exit_code = kDifferences;
    context.console().say("Nothing was written: --strict wants a model of everything.");
    return context.console().document(
        {{"written", false}, {"unsupported", std::move(missed)}, {"tables", Json::array()}});
  }
  found.schema = fitted_to_rows(context, connection, std::move(found.schema));
  const auto adoption = plan_adoption(context, found.schema, parents, options.revision);
  if (!adoption) {
    context.console().say("Nothing to adopt: the revisions know every table of the database.");
    return context.console().document(
        {{"written", false}, {"unsupported", std::move(missed)}, {"tables", Json::array()}});
  }
  if (!options.revision.dry_run) {
    // A database that cannot be written to is found out before any file is.
    run::RevisionStore(connection).create_if_missing();
  }
  for (const std::string& line : adoption->detected) context.console().info("dbmig.diff", line);
  warn_of_bare_decimals(context, *adoption);
  Json document = write(context, *adoption, options);
  if (!options.revision.dry_run) {
    context.forget_files();
    stamp(context, {adoption->revision.id}, options);
    verify(context);
  }
  document["model"] =
      adoption->model_text.empty() ? Json() : Json(context.shown(adoption->model_file));
  document["model_text"] = adoption->model_text;
  document["tables"] = adoption->tables;
  document["dialects"] =
      adoption->restricted_to ? Json::array({to_string(*adoption->restricted_to)}) : Json();
  document["unsupported"] = std::move(missed);
  context.console().document(document);
}

}  // namespace

void add_adopt(CLI::App& program, Context& context) {
  auto options = std::make_shared<Options>();
  CLI::App& command = add_command(
      program, context,
      {"adopt", "Take an existing database in: model, first revision and stamp, tables untouched",
       "  dbmig init --url 'mariadb://shop@localhost/shop' && dbmig adopt\n"
       "  dbmig adopt -m \"as found\"\n"
       "  dbmig adopt --table 'shop_*' --table customer   only these\n"
       "  dbmig adopt --dry-run                           show model and revision\n"
       "Writes schemas/<database>.yaml and a revision that makes all of it, and notes in the\n"
       "database that it has that revision. In a project with revisions it takes in what they do\n"
       "not know. What the model cannot express is named; with --strict nothing is written then\n"
       "and the exit code is 3. `include:` and `exclude:` of dbmig.yaml choose in a shared "
       "database."});
  command.add_option("-m,--message", options->revision.message, "What the revision is for")
      ->option_text("TEXT");
  command.add_option("--rev-id", options->revision.id, "Use ID instead of a generated one")
      ->option_text("ID");
  add_table_option(command, options->tables);
  command.add_flag("--strict", options->strict,
                   "Write nothing and exit 3 when something cannot be expressed");
  command.add_flag("--dry-run", options->revision.dry_run, "Print instead of writing");
  add_lock_timeout(command, options->lock_timeout);
  set_action(command, context, [&context, options] { run(context, *options); });
}

}  // namespace dbmig::cli
