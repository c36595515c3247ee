#include "run/journal.hpp"

#include "run/patience.hpp"
#include "run/plain_sql.hpp"

namespace dbmig::run {

void Journal::send(const dialect::Statement& statement) {
  context_.events.on(event::Statement{statement.sql});
  if (statement.is_data && takes_part_in_transactions(context_.connection, statement.sql)) {
    patiently(context_, [&] { send_in_transaction(statement); });
  } else {
    send_alone(statement);
  }
}

/// The rows and the entry that says so commit together: they take effect exactly once.
void Journal::send_in_transaction(const dialect::Statement& statement) {
  AppliedRevision row = row_;
  ++row.statements_done;
  context_.connection.begin();
  try {
    context_.connection.execute(statement.sql);
    context_.store.update_progress(row);
  } catch (const Error&) {
    context_.connection.rollback();
    throw;
  }
  commit(std::move(row));
}

void Journal::send_alone(const dialect::Statement& statement) {
  AppliedRevision row = row_;
  row.statement = statement.sql;
  row.fingerprint = context_.connection.fingerprint(statement.sql);
  context_.store.update_progress(row);
  try {
    patiently(context_, [&] { context_.connection.execute(statement.sql); });
  } catch (const Error& error) {
    // An answer from the server means that the statement did not take effect. Without one the
    // intent stays written, and the next run looks for itself.
    if (error.code() != ErrorCode::connection) context_.store.update_progress(row_);
    throw;
  }
  row.statement.clear();
  row.fingerprint.clear();
  ++row.statements_done;
  // Known here even when it cannot be written down: what takes it back must take back this, too.
  row_ = std::move(row);
  context_.store.update_progress(row_);
}

void Journal::commit(AppliedRevision row) {
  try {
    context_.connection.commit();
  } catch (const Error& error) {
    context_.connection.rollback();
    if (error.code() == ErrorCode::connection) throw;
    // The rows and their entry are there together or not at all: the entry tells.
    if (const auto now = context_.store.find(row_.id)) row_ = *now;
    throw;
  }
  row_ = std::move(row);
}

void Journal::run(std::span<const dialect::Statement> statements) {
  while (row_.statements_done < statements.size()) {
    if (context_.options.stop != nullptr && *context_.options.stop) {
      throw Error(ErrorCode::interrupted, "interrupted");
    }
    send(statements[row_.statements_done]);
  }
}

}  // namespace dbmig::run
