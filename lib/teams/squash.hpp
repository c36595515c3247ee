#pragma once

#include <string>
#include <vector>

#include "history/graph.hpp"
#include "teams/scratch_way.hpp"

namespace dbmig::teams {

/// The revisions from `first` to `last`, both included, in order: what descends from the one and
/// leads to the other. An empty `first`: all that leads to `last`. Throws Error{usage} when `last`
/// does not descend from `first` or they are less than two, Error{failed} when another revision
/// builds on one of them but the last, or one of them but the first builds on another: no single
/// revision could stand there. A squash is a revision like
/// any other.
std::vector<std::string> squash_range(const history::Graph& graph, const std::string& first,
                                      const std::string& last);

/// One revision that does what `ids` do, see squash_range(), and replaces them; without id, message
/// and time. Operations on tables that hold rows, plain SQL and rows stay as they are and in their
/// order; tables that begin in the range, as far as no rows can be in them yet, are created as they
/// end up. The way back is the inverse where all of them go by theirs, else what they do one by
/// one. Throws Error{failed} when it would not come to the same schema.
history::Revision squashed(const history::Graph& graph, const std::vector<std::string>& ids);

/// `graph` with `squash`, read back from its text, in the place of what it replaces.
history::Graph with_squash(const history::Graph& graph, const history::Revision& squash);

/// What was seen when both ways were taken.
struct BothWays {
  std::string server;
  bool with_rows = true;
  std::vector<std::string> notes;
};

/// Takes two scratch databases with the same generated rows to where the range begins, then one
/// through the old revisions of `graph`, the other through the revision `squash` of `squashed`.
/// Throws Error{failed}, naming what differs, unless both hold the same schema and rows. Rows that
/// plain SQL leaves differently become a note: it may use the time or random numbers.
BothWays prove_both_ways(const ScratchSettings& settings, const history::Graph& graph,
                         const history::Graph& squashed, const std::string& squash);

}  // namespace dbmig::teams
