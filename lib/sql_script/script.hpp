#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "base/error.hpp"
#include "base/event.hpp"

namespace dbmig::sql_script {

/// A file of SQL statements.
struct Script {
  std::string name;  ///< as it stands in messages
  std::string text;
};

/// Where each object is made: {"tables", "customer"} → its CREATE statement.
using Places = std::map<std::vector<std::string>, SourcePosition>;

struct ScriptSchema {
  backend::Inspection inspection;
  Places places;
};

struct ScriptOptions {
  /// Tables may refer to others that stand elsewhere. Else it is for the script to switch MariaDB's
  /// foreign_key_checks off, as dumps do.
  bool is_part = false;
};

/// The schema that `scripts`, one after the other, make in `scratch`, which must be empty.
///
/// Statements that make, change and drop objects run, and those that set how the session reads
/// them. Rows are not loaded, and what does not belong to a schema (rights, transactions and locks
/// on MariaDB, what only asks) is passed over. Nothing leaves the scratch database: USE and CREATE
/// DATABASE name the database that the script is about, and names of its objects may be qualified
/// with it.
///
/// Throws Error with the statement's place and the server's words for one that fails, and
/// Error{invalid} for one that would reach out (another database, CALL, PREPARE, ATTACH…), for a
/// script about two databases, and for an object that two scripts make.
ScriptSchema read_scripts(backend::Scratch& scratch, const std::vector<Script>& scripts,
                          const ScriptOptions& options, EventSink& events);

}  // namespace dbmig::sql_script
