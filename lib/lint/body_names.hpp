#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

// Internal to this module: the names of tables and columns in a body that MariaDB stores unread.

namespace dbmig::lint {

/// What the statements of a stored program name for certain. What may be a variable, a cursor, a
/// query with a name, a table of another database or part of a text is left out.
struct BodyNames {
  /// Tables without a database, as they are written.
  std::set<std::string> tables;
  /// Columns with the table, as both are written, that their place or their qualifier says.
  std::set<std::pair<std::string, std::string>> columns;
  /// Tables that the body makes, temporary ones as well; lower case.
  std::set<std::string> made;
};

/// Of `sql`, everything behind the name of a procedure, function, event or trigger of MariaDB.
BodyNames names_in_body(std::string_view sql);

}  // namespace dbmig::lint
