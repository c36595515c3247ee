#include "backend/sqlite/bulk_command.hpp"

#include <sqlite3.h>

#include "backend/sqlite/error.hpp"
#include "backend/sqlite/statement.hpp"

namespace dbmig::backend::sqlite {

Command::Command(sqlite3* database, const std::string& sql) : database_(database) {
  const int result = sqlite3_prepare_v3(database, sql.c_str(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &statement_, nullptr);
  if (result != SQLITE_OK) throw last_error(database, sql);
}

Command::~Command() {
  sqlite3_finalize(statement_);
}

int Command::run() {
  const int result = sqlite3_step(statement_);
  const int failure = result == SQLITE_DONE ? SQLITE_DONE : sqlite3_extended_errcode(database_);
  if (failure != SQLITE_DONE) message_ = sqlite3_errmsg(database_);
  sqlite3_reset(statement_);
  return failure;
}

int Command::run(const Cell* cells, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    // Without a copy: the batch outlives the run.
    const int result = bind_cell(statement_, static_cast<int>(i) + 1, cells[i], false);
    if (result == SQLITE_OK) continue;
    if (!is_fault_of_row(result)) throw last_error(database_, {});
    message_ = sqlite3_errmsg(database_);
    return result;
  }
  return run();
}

AllOrNothing::AllOrNothing(sqlite3* database)
    : savepoint_(database, "SAVEPOINT dbmig_rows"),
      rollback_(database, "ROLLBACK TO dbmig_rows"),
      release_(database, "RELEASE dbmig_rows") {}

void AllOrNothing::check(Command& command) {
  const int result = command.run();
  if (result != SQLITE_DONE) throw translate(result, command.message(), {});
}

void AllOrNothing::end(int result) {
  if (result == SQLITE_DONE) {
    check(release_);
  } else {
    // Both fail if SQLite has ended the transaction.
    rollback_.run();
    release_.run();
  }
}

bool is_fault_of_row(int code) {
  const int primary = code & 0xFF;
  return primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG;
}

}  // namespace dbmig::backend::sqlite
