#include "run/journal.hpp"

#include "base/hash.hpp"
#include "run/plain_sql.hpp"
#include "run/retry.hpp"
#include "run/variables.hpp"

namespace dbmig::run {
namespace {

constexpr const char* kMark = "dbmig_statement";

}  // namespace

std::string statement_hash(const std::string& sql) {
  constexpr std::size_t kDigits = 16;
  return sha256_hex(sql).substr(0, kDigits);
}

void Journal::send(const dialect::Statement& statement) {
  context_.events.on(event::Statement{statement.sql});
  // The fingerprint needs the names with the values of variables in them.
  const std::string text = dialect::with_values(context_.connection.dialect(), statement.sql,
                                                context_.options.variables);
  if (statement.is_data && takes_part_in_transactions(context_.connection, text)) {
    with_retries(context_, [&] { send_in_transaction(statement); });
  } else {
    send_alone(statement);
  }
}

/// The rows and the entry about them are committed together, so they take effect exactly once.
void Journal::send_in_transaction(const dialect::Statement& statement) {
  AppliedRevision row = row_;
  ++row.statements_done;
  row.statement_hashes.push_back(statement_hash(statement.sql));
  bool ended = false;
  context_.store.flush();
  context_.connection.begin();
  try {
    const bool watched = may_end_transaction(statement.sql);
    if (watched) context_.connection.savepoint(kMark);
    send_with_values(context_.connection, statement.sql, context_.options.variables);
    ended = !context_.connection.in_transaction() || (watched && !still_marked());
    // The rows are there in any case: this must be recorded, or the next run would insert them
    // twice.
    context_.store.update_progress(row);
  } catch (...) {
    context_.connection.rollback();
    throw;
  }
  commit(std::move(row));
  const bool left_open = close_transaction();
  if (ended || left_open) refuse_ending(statement, left_open);
}

/// Whether this is still the transaction in which the mark was set.
bool Journal::still_marked() {
  constexpr int kNoSavepoint = 1305;
  try {
    context_.connection.release_savepoint(kMark);
    return true;
  } catch (const Error& error) {
    if (error.native_code() != kNoSavepoint) throw;
    return false;
  }
}

/// Ends a transaction that a statement left open; false if there was none.
bool Journal::close_transaction() {
  if (!context_.connection.in_transaction()) return false;
  context_.connection.rollback();
  context_.connection.execute("SET SESSION autocommit = 1");
  return true;
}

void Journal::refuse_ending(const dialect::Statement& statement, bool left_open) {
  throw Error(ErrorCode::failed,
              left_open
                  ? "the statement left a transaction open, or autocommit off; what it had not "
                    "committed is rolled back"
                  : "the statement, or what it calls, committed by itself: it has run, but a "
                    "failure in it would have left some of its changes")
      .hint(
          "leave transactions to the upgrade; the next `dbmig upgrade` continues after this "
          "statement")
      .sql(statement.sql);
}

void Journal::send_alone(const dialect::Statement& statement) {
  AppliedRevision row = row_;
  row.statement = statement.sql;
  // DDL names its tables itself; asking the server about every word would take as long as the
  // statement.
  row.fingerprint =
      statement.is_data
          ? fingerprint_with_values(context_.connection, statement.sql, context_.options.variables)
          : table_fingerprint_with_values(context_.connection, statement.sql,
                                          context_.options.variables);
  context_.store.update_progress(row);
  try {
    with_retries(context_, [&] {
      send_with_values(context_.connection, statement.sql, context_.options.variables);
    });
  } catch (const Error& error) {
    // If the server answered with an error, the statement did not take effect. Without an answer
    // the intent stays recorded, and the next run inspects the database.
    if (error.code() != ErrorCode::connection) context_.store.update_progress(row_);
    throw;
  }
  row.statement.clear();
  row.fingerprint.clear();
  ++row.statements_done;
  row.statement_hashes.push_back(statement_hash(statement.sql));
  // Kept here even if it cannot be written: an undo must include this statement.
  const bool left_open = close_transaction();
  row_ = std::move(row);
  // The effect of known DDL can be seen in the database, so its completion is written together with
  // the next entry.
  if (statement.is_data || left_open) {
    context_.store.update_progress(row_);
  } else {
    context_.store.update_later(row_);
  }
  if (left_open) refuse_ending(statement, left_open);
}

void Journal::commit(AppliedRevision row) {
  try {
    context_.connection.commit();
  } catch (const Error& error) {
    context_.connection.rollback();
    if (error.code() == ErrorCode::connection) throw;
    // The rows and their entry were committed together or not at all; read the entry to find out.
    if (const auto now = context_.store.find(row_.id)) row_ = *now;
    throw;
  }
  row_ = std::move(row);
}

void Journal::run(std::span<const dialect::Statement> statements) {
  while (row_.statements_done < statements.size()) {
    at_ = row_.statements_done;
    if (context_.options.stop != nullptr && *context_.options.stop) {
      throw Error(ErrorCode::interrupted, "interrupted");
    }
    send(statements[at_]);
  }
}

}  // namespace dbmig::run
