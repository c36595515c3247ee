#pragma once

#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "diff/diff.hpp"
#include "history/graph.hpp"
#include "run/store.hpp"
#include "schema/selection.hpp"

namespace dbmig::run {

/// What stands between a database and the stored revisions.
struct DatabaseCheck {
  std::vector<std::string> current;  ///< the database's heads
  std::vector<std::string> pending;  ///< stored revisions that it lacks, in order
  std::vector<std::string> unknown;  ///< revisions it has and no file has
  std::vector<std::string> edited;   ///< applied revisions whose file changed since
  std::vector<AppliedRevision> under_way;
  /// What the live tables of the history have that the applied revisions do not add up to, worded
  /// as the change that somebody made by hand. Empty when `unknown` or `under_way` is not.
  std::vector<std::string> drift;

  bool is_clean() const {
    return pending.empty() && unknown.empty() && edited.empty() && under_way.empty() &&
           drift.empty();
  }
};

/// Only reads. Tables that the history does not know, or that are not selected, are never reported.
DatabaseCheck check_database(backend::Connection& connection, const history::Graph& graph,
                             const schema::Selection& selection = {});

/// How the objects of `expected` differ in the database, worded as the change that leads there.
std::vector<std::string> find_drift(backend::Connection& connection, const schema::Schema& expected,
                                    const schema::Selection& selection = {});

/// The objects of `live` that `expected` has by name.
schema::Schema known_part(const schema::Schema& live, const schema::Schema& expected);

}  // namespace dbmig::run
