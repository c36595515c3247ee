#include <fmt/core.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <set>
#include <utility>

#include "base/file.hpp"
#include "base/text.hpp"
#include "dialect/capabilities.hpp"
#include "history/named.hpp"
#include "project/adoption.hpp"
#include "project/broken_views.hpp"
#include "project/revisions.hpp"
#include "project/server_spelling.hpp"
#include "project/sql_files.hpp"
#include "run/check.hpp"
#include "run/expected_names.hpp"
#include "transfer/check_rows.hpp"
#include "transfer/equal_keys.hpp"
#include "transfer/translate.hpp"

namespace dbmig::project {
namespace {

void stamp_adopted(Workspace& workspace, const std::vector<std::string>& ids,
                   const AdoptOptions& options) {
  make_runner(workspace, Workspace::Access::existing)
      .stamp(ids, false, run_options(workspace, options.lock_timeout), "adopted");
}

/// The connection to the database to adopt, which must exist.
backend::Connection& existing_database(Workspace& workspace) {
  try {
    return workspace.connection(Workspace::Access::existing);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::not_found) throw;
    throw Error(error.code(), error.message())
        .hint("name the database to adopt with --url, as in dbmig adopt --url sqlite:///app.db")
        .native(error.native_code());
  }
}

/// All stored revisions must be applied. The revision of an interrupted adopt, written but not
/// stamped, is recognised and stamped now.
void catch_up(Workspace& workspace, const AdoptOptions& options) {
  const history::Graph& graph = workspace.graph();
  backend::Connection& connection = existing_database(workspace);
  const run::DatabaseCheck check =
      run::check_database(connection, graph, workspace.selection(), spelling_of_server(workspace));
  if (!check.unknown.empty()) {
    throw Error(ErrorCode::not_found,
                fmt::format("Can't locate revision identified by '{}': the database has it, but no "
                            "file in the migrations folder does",
                            text::join(check.unknown, "', '")))
        .hint("adopt it in its own project, or restore the file");
  }
  if (!check.unfinished.empty()) {
    throw Error(ErrorCode::failed,
                fmt::format("the {} of revision {} stopped half-way",
                            check.unfinished.front().running, check.unfinished.front().id))
        .hint("finish it with `dbmig upgrade` first");
  }
  if (check.pending.empty()) return;
  const run::Drift drift = run::find_drift(connection, graph.fold(), workspace.selection(),
                                           spelling_of_server(workspace));
  if (!drift.empty()) {
    throw Error(ErrorCode::failed, fmt::format("the database lacks revision {}",
                                               history::named(graph.header(check.pending.front()))))
        .hint(fmt::format(
            "run `dbmig upgrade` first, then adopt the rest (it differs from the revisions: {})",
            drift.difference.detected.front()));
  }
  workspace.events().info("dbmig.adopt",
                          fmt::format("The database has everything that revision {} creates",
                                      text::join(graph.heads(), ", ")));
  if (!options.revision.dry_run) stamp_adopted(workspace, graph.heads(), options);
}

/// Reports what of the database the new revision does not describe exactly.
void tell_inexact(Workspace& workspace) {
  const run::Drift drift = run::find_drift(existing_database(workspace), workspace.graph().fold(),
                                           workspace.selection(), spelling_of_server(workspace));
  for (const std::string& line : drift.difference.detected) {
    workspace.events().warning(
        "dbmig.adopt", fmt::format("the model does not describe the database exactly: {}", line));
  }
}

/// Warns about decimals without precision, which both databases accept but treat differently: only
/// the owner can decide.
void warn_of_bare_decimals(Workspace& workspace, const Adoption& adoption) {
  if (!dialect::capabilities(workspace.url().dialect).flexible_typing || adoption.restricted_to)
    return;
  if (workspace.project().only_dialect()) return;
  for (const ops::Operation& operation : adoption.revision.upgrade) {
    const auto* create = std::get_if<ops::CreateTable>(&operation);
    if (create == nullptr || create->table.only) continue;
    for (const schema::Column& column : create->table.columns) {
      const schema::Type& type = column.type_on(DialectKind::mariadb);
      if (type.kind != schema::TypeKind::decimal || type.length) continue;
      workspace.events().warning(
          "dbmig.adopt",
          fmt::format("'{}.{}' is decimal without precision: MariaDB will round every value to a "
                      "whole number; write the precision in the model, as in \"decimal(12,2)\", "
                      "before you upgrade a MariaDB database",
                      create->table.name, column.name));
    }
  }
}

/// The flag that stops the work; one that is never set if there is none.
const std::atomic<bool>& stop_of(const Workspace& workspace) {
  static const std::atomic<bool> never{false};
  return workspace.stop() == nullptr ? never : *workspace.stop();
}

/// Reports each column once, with the value that needs the most room.
void report_fractions(Workspace& workspace, const std::vector<transfer::CopyProblem>& fractions) {
  struct Column {
    const transfer::CopyProblem* worst;
    std::size_t values;
  };
  std::map<std::pair<std::string, std::string>, Column> columns;
  for (const transfer::CopyProblem& one : fractions) {
    Column& column =
        columns.try_emplace({one.what.file, one.what.column}, Column{&one, 0}).first->second;
    column.values += one.what.records;
    if (one.what.reason > column.worst->what.reason) column.worst = &one;
  }
  for (const auto& [name, column] : columns) {
    workspace.events().info(
        "dbmig.adopt",
        fmt::format("'{}.{}' becomes {}: {}", name.first, name.second,
                    schema::to_string(*column.worst->wider),
                    column.values == 1 ? fmt::format("a value {}", column.worst->what.reason)
                                       : fmt::format("{} do not fit; one of them {}",
                                                     text::count(column.values, "value"),
                                                     column.worst->what.reason)));
  }
}

/// For a SQLite database whose model is for MariaDB as well: returns `found` with room for the
/// fractions of seconds in its rows, and warns about other values that MariaDB would not hold.
schema::Schema fitted_to_rows(Workspace& workspace, backend::Connection& connection,
                              schema::Schema found) {
  const std::optional<DialectKind> only = workspace.project().only_dialect();
  if (!dialect::capabilities(connection.dialect().kind()).flexible_typing || only) return found;
  const transfer::Translation there =
      transfer::translate(found, DialectKind::sqlite, DialectKind::mariadb);
  transfer::CopyOptions tables;
  const schema::Schema known = workspace.graph().fold();
  for (const auto& [name, table] : there.tables.tables) {
    const bool is_said =
        known.find_table(name) != nullptr || workspace.model().schema.find_table(name) != nullptr;
    if (!is_said) tables.tables.push_back(name);
  }
  if (tables.tables.empty()) return found;
  schema::Schema target;
  try {
    target = dialect::dialect(DialectKind::mariadb).canonical(there.tables);
  } catch (const Error& error) {
    // A schema that MariaDB cannot have at all restricts the project to SQLite; that is reported
    // later.
    if (error.code() != ErrorCode::invalid) throw;
    return found;
  }
  std::vector<transfer::CopyProblem> fractions;
  for (const transfer::CopyProblem& problem :
       transfer::check_rows(connection, target, DialectKind::mariadb, tables, workspace.events(),
                            stop_of(workspace))) {
    const std::string remedy = problem.remedy();
    const std::string rows =
        fmt::format("{} ({})", problem.what.reason, text::count(problem.what.records, "value"));
    if (problem.wider && schema::is_temporal(problem.wider->kind)) {
      fractions.push_back(problem);
      continue;
    }
    workspace.events().warning(
        "dbmig.adopt",
        fmt::format("'{}.{}': {}{}{}; MariaDB would refuse that{}", problem.what.file,
                    problem.what.column, text::join(problem.what.examples, ", "),
                    problem.what.examples.empty() ? "" : " ", rows,
                    remedy.empty() ? "; fix the rows before you copy them"
                                   : fmt::format("; `{}` in the model would hold them", remedy)));
  }
  report_fractions(workspace, fractions);
  found = transfer::widened(std::move(found), fractions, DialectKind::sqlite);
  for (const transfer::EqualKey& key :
       transfer::find_equal_keys(connection, found, tables.tables, stop_of(workspace))) {
    workspace.events().info(
        "dbmig.adopt",
        fmt::format(
            "'{}.{}' gets collation {} on MariaDB: with the default one, {} would occur twice",
            key.table, text::join(key.columns, ", "), transfer::kExactCollation, key.example));
    for (const std::string& column : key.columns) {
      found.table(key.table).find_column(column)->mariadb.collation = transfer::kExactCollation;
    }
  }
  return found;
}

/// dbmig.yaml with a `dialects:` that names the only database which can hold the schema.
NewFile restricted_config(Workspace& workspace, DialectKind kind, const std::string& why) {
  workspace.events().info(
      "dbmig.adopt",
      fmt::format("This schema works on {} only{}: dbmig.yaml now says `dialects: [{}]`",
                  to_string(kind), why.empty() ? "" : " (" + why + ")", to_string(kind)));
  const std::filesystem::path& config = workspace.project().config_file;
  if (config.empty()) {
    return {workspace.project().root / "dbmig.yaml", yaml::with_dialect({}, kind), true};
  }
  return {config, yaml::with_dialect(read_file(config), kind), true};
}

}  // namespace

