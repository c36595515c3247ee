#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "diff/diff.hpp"
#include "history/graph.hpp"
#include "run/spelling.hpp"
#include "run/store.hpp"
#include "schema/selection.hpp"

namespace dbmig::run {

/// Changes made to a database by hand.
struct Drift {
  schema::Schema expected;  ///< the schema of the revisions, as this database would report it
  schema::Schema live;      ///< the same objects as the database has them
  schema::Schema found;     ///< as inspected, but with the declared text of what has not changed
  DialectKind kind = DialectKind::sqlite;
  diff::Difference difference;  ///< changes that turn `expected` into `live`

  bool empty() const { return difference.operations.empty(); }
};

/// The differences between a database and the stored revisions.
struct DatabaseCheck {
  std::vector<std::string> current;  ///< the heads of the applied revisions
  schema::Schema folded;             ///< the schema of the applied revisions
  std::vector<std::string> pending;  ///< stored revisions that are not applied, in order
  std::vector<std::string> unknown;  ///< applied revisions without a file
  std::vector<std::string> edited;   ///< applied revisions whose file has changed since
  std::vector<AppliedRevision> unfinished;
  /// Empty if `unknown` or `unfinished` is not.
  Drift drift;

  bool is_clean() const {
    return pending.empty() && unknown.empty() && edited.empty() && unfinished.empty() &&
           drift.empty();
  }
};

/// Only reads. Tables that the history does not know or that are not selected are never reported.
/// `ask` is used for texts that the database spells differently and of which it has no record.
DatabaseCheck check_database(backend::Connection& connection, const history::Graph& graph,
                             const schema::Selection& selection = {}, const AskSpelling& ask = {});

/// The objects of `expected` that differ in the database.
Drift find_drift(backend::Connection& connection, const schema::Schema& expected,
                 const schema::Selection& selection = {}, const AskSpelling& ask = {});

/// The schema of the revisions with the drift applied: differing objects as the database has them,
/// everything else as in `expected`.
schema::Schema with_drift(const schema::Schema& expected, const Drift& drift);

/// The objects of `live` whose names are in `expected`.
schema::Schema known_part(const schema::Schema& live, const schema::Schema& expected);

}  // namespace dbmig::run
