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
/// bookkeeping included. Needs no database: `applied` are the heads of the starting point (none: an
/// empty database). The script stops at the first error and keeps as much unchanged as the database
/// allows: everything on SQLite, on MariaDB the rows changed since the last statement that commits
/// by itself. The `require` of a revision becomes a statement that fails; the script contains the
/// values of `variables`. Comments say what a downgrade loses, and which checks of the rows an
/// upgrade would make: the script makes none. It does not know triggers and indexes that were made
/// by hand, so a SQLite script that rebuilds a table does not keep them; `upgrade` does. Throws
/// Error{invalid} for statements that a script cannot contain, and for variables without a value.
std::string offline_script(const history::Graph& graph, DialectKind kind, Direction direction,
                           const std::set<std::string>& applied,
                           const std::set<std::string>& targets,
                           const dialect::Variables& variables = {});

/// The same for exactly `ids`, in this order, on a database that has `applied` and their ancestors.
std::string offline_script_along(const history::Graph& graph, DialectKind kind, Direction direction,
                                 const std::set<std::string>& applied,
                                 const std::vector<std::string>& ids,
                                 const dialect::Variables& variables = {});

/// The SQL of `stamp --sql`: the bookkeeping of a database that is at the heads `applied` and
/// should be at `targets`; with an empty `applied`, the database has no bookkeeping yet.
std::string stamp_script(const history::Graph& graph, DialectKind kind,
                         const std::set<std::string>& applied,
                         const std::set<std::string>& targets);

/// `operations`, planned on the schema `before`, as a script for the database's own client, below
/// `comments`; empty if there is nothing to do.
std::string client_script(const dialect::Dialect& dialect, const schema::Schema& before,
                          std::span<const ops::Operation> operations,
                          std::span<const dialect::DependentObject> dependent_objects = {},
                          const std::vector<std::string>& comments = {});

/// The comments of a script for `operations`, which meet the schema `before`: what they lose, and
/// the checks of the rows that `upgrade` would make and a client does not.
std::vector<std::string> row_comments(backend::Connection& connection, const schema::Schema& before,
                                      std::span<const ops::Operation> operations);

}  // namespace dbmig::run
