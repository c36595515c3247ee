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
    before_run,       ///< the run is about to start; nothing has changed yet
    before_revision,  ///< before its first statement
    after_revision,   ///< it is applied, or reverted; on SQLite within the transaction of the run
    after_run,        ///< the run is over
  };
  Point point = Point::before_run;
  Direction direction = Direction::upgrade;
  const PlannedRevision* revision = nullptr;  ///< for before_revision and after_revision
  std::vector<std::string> ids = {};  ///< before_run and after_run: the revisions to run, in order
  std::string failure = {};           ///< after_run: why it failed; empty if it did not
};

/// Called at each of these points, on the thread of the run. If it throws before a run or a
/// revision, the run stops there, as if a statement had failed.
using RunListener = std::function<void(const RunEvent&)>;

/// Calls `listener` if there is one.
void tell(const RunListener& listener, RunEvent::Point point, const PlannedRevision* revision);

}  // namespace dbmig::run
