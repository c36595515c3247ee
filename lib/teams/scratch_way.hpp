#pragma once

#include <atomic>
#include <set>
#include <string>

#include "backend/scratch.hpp"
#include "base/event.hpp"
#include "history/graph.hpp"
#include "run/runner.hpp"

namespace dbmig::teams {

/// What several ways through a history are taken with.
struct ScratchSettings {
  backend::ScratchOptions options;
  run::ParseRevision parse;
  const std::atomic<bool>* stop = nullptr;
  dialect::Variables variables = {};
};

/// A scratch database that stands where ways part, with generated rows if asked: always the same.
struct ScratchWay {
  /// `graph` must outlive it; `start` are its heads.
  ScratchWay(const ScratchSettings& settings, const history::Graph& graph,
             const std::set<std::string>& start, bool with_rows);

  schema::Schema found();

  NullEventSink silence;
  backend::Scratch scratch;
  run::Runner runner;
  run::RunOptions how;
};

}  // namespace dbmig::teams
