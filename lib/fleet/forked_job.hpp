#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "import/communicator.hpp"

namespace dbmig::fleet {

/// Processes of this machine, made by fork(), that a root hands tasks to: what the parent has read
/// they have, too, and nothing needs MPI. Only the root and one rank can talk to each other.
///
/// The ranks are deaf to the terminal's Ctrl-C: stop() tells them. They end with the parent,
/// however it ends.
class ForkedJob {
 public:
  /// Makes `workers` processes, each of which runs `body` with its communicator, then ends. No
  /// other thread of this process may be running. Throws Error{failed} when they cannot be made.
  ForkedJob(int workers, const std::function<void(import::Communicator&)>& body);
  ForkedJob(const ForkedJob&) = delete;
  ForkedJob& operator=(const ForkedJob&) = delete;
  /// Waits for the processes' end.
  ~ForkedJob();

  /// The root's. Waiting for a message of a process that has ended throws Error{failed} that says
  /// how it ended.
  [[nodiscard]] import::Communicator& root() { return *root_; }
  /// Sends every process SIGTERM.
  void stop() const;
  /// Waits until a message may have come, a few milliseconds at most.
  void wait();

 private:
  std::vector<pid_t> processes_;
  std::vector<int> sockets_;
  std::vector<int> waited_for_;  ///< sockets_, -1 for those whose process has ended
  std::unique_ptr<import::Communicator> root_;
};

}  // namespace dbmig::fleet
