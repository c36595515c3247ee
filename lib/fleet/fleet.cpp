#include "fleet/fleet.hpp"

#include <algorithm>
#include <memory>
#include <thread>
#include <utility>

#include "dialect/capabilities.hpp"
#include "fleet/forked_job.hpp"

namespace dbmig::fleet {
namespace {

Outcome failed_outcome(Error error) {
  Outcome outcome;
  outcome.was_begun = true;
  outcome.failure = std::move(error);
  return outcome;
}

/// The queue over `databases` that fills `report`.
Queue queue_of(const std::vector<Database>& databases, const Job& job, const Options& options,
               Report& report) {
  report.outcomes.resize(databases.size());
  Queue queue;
  for (const Database& database : databases) queue.tasks.push_back(to_bytes(database));
  queue.limits = options.limits;
  queue.stop = job.options.stop;
  const auto note = [&report, &options](std::size_t index, Outcome outcome) {
    report.outcomes[index] = std::move(outcome);
    if (options.on_outcome) options.on_outcome(index, report.outcomes[index]);
    return !report.outcomes[index].failure.has_value();
  };
  queue.on_result = [note](std::size_t index, const Bytes& result) {
    return note(index, outcome_from(result));
  };
  queue.on_lost = [note](std::size_t index, const std::string& why) {
    note(index, failed_outcome(Error(ErrorCode::failed, why)));
  };
  return queue;
}

}  // namespace

std::size_t Report::failed() const {
  return static_cast<std::size_t>(
      std::count_if(outcomes.begin(), outcomes.end(),
                    [](const Outcome& outcome) { return outcome.failure.has_value(); }));
}

std::size_t Report::left_out() const {
  return static_cast<std::size_t>(std::count_if(
      outcomes.begin(), outcomes.end(), [](const Outcome& outcome) { return !outcome.was_begun; }));
}

int processes_for(const Job& job, const std::vector<Database>& databases, int asked) {
  const bool asks_server = job.verb == Verb::check &&
                           std::any_of(databases.begin(), databases.end(), [](const Database& one) {
                             return dialect::capabilities(one.url.dialect).rewrites_sql;
                           });
  if (asks_server) return 1;
  if (asked != 0) return asked;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

Report run_here(const std::vector<Database>& databases, const history::Graph& graph,
                const run::ParseRevision& parse, const Job& job, const Options& options) {
  Report report;
  Queue queue = queue_of(databases, job, options, report);
  const Work work = [&](const Bytes& task) {
    return to_bytes(work_on(database_from(task), graph, parse, job));
  };
  const int processes = std::min(options.processes, static_cast<int>(databases.size()));
  if (processes <= 1) {
    const auto alone = import::local_communicator();
    report.why_stopped = run_queue(*alone, queue, work);
    return report;
  }
  ForkedJob forked(processes, [&work](import::Communicator& rank) { serve_queue(rank, work); });
  queue.root_works = false;
  queue.on_stop = [&forked] { forked.stop(); };
  queue.idle = [&forked] { forked.wait(); };
  report.why_stopped = run_queue(forked.root(), queue, work);
  return report;
}

Report run_on_ranks(import::Communicator& ranks, const std::vector<Database>& databases,
                    const history::Graph& graph, const run::ParseRevision& parse, const Job& job,
                    const Options& options) {
  Report report;
  const Queue queue = queue_of(databases, job, options, report);
  report.why_stopped = run_queue(ranks, queue, [&](const Bytes& task) {
    return to_bytes(work_on(database_from(task), graph, parse, job));
  });
  return report;
}

void serve_ranks(import::Communicator& ranks, const std::function<const history::Graph&()>& graph,
                 const run::ParseRevision& parse, const Job& job) {
  serve_queue(ranks, [&](const Bytes& task) {
    try {
      return to_bytes(work_on(database_from(task), graph(), parse, job));
    } catch (const Error& error) {
      return to_bytes(failed_outcome(error));
    }
  });
}

}  // namespace dbmig::fleet
