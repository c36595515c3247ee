#pragma once

#include <cstdint>
#include <string>

#include "schema/table.hpp"

namespace dbmig::test {

/// What random schemas are made of. Everything is portable: it holds on SQLite and on MariaDB.
struct RandomOptions {
  int max_tables = 5;
  int max_columns = 8;
  /// Names with blanks, quotes, percent signs, keywords, other alphabets…
  bool odd_names = true;
  bool checks = true;
  bool foreign_keys = true;
  /// Defaults that are SQL expressions.
  bool sql_defaults = true;
  bool generated_columns = false;
  bool views = false;
  bool triggers = false;
  /// mutate(): new columns may stand anywhere, and columns may move.
  bool reorder_columns = false;
  /// What only SQLite has: STRICT, WITHOUT ROWID, types it never heard of, constraints without a
  /// name, keys with COLLATE and DESC, partial and expression indexes, ON CONFLICT, DEFERRABLE,
  /// defaults in every spelling, virtual tables.
  bool sqlite = false;
};

/// A valid schema (schema::validate finds nothing), with all names given and normalised, that both
/// databases can build. The same for the same seed and options, on every machine.
///
/// What it has: all portable types, NOT NULL, literal and SQL defaults, autoincrement, comments,
/// single and composite primary keys, unique constraints, indexes (unique, descending), foreign
/// keys with actions, to the table itself and in cycles, checks.
schema::Schema random_schema(std::uint64_t seed, const RandomOptions& options = {});

/// Another valid schema, a few random changes away from `schema` (which random_schema or mutate
/// made): tables, columns, keys, indexes, constraints added, dropped and altered. It may happen
/// that the changes undo each other.
schema::Schema mutate(const schema::Schema& schema, std::uint64_t seed,
                      const RandomOptions& options = {});

/// For failure messages: every table with its columns, keys and constraints, in a made-up notation.
std::string describe(const schema::Schema& schema);

}  // namespace dbmig::test
