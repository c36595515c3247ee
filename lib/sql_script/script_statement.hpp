#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "dialect/script.hpp"

namespace dbmig::sql_script {

/// What to do with a statement of a script that is to make a schema, and nothing but that.
enum class ScriptAction {
  run,
  skip,       ///< rows, transactions, questions: no part of a schema
  skip_told,  ///< outside the schema too, but worth a message: rights, users
  use,        ///< names the script's own database
  refuse,     ///< reaches out of the database, or its effect cannot be foreseen
};

/// How a statement begins.
struct ScriptHead {
  ScriptAction action = ScriptAction::refuse;
  std::string verb;       ///< "create"
  std::string section;    ///< of the object made: "tables", "views", "triggers", "procedures"…
  std::string qualifier;  ///< the database before the object's name
  std::string name;
  std::vector<dialect::ScriptWord> words;
};

/// `sql` is one statement.
ScriptHead script_head(DialectKind kind, std::string_view sql);

/// Whether word `i` is there and is `sign`, not a name in quotes.
bool is_sign(const std::vector<dialect::ScriptWord>& words, std::size_t i, std::string_view sign);

/// MariaDB: `sql` with the qualifier `database` taken off the names of its objects.
std::string without_qualifier(std::string_view sql, const std::vector<dialect::ScriptWord>& words,
                              std::string_view database);

/// MariaDB: the database, other than `database`, in which a statement that makes, changes or drops
/// objects has one; empty when all are in the current one.
std::string foreign_database(const ScriptHead& head, std::string_view database);

/// The other database that an event works on, which the server may run at once; empty when none.
std::string database_of_event(const ScriptHead& head, std::string_view database);

}  // namespace dbmig::sql_script
