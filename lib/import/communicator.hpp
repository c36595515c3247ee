#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace dbmig::import {

using Bytes = std::vector<char>;

/// A message on its way, made by Communicator::isend() or irecv(). Its buffer belongs to it until
/// test() has said that it is done; only then may the request be destroyed.
class Request {
 public:
  Request() = default;
  virtual ~Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Moves the message on and tells whether it is done: sent, so that the buffer can be used again,
  /// or received. Never waits; once done it stays so.
  virtual bool test() = 0;
};

/// The ranks of a job, as the import sees them, in the words of the MPI standard. Rank 0 is the
/// root. Messages of any length travel between two ranks in the order in which they were sent. Only
/// one thread of a rank may call it at a time. Implementations: lib/mpi and local_communicator().
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool is_root() const { return rank() == 0; }

  /// Starts to send `message` to the rank `to`, another one.
  virtual std::unique_ptr<Request> isend(std::span<const char> message, int to) = 0;
  /// Starts to receive the next message of the rank `from` into `message`, whose storage is reused.
  /// The one before from the same rank must be done.
  virtual std::unique_ptr<Request> irecv(Bytes& message, int from) = 0;
  /// Ends every rank of the job at once, for what cannot be agreed upon. Does nothing in a job of
  /// one rank.
  virtual void abort() noexcept = 0;
};

/// How long a rank that has nothing to do sleeps before it looks again: not at all at first, then
/// longer and longer. The sleep is what leaves the core to the rank or server that works.
class Backoff {
 public:
  /// Something happened: the next wait is short again.
  void reset() { tries_ = 0; }
  std::chrono::microseconds next();
  void sleep();

 private:
  unsigned tries_ = 0;
};

/// Waits until `request` is done, asleep for most of the time.
void wait(Request& request);

/// One process, one rank: nobody to send to.
std::unique_ptr<Communicator> local_communicator();

/// True when mpirun (or srun…) started this process as one of several ranks, from the environment
/// alone: nothing of MPI is loaded.
bool started_by_mpi();
/// This process's rank from the environment, 0 when not started by MPI.
int rank_from_environment();

/// Open MPI binds each rank of a job of one or two to one core, and with it all threads of the
/// rank. They get the cores back that the launcher was allowed to use, unless the user chose a
/// binding, or the job is on several hosts. To be called before there are threads.
void leave_binding();

/// Throws Error{failed} saying what to install when the MPI module does not stand beside the
/// program.
void require_mpi_module();

/// Loads the MPI module that stands beside the program and starts MPI. Throws Error{failed} saying
/// what to install when it cannot be loaded.
std::unique_ptr<Communicator> mpi_communicator();

}  // namespace dbmig::import
