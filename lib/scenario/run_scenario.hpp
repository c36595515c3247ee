#pragma once

#include <atomic>
#include <optional>
#include <string>

#include "backend/scratch.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"
#include "yaml/scenario.hpp"

namespace dbmig::scenario {

/// What a test of migrations needs; everything outlives the call.
struct Environment {
  const history::Graph& graph;
  const run::ParseRevision& parse;
  const dialect::Variables& variables;  ///< the test's own come first
  const std::atomic<bool>* stop = nullptr;
};

/// What came of a test.
struct Result {
  std::optional<Diagnostic> failure;  ///< the first step that was not as it should be
  std::string skipped;                ///< why it did not run; empty: it did
};

/// Runs the steps of `scenario` in a new scratch database. Revisions run as deployments run them,
/// with consent to what a downgrade loses; plain SQL that may reach out of the database is not run
/// on a server (the test is skipped).
///
/// Throws Error{interrupted}, and what making the scratch database throws.
Result run_scenario(const yaml::Scenario& scenario, const backend::ScratchOptions& options,
                    const Environment& environment);

}  // namespace dbmig::scenario
