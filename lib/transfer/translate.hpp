#pragma once

#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::transfer {

/// A database's schema translated for another one.
struct Translation {
  schema::Schema tables;  ///< tables alone
  schema::Schema rest;    ///< what comes when the rows are there: views, triggers, routines
  /// What the other database cannot have, and why: "view 'v': its SQL is SQLite's".
  std::vector<std::string> left_out;
  std::vector<std::string> left_out_tables;
};

/// `schema` as `from` reported it, for `to`. On one kind of database it stays as it is. Keys that
/// SQLite fills by itself are numbered by MariaDB, too; FLOAT becomes DOUBLE, which keeps the
/// digits that SQLite does; text in keys gets a length, and the collation that tells apart what
/// SQLite does; checks, defaults and generated columns are worded
/// for it (dialect/two_meanings.hpp). Parts of tables that only `from` has are left out
/// (transfer/one_sided.hpp).
Translation translate(const schema::Schema& schema, DialectKind from, DialectKind to);

}  // namespace dbmig::transfer
