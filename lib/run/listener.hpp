#pragma once

#include <functional>
#include <string>
#include <vector>

#include "run/run_plan.hpp"

namespace dbmig::run {

struct PlannedRevision;

/// A moment of a run.
struct RunEvent {
  enum class Point {
    before_run,       ///< something is going to run; nothing was changed
    before_revision,  ///< its first statement is next
    after_revision,   ///< it is there, or gone; on SQLite within the transaction of the run
    after_run,        ///< the run is over
  };
  Point point = Point::before_run;
  Direction direction = Direction::upgrade;
  const PlannedRevision* revision = nullptr;  ///< of the points around a revision
  std::vector<std::string> ids = {};          ///< of the run: what is to run, in order
  std::string failure = {};                   ///< after_run: why it failed; empty: it did not
};

/// Is called at every moment of a run, on its thread. What it throws before a run or a revision
/// stops the run there, as a statement that fails does.
using RunListener = std::function<void(const RunEvent&)>;

/// Calls `listener` where there is one.
void tell(const RunListener& listener, RunEvent::Point point, const PlannedRevision* revision);

}  // namespace dbmig::run
