#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// How a schema was changed because a database cannot hold it as it is.
struct Fitted {
  std::vector<std::string> changed;   ///< sentences: "'t.b' is no longer computed…: why"
  std::vector<std::string> renamed;   ///< sentences: "index 'i' of table 'b' is called 'b_i'…"
  std::vector<std::string> left_out;  ///< "foreign key 'f' of table 't': why"
  std::vector<std::string> tables;    ///< tables that were left out
};

/// Changes `tables` until the database behind `target` accepts all of them: according to the
/// model's rules and the documented limits, and to the database itself, which is asked with
/// temporary tables. A column that it cannot compute becomes a plain column, rows that are too wide
/// get text of any length, index names that SQLite already has get the table's name in front;
/// anything else is removed: a default, check, key or index, and a table only if nothing else
/// helps. `there` are the tables that the target already has, to which foreign keys may refer.
/// Writes nothing.
Fitted fit_schema(schema::Schema& tables, const backend::Connection& target,
                  const schema::Schema& there);

/// Removes the foreign keys of `tables` to tables that are neither among them nor in `there`;
/// returns "foreign key 'f' of table 't': why" for each.
std::vector<std::string> drop_keys_to_nowhere(schema::Schema& tables, const schema::Schema& there);

/// Gives integer columns on both sides of a foreign key the wider of the two types, as MariaDB
/// requires equal ones; returns a sentence for each change.
std::vector<std::string> match_foreign_keys(schema::Schema& tables);

}  // namespace dbmig::transfer
