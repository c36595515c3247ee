#pragma once

#include <cstddef>
#include <cstdint>

#include "base/dialect_kind.hpp"

namespace dbmig::dialect {

/// What a database can do and how it behaves, where the two differ. Modules above ask for the
/// property that they depend on, not for the name of the database.
struct Capabilities {
  /// Databases stand on a server that others use too, and sessions work beside each other;
  /// otherwise each is a file.
  bool is_server;
  /// DDL can be rolled back, as Dialect::transactional_ddl says.
  bool transactional_ddl;
  /// Rows can be locked by a query: SELECT … FOR UPDATE.
  bool row_locks;
  /// The numbers that a table counts on by itself go back with the rows of a transaction.
  bool counters_roll_back;
  /// Several connections can write into one table at once.
  bool parallel_writers;
  /// A commit that was refused because others read can be tried again: the transaction is still
  /// open. Otherwise it was rolled back.
  bool commit_can_be_retried;
  /// The server says what an ALTER TABLE would cost and block: ALGORITHM, LOCK.
  bool tells_alter_costs;
  /// Expressions, queries and bodies are kept in the database's own words, not as they were sent.
  bool rewrites_sql;
  /// CREATE VIEW fails where a table or column in it is missing.
  bool resolves_views;
  /// A connection can leave triggers alone, as Connection::fire_triggers says.
  bool triggers_can_be_off;
  /// A BEFORE INSERT trigger can give its row other values, before NOT NULL is checked.
  bool triggers_set_values;
  /// A default is first read when a row needs it, so that CREATE TABLE takes a broken one.
  bool late_defaults;
  /// Databases, tables and columns have a character set.
  bool charsets;
  /// A table can keep the old versions of its rows: WITH SYSTEM VERSIONING.
  bool row_history;
  /// A table can belong to a module: CREATE VIRTUAL TABLE.
  bool virtual_tables;
  /// A column keeps values of other types as they are. Source:
  /// https://www.sqlite.org/flextypegood.html
  bool flexible_typing;
  /// DEFAULT can stand for a value of a row that is inserted.
  bool default_as_value;
};

const Capabilities& capabilities(DialectKind kind);

/// Which values the portable types take.
struct TypeRanges {
  int integer_bytes;           ///< of `integer`
  std::uint64_t max_unsigned;  ///< largest whole number that stays exact, without a sign
  int max_bits;                ///< of BIT
  std::size_t max_text_bytes;  ///< of TEXT and BLOB; 0: no limit
  int default_length;          ///< of CHAR and BINARY that name none; 0: any
  int min_boolean;             ///< BOOLEAN from here
  int max_boolean;             ///< to here
  bool exact_decimals;         ///< DECIMAL is exact, and has 10 digits where it names none
  bool short_floats;           ///< FLOAT has four bytes, not eight
  bool any_fraction;           ///< times that name no precision keep all digits of a second
  bool bounded_timestamps;     ///< TIMESTAMP begins in 1970
  bool zoned_timestamps;       ///< TIMESTAMP is a moment, written in the session's time zone
  bool zero_dates;             ///< 0000-00-00 is a date, if the session's sql_mode says so
  bool geometry;               ///< geometries are values of their own, not texts
};

const TypeRanges& type_ranges(DialectKind kind);

}  // namespace dbmig::dialect
