#pragma once

#include <string>

#include "backend/backend.hpp"
#include "dialect/variables.hpp"
#include "run/run_plan.hpp"

namespace dbmig::run {

/// Executes one statement of a revision with the values of its variables, see
/// dialect/variables.hpp. Values are inserted only here: plans, logs, journals and errors show
/// placeholders.
void send_with_values(backend::Connection& connection, const std::string& sql,
                      const dialect::Variables& variables);

/// Returns the rows of such a query.
backend::Rows query_with_values(backend::Connection& connection, const std::string& sql,
                                const dialect::Variables& variables);

/// Connection::fingerprint() of such a statement.
std::string fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                    const dialect::Variables& variables);
/// The same for only the tables of a DDL statement, see statement_tables.hpp; begins with
/// kOfTables.
std::string table_fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                          const dialect::Variables& variables);

/// Throws Error{invalid}, before anything runs, with the position of every variable in the plain
/// SQL of `run_plan` that has no value in `variables` or is misspelled.
void refuse_unset_variables(const RunPlan& run_plan, const history::Graph& graph, DialectKind kind,
                            const dialect::Variables& variables);

}  // namespace dbmig::run
