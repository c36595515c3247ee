#include "run/requirements.hpp"

#include <fmt/core.h>

#include "base/text.hpp"
#include "dialect/sql_forms.hpp"
#include "run/variables.hpp"

namespace dbmig::run {
namespace {

/// The requirement's query without its final semicolon.
std::string bare_query(const history::Requirement& requirement, const dialect::Dialect& dialect,
                       const dialect::Variables& variables) {
  const std::vector<std::string> statements =
      dialect.split_statements(requirement.sql.for_dialect(dialect.kind()));
  if (statements.size() > 1) {
    throw Error(ErrorCode::invalid, "'require' has more than one statement")
        .at(requirement.where)
        .hint("write a list of queries");
  }
  return statements.empty() ? std::string()
                            : dialect::with_values(dialect, statements.front(), variables);
}

std::string what_is_required(const history::Requirement& requirement,
                             const dialect::Dialect& dialect) {
  if (!requirement.message.empty()) return requirement.message;
  return std::string(text::trim(requirement.sql.for_dialect(dialect.kind())));
}

/// A comment at the end of the query must not comment out what follows it.
std::string as_condition(const std::string& query) {
  return "(" + query + "\n)";
}

}  // namespace

void refuse_requirements(backend::Connection& connection, const history::Revision& revision,
                         const dialect::Variables& variables) {
  const dialect::Dialect& dialect = connection.dialect();
  std::vector<Diagnostic> broken;
  for (const history::Requirement& requirement : revision.requirements) {
    const std::string query = bare_query(requirement, dialect, variables);
    if (query.empty()) continue;
    const std::string& shown = requirement.sql.for_dialect(dialect.kind());
    try {
      // MariaDB rejects several values; SQLite silently takes the first.
      if (connection.query(query).rows.size() > 1) {
        throw Error(ErrorCode::failed, "the query returns more than one row");
      }
      const backend::Rows rows = connection.query(
          fmt::format("SELECT CASE WHEN {} THEN 1 ELSE 0 END", as_condition(query)));
      if (rows.rows.at(0).at(0).value_or("0") != "0") continue;
    } catch (const Error& error) {
      if (error.code() == ErrorCode::connection || error.code() == ErrorCode::interrupted) throw;
      throw Error(ErrorCode::failed,
                  fmt::format("the `require` query of revision {} failed: {}", revision.id,
                              dialect::without_values(dialect, error.message(), shown, variables)))
          .at(requirement.where)
          .hint("the query must return one value, with the schema before the revision")
          .sql(shown);
    }
    broken.push_back(
        {requirement.where,
         fmt::format("revision {} cannot run on this database, because it requires: {}",
                     revision.id, what_is_required(requirement, dialect)),
         "make the query of its `require` true, then run the command again"});
  }
  if (!broken.empty()) throw Error(ErrorCode::refused, std::move(broken));
}

void refuse_requirements(backend::Connection& connection, const PlannedRevision& planned,
                         const RunOptions& options) {
  if (!options.requirements || planned.direction == Direction::downgrade) return;
  refuse_requirements(connection, planned.revision, options.variables);
}

std::vector<std::string> requirement_guard(const history::Requirement& requirement,
                                           const dialect::Dialect& dialect,
                                           const dialect::Variables& variables) {
  const std::string query = bare_query(requirement, dialect, variables);
  if (query.empty()) return {};
  return dialect::sql_forms(dialect.kind())
      .fail_unless(as_condition(query),
                   "dbmig: required: " + what_is_required(requirement, dialect));
}

}  // namespace dbmig::run
