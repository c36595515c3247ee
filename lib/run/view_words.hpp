#pragma once

#include <map>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::run {

/// How MariaDB words the queries of views: it keeps none as it was told. What it says of a view is
/// recorded right after a revision has made it, together with a hash of the query that was sent. A
/// view whose query is still that one, and of which the server still says the same, is then known
/// to be unchanged, whatever the server's way of rewriting it is. Table `dbmig_views`; databases
/// without it, and SQLite, which keeps texts as they are, do without.

/// The views that `statements` create or replace, by name, each with the last of its statements;
/// none on SQLite, which has no need of it.
std::map<std::string, std::string> views_made(DialectKind kind,
                                              const std::vector<dialect::Statement>& statements);

/// Records the server's words for those of `made` that `schema` has with the query that was sent: a
/// plan that left a view with another query is not to be covered up. Does nothing on SQLite.
void record_view_words(backend::Connection& connection, const schema::Schema& schema,
                       const std::map<std::string, std::string>& made);

/// `live` with the queries of those views that the record knows to be unchanged put as `wanted`
/// has them. `expected` has the queries as the revisions say them, `wanted` as this database is
/// thought to report them.
schema::Schema with_known_views(backend::Connection& connection, const schema::Schema& expected,
                                const schema::Schema& wanted, schema::Schema live);

}  // namespace dbmig::run
