#pragma once

#include <functional>
#include <set>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/wording.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

// How MariaDB words the SQL that it was told. Nobody has to understand its rewriting: what the
// server says of an object is recorded right after a revision has made it, in the table
// `dbmig_definitions`, with a hash of what was told. An object whose text is still that one, and of
// which the server still says the same, is unchanged. Where nothing is recorded, a scratch database
// is made of both texts and asked. SQLite keeps texts as they are and needs none of this.

/// `schema` with the texts at `keys` as a server words them, built from it on a scratch database.
/// Text that the server rejects stays as it is.
using AskWords = std::function<schema::Schema(const schema::Schema& schema,
                                              const std::set<dialect::WordingKey>& keys)>;

/// The places that both schemas have with texts that are not the same tokens, but for what is open
/// in `expected`. Both are as written or as inspected.
std::set<dialect::WordingKey> unlike_words(const schema::Schema& expected,
                                           const schema::Schema& live);

/// Those of `keys`, places that `a` and `b` both have with texts that differ in their tokens, that
/// a server words alike, each built on the tables of `a`. Both schemas are as written or as
/// inspected.
std::set<dialect::WordingKey> worded_alike(const schema::Schema& a, const schema::Schema& b,
                                           const std::set<dialect::WordingKey>& keys,
                                           const AskWords& ask);

/// dialect::equivalent() for `dialects` (empty: both), where what a MariaDB server words alike is
/// the same, too, if it is so on SQLite or SQLite is not among them.
schema::Schema equivalent(const schema::Schema& before, schema::Schema wanted,
                          const std::vector<DialectKind>& dialects, const AskWords& ask);

/// What the words of a database are compared with.
struct WordingSources {
  /// Whether the database behind the connection may have a record of `expected`.
  bool recorded = true;
  /// May be empty: then no server is asked.
  AskWords ask = {};
};

/// `live`, as it was inspected, with every text that only says in the server's words what
/// `expected` says put as it is there.
schema::Schema with_expected_words(backend::Connection& connection, const schema::Schema& expected,
                                   schema::Schema live, const WordingSources& sources);

}  // namespace dbmig::run
