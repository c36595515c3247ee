#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// What becomes of a schema that a database cannot hold as it is.
struct Fitted {
  std::vector<std::string> changed;   ///< sentences: "'t.b' is no longer computed…: why"
  std::vector<std::string> renamed;   ///< sentences: "index 'i' of table 'b' is called 'b_i'…"
  std::vector<std::string> left_out;  ///< "foreign key 'f' of table 't': why"
  std::vector<std::string> tables;    ///< left out whole
};

/// Changes `tables` until the database behind `target` takes all of them: as the rules of a model
/// and documented limits say, and as the database itself answers when it is asked with temporary
/// tables. What it cannot compute becomes a plain column, rows that are too wide get text of any
/// length, names of indexes that SQLite knows already get their table's before them; what is left
/// goes: a default, check, key or index, and a table only when nothing else helps. `there` are the
/// tables that the target has already, to which foreign keys may lead. Writes nothing.
Fitted fit_schema(schema::Schema& tables, const backend::Connection& target,
                  const schema::Schema& there);

/// Takes out the foreign keys of `tables` to tables that are neither among them nor in `there`;
/// "foreign key 'f' of table 't': why" for each.
std::vector<std::string> drop_keys_to_nowhere(schema::Schema& tables, const schema::Schema& there);

/// Columns of whole numbers on both sides of a foreign key get the wider type of the two, which
/// MariaDB wants to be one; returns a sentence for each that changes.
std::vector<std::string> match_foreign_keys(schema::Schema& tables);

}  // namespace dbmig::transfer
