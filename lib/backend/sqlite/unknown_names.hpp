#pragma once

#include "base/error.hpp"

struct sqlite3;

namespace dbmig::backend::sqlite {

/// Functions, collations and modules that an application brings to its database and that dbmig does
/// not have. SQLite cannot as much as rename another table without them, because ALTER TABLE reads
/// the whole schema.
///
/// In a scratch database that builds what is known already (`invent`), they are made up: a function
/// gives a number other than 0 that depends on its arguments, so that checks hold and keys differ;
/// a collation compares bytes. In every other case a name is only put in the place of one that an
/// object of the database has, and computes nothing: a function fails when it is called, and a
/// collation interrupts the statement that compares by it.
class UnknownNames {
 public:
  /// `database` outlives it.
  explicit UnknownNames(sqlite3* database) : database_(database) {}

  void invent(bool on) { invents_ = on; }
  /// Puts something in the place of the name that `error` says is missing. False when it says no
  /// such thing, or none that may be stood in for: the error is then the answer.
  bool backfill_value(const Error& error);

 private:
  bool substitute_function(const std::string& name);
  bool substitute_collation(const std::string& name);
  bool substitute_module(const std::string& name);

  sqlite3* database_;
  bool invents_ = false;
};

}  // namespace dbmig::backend::sqlite
