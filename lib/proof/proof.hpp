#pragma once

#include <atomic>
#include <cstddef>
#include <set>
#include <string>
#include <vector>

#include "backend/scratch.hpp"
#include "history/graph.hpp"
#include "proof/cost.hpp"
#include "run/runner.hpp"
#include "schema/selection.hpp"

namespace dbmig::proof {

/// What a proof on one database saw.
struct Proof {
  std::string server;  ///< "SQLite 3.40.1"
  std::size_t tables = 0;
  std::size_t rows = 0;
  std::vector<std::string> empty;    ///< tables proved without rows, and why
  std::vector<std::string> notes;    ///< what could not be looked at, a sentence each
  std::vector<StatementCost> costs;  ///< MariaDB: of the upgrade's statements
};

/// Proves `id`, a revision of `graph`, in a scratch database: replays what comes before it, fills
/// every table with rows, then runs it up, down and up again by the runner that deployments use.
/// After each step the database must hold exactly the schema that the revisions add up to, and
/// after the way back every row that it held before, but for what the revision gives up with the
/// user's consent. Plain SQL that fails over values at the ends of their types is tried again over
/// plain ones, and the failure becomes a note.
///
/// Throws Error{failed} that names the step, the database, what was expected and what was found;
/// Error{refused} when plain SQL may leave the scratch database (MariaDB).
///
/// Tables outside `selection` are not the project's: what new views read of them is made up.
///
/// Plain SQL runs with the values of `variables`. What revisions require is not asked: the rows are
/// made up.
///
/// `stop` is looked at between statements and tables: when true, Error{interrupted}, and the
/// scratch database is dropped.
Proof prove(const backend::ScratchOptions& options, const history::Graph& graph,
            const std::string& id, const run::ParseRevision& parse,
            const std::atomic<bool>* stop = nullptr, const schema::Selection& selection = {},
            const dialect::Variables& variables = {});

}  // namespace dbmig::proof
