#pragma once

#include <span>
#include <string_view>

#include "run/apply.hpp"

namespace dbmig::run {

/// Throws Error{invalid}, with the position of the first execute of `planned` whose statement is
/// not allowed in a revision (dialect::Dialect::sql_refusal). Needs no database.
void refuse_plain_sql(const PlannedRevision& planned, const dialect::Dialect& dialect);

/// The same for every revision of `run_plan`, before any of them runs.
void refuse_plain_sql(const RunPlan& run_plan, const history::Graph& graph,
                      const dialect::Dialect& dialect);

/// Whether `sql`, a data statement on MariaDB, may end the transaction that it runs in: what it
/// calls or prepares is unknown.
bool may_end_transaction(std::string_view sql);

/// MariaDB: whether all tables named in `sql`, a data statement, have engines with transactions.
/// Rows inserted into a MyISAM or Aria table are not rolled back.
bool takes_part_in_transactions(backend::Connection& connection, std::string_view sql);

/// Executes the SET statements among `done`, which an earlier connection executed, again: settings
/// such as `foreign_key_checks` were lost with that connection, and later statements rely on them.
/// If the value of a variable was computed, it may differ, which an event reports.
void restore_settings(const ApplyContext& context, std::span<const dialect::Statement> done);

}  // namespace dbmig::run
