#pragma once

#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/dialect_kind.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"

namespace dbmig::run {

/// The SQL of `upgrade --sql` and `downgrade --sql`, as one script for the database's own client,
/// bookkeeping included. Needs no database: `applied` are the heads where it starts (none: an empty
/// database). It stops at the first error and leaves as much as it was as the database can: all of
/// it on SQLite, on MariaDB the rows changed since the last statement that commits by itself.
/// What a revision requires becomes a statement that fails; the values of `variables` stand in it.
/// Throws Error{invalid} for statements that no script can hold, and for variables without value.
/// Triggers and indexes made by hand are not known to it, so a SQLite script that rebuilds a table
/// does not keep them; `upgrade` does.
std::string offline_script(const history::Graph& graph, DialectKind kind, Direction direction,
                           const std::set<std::string>& applied,
                           const std::set<std::string>& targets,
                           const dialect::Variables& variables = {});

/// The same, running exactly `ids`, in this order, against a database that has `applied` and all
/// that leads there.
std::string offline_script_along(const history::Graph& graph, DialectKind kind, Direction direction,
                                 const std::set<std::string>& applied,
                                 const std::vector<std::string>& ids,
                                 const dialect::Variables& variables = {});

/// The SQL of `stamp --sql`: the bookkeeping of a database that is at the heads `applied` and shall
/// be at `targets`; none of `applied`: it has no bookkeeping.
std::string stamp_script(const history::Graph& graph, DialectKind kind,
                         const std::set<std::string>& applied,
                         const std::set<std::string>& targets);

/// `statements` as a script for the database's own client; empty when there are none.
std::string client_script(const dialect::Dialect& dialect,
                          std::span<const dialect::Statement> statements);

}  // namespace dbmig::run
