#include "run/offline.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/dialect.hpp"
#include "run/apply.hpp"

namespace dbmig::run {
namespace {

/// One transaction where the database has such a thing for DDL. Rebuilt tables must not take their
/// children with them.
std::string begin_script(const dialect::Dialect& dialect) {
  return dialect.transactional_ddl() ? "PRAGMA foreign_keys = OFF;\nBEGIN IMMEDIATE;\n\n" : "";
}
std::string end_script(const dialect::Dialect& dialect) {
  return dialect.transactional_ddl() ? "COMMIT;\nPRAGMA foreign_keys = ON;\n" : "";
}

}  // namespace

std::string for_client(const std::string& sql, DialectKind kind) {
  const bool has_body = sql.find(';') != std::string::npos;
  if (kind == DialectKind::mariadb && has_body) {
    return fmt::format("DELIMITER $$\n{}$$\nDELIMITER ;\n", sql);
  }
  return sql + ";\n";
}

std::string offline_script(const history::Graph& graph, DialectKind kind, Direction direction,
                           const std::set<std::string>& applied,
                           const std::set<std::string>& targets) {
  const dialect::Dialect& dialect = dialect::dialect(kind);
  std::string script = begin_script(dialect);
  if (applied.empty()) script += for_client(RevisionStore::create_statement(kind), kind) + '\n';
  Route route(direction, graph, graph.ancestors(applied), targets);
  while (const std::optional<Route::Stop> stop = route.next()) {
    PlannedRevision planned;
    planned.direction = direction;
    planned.revision = *stop->revision;
    planned.operations = stop->operations;
    if (direction == Direction::downgrade) fill_gaps(planned, route.before(), kind);
    planned.statements = dialect.plan(route.before(), planned.operations, {});
    script += fmt::format("-- {}\n\n", text::replace_all(running_line(planned), "\n", " "));
    for (const dialect::Statement& statement : planned.statements) {
      script += for_client(statement.sql, kind) + '\n';
    }
    script += for_client(direction == Direction::upgrade
                             ? RevisionStore::insert_statement(kind, complete_row(planned, 0))
                             : fmt::format("DELETE FROM {} WHERE id = {}", RevisionStore::kTable,
                                           dialect.quote_string(planned.revision.id)),
                         kind) +
              '\n';
  }
  return script + end_script(dialect);
}

std::string client_script(const dialect::Dialect& dialect,
                          std::span<const dialect::Statement> statements) {
  std::string script = begin_script(dialect);
  for (const dialect::Statement& statement : statements) {
    script += for_client(statement.sql, dialect.kind()) + '\n';
  }
  return script + end_script(dialect);
}

}  // namespace dbmig::run
