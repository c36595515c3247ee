#pragma once

#include <set>
#include <span>
#include <string>

#include "base/dialect_kind.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"

namespace dbmig::run {

/// The SQL of `upgrade --sql` and `downgrade --sql`, as one script for the database's own client,
/// bookkeeping included. Needs no database: `applied` are the heads where it starts (none: an empty
/// database). Triggers and indexes made by hand are not known to it, so a SQLite script that
/// rebuilds a table does not keep them; `upgrade` does.
std::string offline_script(const history::Graph& graph, DialectKind kind, Direction direction,
                           const std::set<std::string>& applied,
                           const std::set<std::string>& targets);

/// One statement as the database's own client takes it: MariaDB's needs another delimiter around
/// bodies that hold `;`.
std::string for_client(const std::string& sql, DialectKind kind);

/// `statements` as a script for the database's own client.
std::string client_script(const dialect::Dialect& dialect,
                          std::span<const dialect::Statement> statements);

}  // namespace dbmig::run
