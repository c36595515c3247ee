#pragma once

#include <poll.h>
#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "import/job_report.hpp"

namespace dbmig::cli {

/// What the process that started a job of `ranks` ranks hears from them, and how long it waits:
/// mpirun itself can wait for ever, for a rank that does not start, and at its own end.
class JobWatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// Listens from now on. `start_limit` of 0: however long the start takes.
  JobWatch(int ranks, std::chrono::seconds start_limit);
  ~JobWatch();
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;

  /// For the ranks' environment.
  const std::string& socket_name() const { return name_; }

  /// What is to be polled beside the caller's own.
  void add_to(std::vector<pollfd>& polled) const;
  /// Takes what has come.
  void read();

  /// Sends `number` to the ranks themselves; false when not all of them have started, and none was
  /// told. mpirun that is told instead may hand on nothing more of what they say (Open MPI 5).
  bool signal_ranks(int number) const;

  /// When the job has to be stopped, as things are; nothing: it may take as long as it takes.
  std::optional<Clock::time_point> deadline() const;
  /// Why it has to be stopped then, and what to do.
  Error reason() const;
  /// How the first rank ended, when it said so.
  std::optional<int> exit_code() const;

 private:
  struct Rank {
    int socket = -1;  ///< -1: it has not come, or it has ended
    bool is_there = false;
    bool has_started = false;
    std::optional<int> exit_code;
  };

  void accept_all();
  void take(int socket);
  std::string missing() const;

  const std::chrono::seconds start_limit_;
  const Clock::time_point begin_ = Clock::now();
  std::optional<Clock::time_point> first_end_;  ///< of a rank, or of its work
  std::optional<std::size_t> lost_;             ///< the first rank that ended without a word
  std::string name_;
  int listening_ = -1;
  std::vector<int> unknown_;  ///< sockets of ranks that have not said which they are
  std::vector<Rank> ranks_;
};

}  // namespace dbmig::cli