AdoptOutcome adopt(Workspace& workspace, const AdoptOptions& options,
                   const std::function<void(const NewFile&)>& write_file) {
  catch_up(workspace, options);
  AdoptOutcome outcome;
  const std::vector<std::string> parents = choose_parents(workspace, options.revision);
  backend::Connection& connection = existing_database(workspace);
  const TableChoice choice(options.tables);
  backend::Inspection found = connection.inspect({});
  found.schema =
      run::with_expected_names(connection, workspace.graph().fold(), std::move(found.schema));
  const schema::Schema whole = found.schema;
  found = selected(std::move(found), workspace.selection());
  // A table that --table or a revision names is wanted, even if another tool keeps records in it.
  std::set<std::string> wanted(options.tables.begin(), options.tables.end());
  for (const auto& [name, table] : workspace.graph().fold().tables) wanted.insert(name);
  leave_bookkeeping_alone(workspace, found.schema, std::move(wanted));
  found = choice.of(std::move(found));
  warn_of_missing_parents(workspace, found.schema, whole);
  for (backend::Unsupported& view : take_out_broken_views(connection, found.schema)) {
    found.unsupported.push_back(std::move(view));
  }
  tell_unsupported(workspace, found.unsupported);
  outcome.unsupported = found.unsupported;
  if (options.strict && !found.unsupported.empty()) {
    outcome.end = AdoptOutcome::End::not_expressed;
    return outcome;
  }
  workspace.begin_long_work();
  found.schema = fitted_to_rows(workspace, connection, std::move(found.schema));
  outcome.adoption = plan_adoption(workspace, found.schema, parents, options.revision);
  if (!outcome.adoption) {
    outcome.end = AdoptOutcome::End::nothing_new;
    return outcome;
  }
  Adoption& adoption = *outcome.adoption;
  const bool dry_run = options.revision.dry_run;
  // Fails before any file is written if the database cannot be written to.
  if (!dry_run) run::RevisionStore(connection).create_if_missing();
  for (const std::string& line : adoption.for_one_database) {
    workspace.events().info("dbmig.adopt", line);
  }
  for (const std::string& line : adoption.detected) workspace.events().info("dbmig.diff", line);
  warn_of_bare_decimals(workspace, adoption);
  if (!adoption.model_text.empty()) {
    write_file({adoption.model_file, adoption.model_text, false});
  }
  if (adoption.restricted_to) {
    const NewFile config =
        restricted_config(workspace, *adoption.restricted_to, adoption.why_restricted);
    if (!dry_run) write_file(config);
  }
  outcome.revision_file = revision_file(workspace, adoption.revision);
  write_file(outcome.revision_file);
  if (dry_run) return outcome;
  workspace.forget_files();
  stamp_adopted(workspace, {adoption.revision.id}, options);
  tell_inexact(workspace);
  return outcome;
}

}  // namespace dbmig::project
