#pragma once

#include <functional>

#include "fleet/outcome.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "run/spelling.hpp"
#include "schema/selection.hpp"

namespace dbmig::fleet {

enum class Verb { upgrade, plan, status, check };

/// What is done to each of many databases. The graph is read once a process and shared.
struct Job {
  Verb verb = Verb::upgrade;
  std::vector<std::string> targets = {"head"};  ///< of upgrade and plan
  run::RunOptions options = {};
  /// Lets upgrades combine revisions, see run::Runner::combine; may be empty.
  run::PrintRevision print = {};
  /// A database that dbmig has not managed yet enters at the targets where it equals them.
  bool baseline = false;
  /// Makes the listener of a database's run; may be empty.
  std::function<run::RunListener(const Database& database, EventSink& events)> listener = {};
  /// Asked before a database's upgrade, with what it would run and the schema that it meets; what
  /// it throws keeps that database as it is. May be empty.
  std::function<void(const Database& database, EventSink& events,
                     const std::vector<run::PlannedRevision>& plan, const schema::Schema& before)>
      refuse = {};
  schema::Selection selection = {};
  run::AskSpelling ask = {};
  /// The project's only dialect: a database of another is warned of.
  std::optional<DialectKind> dialect = {};
  bool verbose = false;  ///< debug lines and statements go to Outcome::log, too
};

/// Does it to `database`. What goes wrong is in the outcome, nothing is thrown.
Outcome work_on(const Database& database, const history::Graph& graph,
                const run::ParseRevision& parse, const Job& job) noexcept;

}  // namespace dbmig::fleet
