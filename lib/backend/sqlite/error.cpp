#include "backend/sqlite/error.hpp"

#include <fmt/core.h>
#include <sqlite3.h>

#include "base/text.hpp"
#include "dialect/sqlite/rebuild.hpp"

namespace dbmig::backend::sqlite {
namespace {

struct Meaning {
  ErrorCode code = ErrorCode::failed;
  std::string hint;
};

Meaning of_constraint(int code) {
  switch (code) {
    case SQLITE_CONSTRAINT_NOTNULL:
      return {ErrorCode::constraint,
              "fill the rows that hold NULL first, or give the column a default; a generated one "
              "needs an expression that has a value for each row"};
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorCode::constraint, "remove the duplicate rows"};
    case SQLITE_CONSTRAINT_CHECK:
      return {ErrorCode::constraint, "correct the rows that violate the check"};
    case SQLITE_CONSTRAINT_FOREIGNKEY:
      return {ErrorCode::constraint,
              "insert the parent rows first, or remove the rows without a parent"};
    case SQLITE_CONSTRAINT_DATATYPE:
      return {ErrorCode::constraint, "the table is STRICT: convert the values first"};
    default:
      return {ErrorCode::constraint, {}};
  }
}

Meaning of_general(std::string_view message) {
  if (message.find("error in view") != std::string_view::npos ||
      message.find("error in trigger") != std::string_view::npos) {
    return {ErrorCode::failed, "drop it before the change, or correct it first"};
  }
  if (message.find("foreign key mismatch") != std::string_view::npos) {
    return {ErrorCode::failed,
            "the columns that a foreign key refers to must be a primary key or unique"};
  }
  return {};
}

Meaning meaning(int code, std::string_view message) {
  switch (code & 0xFF) {
    case SQLITE_CONSTRAINT:
      return of_constraint(code);
    case SQLITE_MISMATCH:
      return {ErrorCode::constraint, "an INTEGER PRIMARY KEY can hold only whole numbers"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorCode::busy,
              "another process is reading it or writing to it; try again when it has finished"};
    case SQLITE_FULL:
      // SQLite says the same of both.
      return {ErrorCode::io,
              "make room on the disk and try again; nothing was changed (if there is room: an "
              "AUTOINCREMENT table that has used the number 9223372036854775807 can number no more "
              "rows)"};
    case SQLITE_READONLY:
      return {ErrorCode::access,
              "the file and its folder must be writable for the user who runs this"};
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorCode::access, "check the rights of the file and its folder"};
    case SQLITE_CANTOPEN:
      return {ErrorCode::connection, "check that the folder exists and may be read and written"};
    case SQLITE_NOTADB:
      return {ErrorCode::connection,
              "the file is not a SQLite database, or is encrypted; check the path in the URL"};
    case SQLITE_CORRUPT:
      return {ErrorCode::io, "run 'PRAGMA integrity_check' and restore the file from a backup"};
    case SQLITE_IOERR:
      return {ErrorCode::io, "check the disk"};
    case SQLITE_NOMEM:
      return {ErrorCode::failed, "close other programs and try again"};
    case SQLITE_TOOBIG:
      return {ErrorCode::invalid, "the statement or value is longer than SQLite allows"};
    case SQLITE_INTERRUPT:
      return {ErrorCode::interrupted, {}};
    default:
      return of_general(message);
  }
}

}  // namespace

Error translate(int code, std::string_view message, std::string_view sql) {
  // A rebuild's table is the user's own by another name.
  std::string readable =
      text::replace_all(std::string(message), std::string(dialect::sqlite::kRebuildPrefix), "");
  Meaning found = meaning(code, message);
  Error error(found.code, std::move(readable));
  error = std::move(error).native(code).sql(std::string(sql));
  return found.hint.empty() ? error : std::move(error).hint(std::move(found.hint));
}

Error last_error(sqlite3* database, std::string_view sql) {
  const int code = sqlite3_extended_errcode(database);
  return translate(code, sqlite3_errmsg(database), sql);
}

}  // namespace dbmig::backend::sqlite
