#include "fleet/work.hpp"

#include <fmt/core.h>

#include <chrono>
#include <exception>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "backend/database_file.hpp"
#include "base/listed.hpp"
#include "base/overloaded.hpp"
#include "base/text.hpp"
#include "history/named.hpp"
#include "run/check.hpp"
#include "run/fitted.hpp"
#include "run/store.hpp"
#include "run/unknown_revisions.hpp"
#include "teams/entry.hpp"

namespace dbmig::fleet {
namespace {

using Clock = std::chrono::steady_clock;

/// Keeps what a run says, for the one table at the end.
class LogCollector final : public EventSink {
 public:
  LogCollector(std::vector<std::string>& lines, bool verbose) : lines_(lines), verbose_(verbose) {}
  void on(const Event& event) override {
    std::visit(overloaded{[this](const event::Log& line) {
                            const bool is_warning = line.level == event::Log::Level::warning;
                            if (is_warning || verbose_) lines_.push_back(line.message);
                          },
                          [this](const event::Statement& statement) {
                            if (verbose_) lines_.push_back(statement.sql);
                          },
                          [](const event::ImportProgress&) {}},
               event);
  }

 private:
  std::vector<std::string>& lines_;
  bool verbose_;
};

void add_pending(Outcome& outcome, const history::Graph& graph,
                 const std::vector<std::string>& pending) {
  for (const std::string& id : pending) {
    outcome.findings.push_back(
        {"pending", id, "lacks revision " + history::named(graph.header(id))});
  }
}

void add_rows(Outcome& outcome, const std::vector<run::AppliedRevision>& unfinished,
              const std::vector<std::string>& unknown, const std::vector<std::string>& edited) {
  for (const run::AppliedRevision& row : unfinished) {
    outcome.findings.push_back(
        {"unfinished", row.id,
         fmt::format("the {} of revision {} stopped after statement {} of {}", row.running, row.id,
                     row.statements_done, row.statements_total)});
  }
  for (const std::string& id : unknown) {
    outcome.findings.push_back(
        {"unknown", id, fmt::format("has revision {}, which has no file here", id)});
  }
  for (const std::string& id : edited) {
    outcome.findings.push_back(
        {"edited", id, fmt::format("revision {} was edited after it was applied", id)});
  }
}

void find_status(Outcome& outcome, run::Runner& runner, const history::Graph& graph) {
  const std::vector<run::AppliedRevision> rows = runner.rows();
  const std::set<std::string> applied = run::complete(rows);
  std::vector<run::AppliedRevision> unfinished;
  for (const run::AppliedRevision& row : rows) {
    if (!row.is_complete()) unfinished.push_back(row);
  }
  const std::vector<std::string> unknown = run::unknown_revisions(rows, graph);
  std::vector<std::string> pending;
  for (const std::string& id : graph.topological()) {
    if (applied.count(id) == 0) pending.push_back(id);
  }
  add_rows(outcome, unfinished, unknown, run::edited_revisions(rows, graph));
  add_pending(outcome, graph, pending);
  outcome.applied = applied.size();
  outcome.current = (unknown.empty() ? graph : runner.known_revisions()).heads_of(applied);
}

void find_differences(Outcome& outcome, backend::Connection& connection,
                      const history::Graph& graph, const Job& job) {
  const run::DatabaseCheck check = run::check_database(connection, graph, job.selection, job.ask);
  add_rows(outcome, check.unfinished, check.unknown, check.edited);
  add_pending(outcome, graph, check.pending);
  for (const std::string& line : check.drift.difference.detected) {
    outcome.findings.push_back({"drift", "", "was changed by hand: " + line});
  }
  outcome.applied = run::RevisionStore(connection).all().size();
  outcome.current = check.current;
}

/// Where a database that another tool made comes into the history. Throws Error{failed} when it is
/// not what it is said to be.
std::set<std::string> entry_of(backend::Connection& connection, const history::Graph& graph,
                               const Job& job, EventSink& log) {
  auto entry =
      teams::find_entry(connection, graph, job.baseline ? job.targets : std::vector<std::string>{},
                        job.selection, job.ask);
  if (!entry) return {};
  const teams::BaselineDifference& difference = entry->difference;
  if (!difference.is_equal()) {
    std::vector<std::string> all = difference.drift.difference.detected;
    all.insert(all.end(), difference.extra.begin(), difference.extra.end());
    throw Error(
        ErrorCode::failed,
        fmt::format("the database differs from what revision {} makes: {}",
                    text::join({entry->ids.begin(), entry->ids.end()}, ", "), text::join_some(all)))
        .hint("`dbmig upgrade --url URL` shows all of it");
  }
  log.info("dbmig.run", entry->why);
  return std::move(entry->ids);
}

void refuse_plan(const Job& job, const Database& database, const history::Graph& graph,
                 run::Runner& runner, const std::set<std::string>& entered, EventSink& log) {
  if (!job.refuse) return;
  const auto plan = runner.plan(run::Direction::upgrade, job.targets, entered);
  job.refuse(database, log, plan,
             entered.empty() ? runner.applied_schema() : run::unsquashed(graph).fold(entered));
}

/// As a run waits; status and check wait as the URL says.
std::optional<std::chrono::seconds> lock_wait_of(const Job& job) {
  if (job.verb == Verb::upgrade || job.verb == Verb::plan) return job.options.lock_wait;
  return std::nullopt;
}

void do_work(Outcome& outcome, const Database& database, const history::Graph& graph,
             const run::ParseRevision& parse, const Job& job) {
  LogCollector log(outcome.log, job.verbose);
  if (job.dialect && *job.dialect != database.url.dialect) {
    log.warning("dbmig.fleet",
                fmt::format("dbmig.yaml has dialects: [{}], but this database is another",
                            to_string(*job.dialect)));
  }
  const bool is_upgrade = job.verb == Verb::upgrade;
  const auto connection =
      backend::connect(is_upgrade ? database.url : backend::or_empty(database.url),
                       {.create = is_upgrade, .lock_wait = lock_wait_of(job)});
  run::Runner runner(*connection, graph, parse, log);
  if (is_upgrade && job.print) runner.combine(job.print);
  switch (job.verb) {
    case Verb::upgrade: {
      run::RunOptions options = job.options;
      if (job.listener) options.listener = job.listener(database, log);
      const std::set<std::string> entered = entry_of(*connection, graph, job, log);
      refuse_plan(job, database, graph, runner, entered, log);
      if (!entered.empty()) {
        runner.stamp({entered.begin(), entered.end()}, false, options, "adopted");
      }
      outcome.revisions = runner.upgrade(job.targets, options);
      const run::DatabaseState state = runner.database_state();
      outcome.applied = state.applied.size();
      outcome.current = state.heads;
      return;
    }
    case Verb::plan: {
      const std::set<std::string> entered = entry_of(*connection, graph, job, log);
      for (const run::PlannedRevision& planned :
           runner.plan(run::Direction::upgrade, job.targets, entered)) {
        outcome.revisions.push_back(planned.revision.id);
      }
      find_status(outcome, runner, graph);
      refuse_plan(job, database, graph, runner, entered, log);
      return;
    }
    case Verb::status:
      return find_status(outcome, runner, graph);
    case Verb::check:
      return find_differences(outcome, *connection, graph, job);
  }
}

}  // namespace

Outcome work_on(const Database& database, const history::Graph& graph,
                const run::ParseRevision& parse, const Job& job) noexcept {
  const auto start = Clock::now();
  Outcome outcome;
  outcome.was_begun = true;
  try {
    do_work(outcome, database, graph, parse, job);
  } catch (const Error& error) {
    outcome.failure = error;
  } catch (const std::exception& error) {
    outcome.failure = Error(ErrorCode::failed, fmt::format("internal error: {}", error.what()));
  }
  outcome.seconds = std::chrono::duration<double>(Clock::now() - start).count();
  return outcome;
}

}  // namespace dbmig::fleet
