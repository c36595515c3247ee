#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "fleet/task_queue.hpp"
#include "fleet/work.hpp"

namespace dbmig::fleet {

/// What many databases came to, each in the place that it has in the list.
struct Report {
  std::vector<Outcome> outcomes;
  std::string why_stopped;  ///< why some were left out; empty: none were, or it was interrupted

  std::size_t failed() const;
  std::size_t left_out() const;
};

struct Options {
  Schedule::Limits limits;
  int processes = 1;
  /// Called on the calling thread after each database.
  std::function<void(std::size_t database, const Outcome& outcome)> on_outcome;
};

/// How many processes of this machine work on `databases`: as many as `asked`, if any, else as
/// there are cores. One alone where a server is asked how it words texts, on a scratch database
/// that belongs to this process.
int processes_for(const Job& job, const std::vector<Database>& databases, int asked);

/// Does `job` to all of `databases` with `options.processes` processes of this machine; with one,
/// in this process. The graph should be folded to its end before, so that they all share it.
Report run_here(const std::vector<Database>& databases, const history::Graph& graph,
                const run::ParseRevision& parse, const Job& job, const Options& options);

/// The root's side of the same with the ranks of an MPI job; the others are in serve_ranks().
Report run_on_ranks(import::Communicator& ranks, const std::vector<Database>& databases,
                    const history::Graph& graph, const run::ParseRevision& parse, const Job& job,
                    const Options& options);

/// The other ranks: `graph` is called when the first database comes; what it throws is that
/// database's failure.
void serve_ranks(import::Communicator& ranks, const std::function<const history::Graph&()>& graph,
                 const run::ParseRevision& parse, const Job& job);

}  // namespace dbmig::fleet
