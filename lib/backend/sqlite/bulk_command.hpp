#pragma once

#include <cstddef>
#include <string>

#include "backend/bulk.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dbmig::backend::sqlite {

/// A prepared statement that returns no rows and is run many times.
class Command {
 public:
  /// `database` must outlive it. Throws Error when SQLite refuses the statement.
  Command(sqlite3* database, const std::string& sql);
  ~Command();
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  /// SQLITE_DONE, or the extended result code of the failure.
  int run();
  /// The same with these cells as parameters. Throws Error when one cannot be bound, except because
  /// it is too long.
  int run(const Cell* cells, std::size_t count);

  /// SQLite's words on the last failure.
  const std::string& message() const { return message_; }

 private:
  sqlite3* database_;
  sqlite3_stmt* statement_ = nullptr;
  std::string message_;
};

/// Lets a statement do all that it does or nothing. SQLite itself keeps what came before a refusal
/// that it did not foresee, as of a text in a column of STRICT integers, and before RAISE(FAIL).
class AllOrNothing {
 public:
  /// `database` must outlive it.
  explicit AllOrNothing(sqlite3* database);

  /// What `run`, which runs the statement, returns. Throws Error when the savepoint fails.
  template <class Run>
  int operator()(const Run& run) {
    check(savepoint_);
    const int result = run();
    end(result);
    return result;
  }

 private:
  static void check(Command& command);
  void end(int result);

  Command savepoint_;
  Command rollback_;
  Command release_;
};

/// Whether the failure of that code is a row's, and other rows may go on.
bool is_fault_of_row(int code);

}  // namespace dbmig::backend::sqlite
