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
  std::string missing;  ///< why there is no scratch database
};

/// The scratch database for `kind`, or why there is none.
ProofDatabase proof_database(Workspace& workspace, DialectKind kind);

/// The project's: SQLite in memory, MariaDB on the server of `scratch:` or of the database.
std::vector<ProofDatabase> proof_databases(Workspace& workspace);

/// `graph` with `revision`, parsed from the very text that its file will contain; `name` is used in
/// messages.
history::Graph with_revision(const history::Graph& graph, const history::Revision& revision,
                             const std::string& name);

/// The result of the proof on one database.
struct ProofOutcome {
  DialectKind kind = DialectKind::sqlite;
  std::optional<proof::Proof> proof;
  std::string missing;  ///< why there is none
};

/// Proves `id` on every available database and reports what was proved, with what limitations, and
/// what its ALTERs cost. A server that is not available is reported, or is an error if `must`.
/// Throws what could not be proved.
std::vector<ProofOutcome> prove(Workspace& workspace, const history::Graph& graph,
                                const std::string& id, bool must);

/// The revisions that `arguments` name (none: the heads), in topological order.
std::vector<std::string> revisions_to_prove(Workspace& workspace,
                                            const std::vector<std::string>& arguments);

/// The proofs of one revision, or why they failed.
struct ProofAttempt {
  std::vector<ProofOutcome> outcomes;
  std::optional<Error> failure;
};

/// prove() with `must`. Throws errors that the revision did not cause.
ProofAttempt try_to_prove(Workspace& workspace, const history::Graph& graph, const std::string& id);

/// What the ALTERs of one revision's upgrade cost, starting on a database of schema `before`, if
/// the project is for MariaDB and a server is available.
std::vector<proof::StatementCost> upgrade_costs(Workspace& workspace, const schema::Schema& before,
                                                const history::Revision& revision);

/// What the ALTERs of `plan`, starting on a database of schema `before`, cost according to the
/// server: a list for each revision. Nothing if no MariaDB server is configured or it does not
/// answer.
std::vector<std::vector<proof::StatementCost>> costs_of(
    Workspace& workspace, const schema::Schema& before,
    const std::vector<run::PlannedRevision>& plan);

/// "41,203,554 rows": the number of rows in `table` of the project's database, counted up to a
/// million, estimated by the server above that. Nothing if that database is not available.
std::optional<std::string> live_rows(Workspace& workspace, const std::string& table);

/// "alter customer: COPY, LOCK=SHARED, 41,203,554 rows".
std::string cost_line(Workspace& workspace, const proof::StatementCost& cost);

}  // namespace dbmig::project
