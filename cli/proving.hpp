#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "history/revision.hpp"
#include "proof/proof.hpp"
#include "run/runner.hpp"

namespace dbmig::cli {

/// A database that revisions are proved on.
struct Ground {
  DialectKind kind = DialectKind::sqlite;
  std::optional<backend::ScratchOptions> scratch;
  std::string missing;  ///< why there is no scratch database there
};

/// One for `kind`, or why there is none.
Ground proving_ground(Context& context, DialectKind kind);

/// The project's: SQLite in memory, MariaDB on the server of `scratch:` or of the database.
std::vector<Ground> proving_grounds(Context& context);

/// `graph` with `revision` read back from the very text that its file will hold; `name` stands for
/// it in messages.
history::Graph with_revision(const history::Graph& graph, const history::Revision& revision,
                             const std::string& name);

/// Proves `id` on every ground that can be reached and tells on the console what was proved, what
/// it was proved without, and what its ALTERs cost. A server that cannot be reached is told too, or
/// is an error when it `must` be there. Returns the JSON document's list; throws what is not
/// proved.
Json prove(Context& context, const history::Graph& graph, const std::string& id, bool must);

/// What the server says that the ALTERs of `plan`, which begins on a database of schema `before`,
/// cost: a list for each revision. Nothing when no MariaDB server is named or it does not answer.
std::vector<std::vector<proof::StatementCost>> costs_of(
    Context& context, const schema::Schema& before, const std::vector<run::PlannedRevision>& plan);

/// "alter customer: COPY, LOCK=SHARED, 41,203,554 rows", with the rows of the table in the
/// project's database where it is at hand.
std::string cost_line(Context& context, const proof::StatementCost& cost);

/// The same as JSON.
Json cost_json(Context& context, const proof::StatementCost& cost);

}  // namespace dbmig::cli
