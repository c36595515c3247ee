#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "diff/diff.hpp"
#include "history/graph.hpp"
#include "run/store.hpp"
#include "run/wordings.hpp"
#include "schema/selection.hpp"

namespace dbmig::run {

/// Changes made to a database by hand.
struct Drift {
  schema::Schema expected;  ///< what the revisions add up to, as this database reports it
  schema::Schema live;      ///< what of it is there
  schema::Schema found;     ///< the same as it was inspected, unchanged texts as they were told
  DialectKind kind = DialectKind::sqlite;
  diff::Difference difference;  ///< leads from `expected` to `live`

  bool empty() const { return difference.operations.empty(); }
};

/// What stands between a database and the stored revisions.
struct DatabaseCheck {
  std::vector<std::string> current;  ///< the database's heads
  schema::Schema folded;             ///< what the revisions that it has add up to
  std::vector<std::string> pending;  ///< stored revisions that it lacks, in order
  std::vector<std::string> unknown;  ///< revisions it has and no file has
  std::vector<std::string> edited;   ///< applied revisions whose file changed since
  std::vector<AppliedRevision> unfinished;
  /// Empty when `unknown` or `unfinished` is not.
  Drift drift;

  bool is_clean() const {
    return pending.empty() && unknown.empty() && edited.empty() && unfinished.empty() &&
           drift.empty();
  }
};

/// Only reads. Tables that the history does not know, or that are not selected, are never reported.
/// `ask` may be asked about texts that the database words otherwise and has no record of.
DatabaseCheck check_database(backend::Connection& connection, const history::Graph& graph,
                             const schema::Selection& selection = {}, const AskWords& ask = {});

/// How the objects of `expected` differ in the database.
Drift find_drift(backend::Connection& connection, const schema::Schema& expected,
                 const schema::Selection& selection = {}, const AskWords& ask = {});

/// The schema of the revisions with the drift in it, worded as the revisions word the rest: what
/// differs is as the database says it, everything else is as it was in `expected`.
schema::Schema with_drift(const schema::Schema& expected, const Drift& drift);

/// The objects of `live` that `expected` has by name.
schema::Schema known_part(const schema::Schema& live, const schema::Schema& expected);

}  // namespace dbmig::run
