#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

/// A database's schema translated for another one.
struct Translation {
  schema::Schema tables;  ///< only tables
  schema::Schema rest;    ///< created after the rows: views, triggers, routines
  /// What the other database cannot have, and why: "view 'v': its SQL is written for SQLite".
  std::vector<std::string> left_out;
  std::vector<std::string> left_out_tables;
};

/// `schema`, as `from` reported it, for `to`. Unchanged if both are the same kind of database. Keys
/// that SQLite numbers are AUTO_INCREMENT on MariaDB; FLOAT becomes DOUBLE, which keeps the digits
/// that SQLite does; text in keys gets a length, and the collation that distinguishes what SQLite
/// does; checks, defaults and generated columns are translated (dialect/two_meanings.hpp). Features
/// that only `from` has are removed (transfer/one_sided.hpp).
Translation translate(const schema::Schema& schema, DialectKind from, DialectKind to);

}  // namespace dbmig::transfer
