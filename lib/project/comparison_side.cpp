#include "project/comparison_side.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>

#include "base/text.hpp"
#include "dialect/keep_spelling.hpp"
#include "history/renames.hpp"
#include "project/revisions.hpp"
#include "project/server_spelling.hpp"
#include "project/sql_files.hpp"
#include "run/check.hpp"
#include "run/expected_names.hpp"
#include "run/spelling.hpp"
#include "schema/validate.hpp"

namespace dbmig::project {
namespace {

void inspect_live(Workspace& workspace, ComparisonSide& side) {
  backend::Inspection found = side.connection->inspect({});
  if (workspace.find_project() != nullptr) {
    found.schema = run::with_expected_names(*side.connection, workspace.graph().fold(),
                                            std::move(found.schema));
  }
  found = selected(std::move(found), workspace.selection());
  side.schema = std::move(found.schema);
  side.unsupported = std::move(found.unsupported);
  side.is_live = true;
  if (workspace.find_project() != nullptr) {
    std::set<std::string> applied = run::complete(run::RevisionStore(*side.connection).all());
    std::erase_if(applied, [&](const std::string& id) { return !workspace.graph().contains(id); });
    side.revisions = std::move(applied);
  }
  side.label += fmt::format(" ({})", side.connection->url().redacted());
}

void read_script_side(Workspace& workspace, ComparisonSide& side, const std::string& path,
                      const std::string& dialect) {
  const DialectKind kind = dialect_of_file(workspace, path, dialect);
  const sql_script::Script script = read_script(path);
  side.scratch = std::make_unique<backend::Scratch>(workspace.scratch_options(kind));
  backend::Inspection found =
      sql_script::read_scripts(*side.scratch, {script}, {}, workspace.events()).inspection;
  side.connection = &side.scratch->connection();
  side.schema = std::move(found.schema);
  side.unsupported = std::move(found.unsupported);
}

void fold_revision(Workspace& workspace, ComparisonSide& side, const std::string& argument) {
  const history::Graph& graph = workspace.graph();
  const std::set<std::string> ids = graph.resolve(
      argument, current_heads(workspace, {argument}).value_or(std::set<std::string>{}));
  side.schema = schema::normalized(graph.fold(ids));
  side.is_managed = true;
  side.revisions = graph.ancestors(ids);
  const std::vector<std::string> names(ids.begin(), ids.end());
  side.label = fmt::format("revision {}", ids.empty() ? "base" : text::join(names, ", "));
}

bool is_sql_file(const std::string& argument) {
  return argument == "-" || text::lower(argument).ends_with(".sql");
}

/// The objects known by name to the model or the newest revisions (`managed`), or to the revisions
/// that the database of `live` has: other objects of a shared database do not belong to the
/// project.
schema::Schema known_objects(Workspace& workspace, const ComparisonSide& managed,
                             const ComparisonSide& live) {
  schema::Schema known = managed.schema;
  const auto add = [&](schema::Schema fold) {
    known.tables.merge(fold.tables);
    known.views.merge(fold.views);
    known.triggers.merge(fold.triggers);
    known.routines.merge(fold.routines);
  };
  const history::Graph& graph = workspace.graph();
  add(graph.fold());
  add(graph.fold(live.revisions.value_or(std::set<std::string>{})));
  return known;
}

/// The known objects of `live`; the names of the others are added to `unknown`.
schema::Schema only_known(const schema::Schema& live, const schema::Schema& known,
                          std::vector<std::string>& unknown) {
  schema::Schema part = run::known_part(live, known);
  const auto rest = [&](std::string_view noun, const auto& all, const auto& kept) {
    for (const auto& [name, object] : all) {
      if (kept.count(name) == 0) unknown.push_back(fmt::format("{} '{}'", noun, object.name));
    }
  };
  rest("table", live.tables, part.tables);
  rest("view", live.views, part.views);
  rest("trigger", live.triggers, part.triggers);
  rest("routine", live.routines, part.routines);
  return part;
}

/// MariaDB creates an index for every foreign key; its absence on SQLite is not a difference.
void drop_implied_indexes(schema::Schema& mariadb, const schema::Schema& sqlite) {
  for (auto& [name, table] : mariadb.tables) {
    const schema::Table* other = sqlite.find_table(name);
    erase_if(table.indexes, [&, &own = table](const schema::Index& index) {
      if (other != nullptr && other->find_index(index.name) != nullptr) return false;
      std::vector<std::string> columns;
      for (const schema::IndexPart& part : index.parts) columns.push_back(part.column);
      return !index.unique && std::any_of(own.foreign_keys.begin(), own.foreign_keys.end(),
                                          [&](const auto& key) { return key.columns == columns; });
    });
  }
}

bool includes(const std::set<std::string>& all, const std::set<std::string>& part) {
  return std::includes(all.begin(), all.end(), part.begin(), part.end());
}

history::Renames follow(const history::Graph& graph, const std::set<std::string>& have,
                        const std::set<std::string>& want) {
  history::Renames renames;
  for (const std::string& id : graph.upgrade_path(have, want)) {
    renames.follow(graph.get(id).upgrade);
  }
  return renames;
}

std::set<std::string> managed_tables(const ComparisonSide& side) {
  std::set<std::string> names;
  if (!side.is_managed) return names;
  for (const auto& [name, table] : side.schema.tables) names.insert(name);
  return names;
}

}  // namespace

schema::RenameHints renames_between(Workspace& workspace, const ComparisonSide& from,
                                    const ComparisonSide& to) {
  schema::RenameHints hints;
  if (from.revisions && to.revisions && includes(*to.revisions, *from.revisions)) {
    hints = follow(workspace.graph(), *from.revisions, *to.revisions).hints();
  } else if (from.revisions && to.revisions && includes(*from.revisions, *to.revisions)) {
    hints = follow(workspace.graph(), *to.revisions, *from.revisions).inverse();
  }
  for (const auto& [now, old] : to.renames.tables) hints.tables.try_emplace(now, old);
  for (const auto& [now, old] : to.renames.columns) hints.columns.try_emplace(now, old);
  hints.done_tables = to.renames.done_tables;
  hints.done_columns = to.renames.done_columns;
  return hints;
}

ComparisonSide comparison_side(Workspace& workspace, const std::string& argument,
                               const std::string& dialect) {
  ComparisonSide side;
  side.label = argument;
  if (argument == "model") {
    workspace.read_files();
    side.schema = workspace.model().schema;
    side.renames = history::with_done(workspace.model().renames, workspace.graph());
    const std::vector<std::string> all = workspace.graph().topological();
    side.revisions.emplace(all.begin(), all.end());
    side.is_managed = true;
    return side;
  }
  if (argument == "database") {
    side.connection = &workspace.connection(Workspace::Access::peek);
    inspect_live(workspace, side);
    return side;
  }
  const bool is_url = argument.find("://") != std::string::npos;
  if (!is_url && is_sql_file(argument)) {
    read_script_side(workspace, side, argument, dialect);
    return side;
  }
  const yaml::Project* project = is_url ? nullptr : &workspace.project();
  if (is_url || project->databases.count(argument) != 0) {
    side.label = is_url ? "database" : argument;
    side.own = backend::connect(workspace.url_of(argument, is_url), {.create = false});
    side.connection = side.own.get();
    inspect_live(workspace, side);
    return side;
  }
  fold_revision(workspace, side, argument);
  return side;
}

ComparedSchemas make_comparable(Workspace& workspace, const ComparisonSide& from,
                                const ComparisonSide& to, bool all) {
  ComparedSchemas result{from.schema, to.schema, {}, {}, {}};
  if (!from.is_managed) leave_bookkeeping_alone(workspace, result.from, managed_tables(to));
  if (!to.is_managed) leave_bookkeeping_alone(workspace, result.to, managed_tables(from));
  if (!all && from.is_live && to.is_managed) {
    result.from = only_known(result.from, known_objects(workspace, to, from), result.unknown);
  } else if (!all && to.is_live && from.is_managed) {
    result.to = only_known(result.to, known_objects(workspace, from, to), result.unknown);
  }
  if (from.connection == nullptr && to.connection == nullptr) {
    result.to =
        equivalent(workspace, result.from, std::move(result.to), workspace.project().dialects);
    return result;
  }
  backend::Connection& one = from.connection != nullptr ? *from.connection : *to.connection;
  backend::Connection& other = to.connection != nullptr ? *to.connection : *from.connection;
  result.kind = one.dialect().kind();
  if (result.kind != other.dialect().kind()) {
    // What both databases can express: the schema as SQLite, which can express less, would have it.
    const dialect::Dialect& sqlite = dialect::dialect(DialectKind::sqlite);
    result.from = sqlite.canonical(result.from);
    result.to = sqlite.canonical(result.to);
    if (result.kind == DialectKind::mariadb) {
      drop_implied_indexes(result.from, result.to);
      result.to = sqlite.reconciled(std::move(result.to), result.from);
    } else {
      drop_implied_indexes(result.to, result.from);
      result.from = sqlite.reconciled(std::move(result.from), result.to);
    }
    result.kind = DialectKind::sqlite;
    result.is_portable = true;
    return result;
  }
  // Texts in the spelling of one side's server are compared with the other side's.
  const run::AskSpelling ask = spelling_of_server(workspace);
  if (to.connection != nullptr) {
    result.to =
        run::with_expected_spelling(other, result.from, std::move(result.to),
                                    {.recorded = to.is_live && from.is_managed, .ask = ask});
  } else {
    result.from =
        run::with_expected_spelling(one, result.to, std::move(result.from),
                                    {.recorded = from.is_live && to.is_managed, .ask = ask});
  }
  result.from = one.canonical(result.from);
  result.to = other.canonical(result.to);
  const dialect::Dialect& dialect = one.dialect();
  const auto is_asked = [](const ComparisonSide& side, const ComparisonSide& beside) {
    return side.is_live || (side.connection != nullptr && beside.is_managed);
  };
  if (is_asked(from, to)) result.from = dialect.reconciled(std::move(result.from), result.to);
  if (is_asked(to, from)) result.to = dialect.reconciled(std::move(result.to), result.from);
  return result;
}

ComparedSchemas keep_spelling(const ComparisonSide& from, const ComparisonSide& to,
                              ComparedSchemas compared) {
  if (!compared.kind || compared.is_portable) return compared;
  const auto reported = [](const ComparisonSide& side) {
    return side.connection == nullptr ? nullptr : &side.schema;
  };
  dialect::ComparedForm a{std::move(compared.from), reported(from)};
  dialect::ComparedForm b{std::move(compared.to), reported(to)};
  dialect::keep_spelling(a, b);
  compared.from = std::move(a.form);
  compared.to = std::move(b.form);
  return compared;
}

}  // namespace dbmig::project
