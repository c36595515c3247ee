#pragma once

#include <string>
#include <vector>

#include "ops/operation.hpp"

namespace dbmig::ops {

/// The name that the foreign key `key` of table `from` has when the table is called `to`: names
/// that MariaDB gives, `<table>_ibfk_<n>`, go with their table, others stay. MariaDB renames them
/// by itself up to 12.0 (RENAME_CONSTRAINT_IDS in InnoDB's row0mysql.cc); the planners do it where
/// the database does not.
std::string foreign_key_name(const std::string& key, const std::string& from,
                             const std::string& to);

/// Gives a table another name everywhere: foreign keys that refer to it or are named after it, its
/// triggers, and SQL text that reads or writes it. The table must be there and the name free.
void rename_table(schema::Schema& schema, const std::string& from, const std::string& to);

/// Gives a column another name everywhere: its table's keys, indexes, checks and generated columns,
/// foreign keys of other tables that refer to it, and triggers and views, where it is certain that
/// the name means this column (qualified by its table, an alias of it, NEW or OLD; or bare when no
/// other table in that text has a column of the name).
void rename_column(schema::Schema& schema, const std::string& table, const std::string& from,
                   const std::string& to);

/// The operations that put back the SQL text of `want`, where `got` differs from it in nothing
/// else: renaming there and back need not give the same spelling.
std::vector<Operation> restore_text(const schema::Schema& got, const schema::Schema& want);

}  // namespace dbmig::ops
