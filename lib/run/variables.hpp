#pragma once

#include <string>

#include "backend/backend.hpp"
#include "dialect/variables.hpp"
#include "run/run_plan.hpp"

namespace dbmig::run {

/// Sends one statement of a revision with the values of its variables, see dialect/variables.hpp.
/// They are put in here and nowhere before: plans, logs, journals and errors show placeholders.
void send_with_values(backend::Connection& connection, const std::string& sql,
                      const dialect::Variables& variables);

/// The rows of such a query.
backend::Rows query_with_values(backend::Connection& connection, const std::string& sql,
                                const dialect::Variables& variables);

/// Connection::fingerprint() of such a statement.
std::string fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                    const dialect::Variables& variables);
/// The same of the tables alone that a statement of DDL is about, see statement_tables.hpp; it
/// begins with kOfTables.
std::string table_fingerprint_with_values(backend::Connection& connection, const std::string& sql,
                                          const dialect::Variables& variables);

/// Throws Error{invalid} with the place of every variable that the plain SQL of `run_plan` needs
/// and `variables` lack, and of every one that is not written as it should be. Before anything
/// runs.
void refuse_unset_variables(const RunPlan& run_plan, const history::Graph& graph, DialectKind kind,
                            const dialect::Variables& variables);

}  // namespace dbmig::run
