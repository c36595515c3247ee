#pragma once

#include <functional>
#include <set>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/definitions.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

// The server's spelling of SQL: MariaDB rewrites the texts that it is given. dbmig does not need to
// understand the rewriting: right after a revision has created an object, the server's spelling is
// recorded in the table `dbmig_definitions`, with a hash of the declared text. An object is
// unchanged if its declared text still has that hash and the server still shows the recorded
// spelling. If nothing is recorded, both texts are created in a scratch database and compared.
// SQLite keeps texts as they are and needs none of this.

/// Returns `schema` with the texts at `keys` in a server's spelling, from a scratch database. Text
/// that the server rejects stays unchanged.
using AskSpelling = std::function<schema::Schema(const schema::Schema& schema,
                                                 const std::set<dialect::DefinitionKey>& keys)>;

/// The places whose texts differ in their tokens between the two schemas, except for what
/// `expected` leaves open. Both are as written or as inspected.
std::set<dialect::DefinitionKey> unlike_definitions(const schema::Schema& expected,
                                                    const schema::Schema& live);

/// Those of `keys` (places with differing tokens in `a` and `b`) that a server spells identically,
/// each created with the tables of `a`. Both schemas are as written or as inspected.
std::set<dialect::DefinitionKey> spelled_alike(const schema::Schema& a, const schema::Schema& b,
                                               std::set<dialect::DefinitionKey> keys,
                                               const AskSpelling& ask);

/// dialect::equivalent() for `dialects` (empty: both), where texts that a MariaDB server spells
/// identically also count as equal, if they are equal on SQLite or SQLite is not among the
/// dialects.
schema::Schema equivalent(const schema::Schema& before, schema::Schema wanted,
                          const std::vector<DialectKind>& dialects, const AskSpelling& ask);

/// What the texts of a database are compared with.
struct SpellingSources {
  /// Whether the database may have a record of `expected`.
  bool recorded = true;
  /// May be empty: then no server is asked.
  AskSpelling ask = {};
};

/// Returns the inspected schema `live` with the texts of `expected` in place of those that are only
/// the server's spelling of them, and with the events whose time is past (past_events.hpp).
schema::Schema with_expected_spelling(backend::Connection& connection,
                                      const schema::Schema& expected, schema::Schema live,
                                      const SpellingSources& sources);

}  // namespace dbmig::run
