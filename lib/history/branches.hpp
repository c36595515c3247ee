#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "history/graph.hpp"

namespace dbmig::history {

/// What two branches do to one thing and what does not come out the same in every order in which a
/// database may take them: the operation of either side with its file and line.
struct Contradiction {
  Diagnostic first;
  Diagnostic second;
  /// Both orders are possible, with different schemas: an operation in the merge can decide it.
  bool can_be_resolved = false;
  /// What of the schema comes out differently, or cannot be done: "column 'users.name'".
  std::string subject;
};

/// Contradictions between what only one and only another of `heads` descends from. `resolution` are
/// the operations of the revision that merges them: a difference that they resolve does not count
/// as a contradiction. The order of columns is none either. Needs no database.
std::vector<Contradiction> contradictions(const Graph& graph, const std::vector<std::string>& heads,
                                          const std::vector<ops::Operation>& resolution = {});

/// Those of every merge revision among `ids` and, when there are several, between heads of the
/// graph among them.
std::vector<Contradiction> contradictions_within(const Graph& graph,
                                                 const std::vector<std::string>& ids);

/// What to say of them: both operations of each, and what to do.
std::vector<Diagnostic> described(const std::vector<Contradiction>& contradictions);

/// Plain SQL of one of `heads`' branches about a table that another branch changes, too: the
/// operation of either side with its place. Whether they come to the same in every order is not
/// known. A few.
std::vector<Diagnostic> uncompared_sql(const Graph& graph, const std::vector<std::string>& heads);

/// The operations that make the schema of all `heads` what it is when the branch of `winner`, one
/// of them, is taken last.
std::vector<ops::Operation> resolution_for(const Graph& graph,
                                           const std::vector<std::string>& heads,
                                           std::string_view winner);

/// `folded`, whose columns are in the order of `wanted` wherever the history leaves that open: a
/// column of each of two branches may come first. Of tables whose order one history fixes, nothing
/// is changed.
schema::Schema with_free_order(const Graph& graph, schema::Schema folded,
                               const schema::Schema& wanted);

}  // namespace dbmig::history
