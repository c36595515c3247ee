#pragma once

#include <optional>
#include <string>
#include <vector>

#include "history/revision.hpp"
#include "project/workspace.hpp"
#include "proof/proof.hpp"
#include "run/runner.hpp"

namespace dbmig::project {

/// A database that revisions are proved on.
struct ProofDatabase {
  DialectKind kind = DialectKind::sqlite;
  std::optional<backend::ScratchOptions> scratch;
  std::string missing;  ///< why there is no scratch database there
};

/// One for `kind`, or why there is none.
ProofDatabase proof_database(Workspace& workspace, DialectKind kind);

/// The project's: SQLite in memory, MariaDB on the server of `scratch:` or of the database.
std::vector<ProofDatabase> proof_databases(Workspace& workspace);

/// `graph` with `revision` read back from the very text that its file will hold; `name` stands for
/// it in messages.
history::Graph with_revision(const history::Graph& graph, const history::Revision& revision,
                             const std::string& name);

/// What became of the proof on one database.
struct ProofOutcome {
  DialectKind kind = DialectKind::sqlite;
  std::optional<proof::Proof> proof;
  std::string missing;  ///< why there is none
};

/// Proves `id` on every database that can be reached and tells what was proved, what it was proved
/// without, and what its ALTERs cost. A server that cannot be reached is told too, or is an error
/// when it `must` be there. Throws what is not proved.
std::vector<ProofOutcome> prove(Workspace& workspace, const history::Graph& graph,
                                const std::string& id, bool must);

/// The revisions that `arguments` name (none: the heads), as they follow each other.
std::vector<std::string> revisions_to_prove(Workspace& workspace,
                                            const std::vector<std::string>& arguments);

/// What came of one: the proofs, or why it does not hold.
struct ProofAttempt {
  std::vector<ProofOutcome> outcomes;
  std::optional<Error> failure;
};

/// prove() on every database there must be. Throws errors that the revision did not cause.
ProofAttempt try_to_prove(Workspace& workspace, const history::Graph& graph, const std::string& id);

/// What the ALTERs of one revision's upgrade cost, which begins on a database of schema `before`,
/// where the project is for MariaDB and a server is at hand.
std::vector<proof::StatementCost> upgrade_costs(Workspace& workspace, const schema::Schema& before,
                                                const history::Revision& revision);

/// What the server says that the ALTERs of `plan`, which begins on a database of schema `before`,
/// cost: a list for each revision. Nothing when no MariaDB server is named or it does not answer.
std::vector<std::vector<proof::StatementCost>> costs_of(
    Workspace& workspace, const schema::Schema& before,
    const std::vector<run::PlannedRevision>& plan);

/// "41,203,554 rows": how many the project's database holds in `table`, counted up to a million,
/// beyond that as the server estimates. Nothing where that database is not at hand.
std::optional<std::string> live_rows(Workspace& workspace, const std::string& table);

/// "alter customer: COPY, LOCK=SHARED, 41,203,554 rows".
std::string cost_line(Workspace& workspace, const proof::StatementCost& cost);

}  // namespace dbmig::project
