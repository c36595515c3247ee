#pragma once

#include <span>
#include <string_view>

#include "run/apply.hpp"

namespace dbmig::run {

/// Throws Error{invalid} with the place of the first of `planned`'s executes that holds a statement
/// which no revision may (dialect::Dialect::sql_refusal). Asks no database.
void refuse_plain_sql(const PlannedRevision& planned, const dialect::Dialect& dialect);

/// The same of every revision that `run_plan` leads over, before any of them runs.
void refuse_plain_sql(const RunPlan& run_plan, const history::Graph& graph,
                      const dialect::Dialect& dialect);

/// Whether `sql`, a data statement on MariaDB, can end the transaction that it runs in: what it
/// calls or prepares is not known here.
bool may_end_transaction(std::string_view sql);

/// MariaDB: whether all tables that `sql`, a data statement, names are of engines with
/// transactions. What a MyISAM or Aria table took in is not rolled back.
bool takes_part_in_transactions(backend::Connection& connection, std::string_view sql);

/// Runs the SETs among `done`, statements of an earlier connection, again: `foreign_key_checks` and
/// their like went with it, and the statements that follow count on them. A variable that was
/// computed may come out otherwise, which an event says.
void restore_settings(const ApplyContext& context, std::span<const dialect::Statement> done);

}  // namespace dbmig::run
