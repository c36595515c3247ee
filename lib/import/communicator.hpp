#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
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

/// A file that one rank reads by itself, at any place.
class FileRanges {
 public:
  FileRanges() = default;
  virtual ~FileRanges() = default;
  FileRanges(const FileRanges&) = delete;
  FileRanges& operator=(const FileRanges&) = delete;

  /// Fills `out` with the bytes from `offset` on. Returns why it could not; empty when it could.
  virtual std::string read_at(std::uint64_t offset, std::span<char> out) = 0;
};

/// No rank at all: what is sent to it goes nowhere, and nothing comes from it. As a colour of
/// split(): a rank that joins no group.
inline constexpr int kNoRank = -1;

/// An operation of our own on values of equal size: `right` becomes `left` followed by `right`,
/// where `left` is of the lower ranks. Associative; it need not be commutative.
using Combine = void (*)(const void* left, void* right);

/// The ranks of a job, as the import sees them, in the words of the MPI standard. Rank 0 is the
/// root. Messages of any length travel between two ranks in the order in which they were sent. Only
/// one thread of a rank may call it at a time. Implementations: lib/mpi and those that make the
/// collective operations of messages, see message_communicator.hpp.
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

  // Every rank calls these, in the same order, while it has no other message under way. They wait,
  // asleep, for the other ranks.

  /// Sends `message` to the rank `to` and receives into `received` what the rank `from` sends by
  /// the same call. Either may be kNoRank; both may be this rank.
  virtual void sendrecv(std::span<const char> message, int to, Bytes& received, int from) = 0;
  /// `value` becomes the combination of the values of all lower ranks; undefined on the root. As
  /// large on every rank, see exscan() below.
  virtual void exscan(std::span<char> value, Combine combine) = 0;
  /// `value` becomes the combination of all values, on the root; undefined elsewhere.
  virtual void reduce(std::span<char> value, Combine combine) = 0;
  /// The same, on every rank.
  virtual void allreduce(std::span<char> value, Combine combine) = 0;
  /// Sends `to[rank]` to each rank, this one too, and receives into `from[rank]`.
  virtual void alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) = 0;
  /// The ranks that say the same `color`, not negative, in their order; null for those that say
  /// kNoRank. This communicator must outlive it, and every rank of it must end it.
  virtual std::unique_ptr<Communicator> split(int color) = 0;

  /// Opens the file at `path` for this rank alone, no other has to take part: by MPI-IO, where the
  /// ranks are MPI's. Null elsewhere, and when it cannot be opened in this way.
  virtual std::unique_ptr<FileRanges> open_ranges(const std::string& path) {
    static_cast<void>(path);
    return nullptr;
  }

  /// A rank no longer answers: from here on no rank is waited for, at the end of the job
  /// neither, which the root then ends by order (job_end.hpp).
  void leave() { was_left_ = true; }
  bool was_left() const { return was_left_; }

  /// Ends every rank of the job at once, for what cannot be agreed upon. Does nothing in a job of
  /// one rank.
  virtual void abort() noexcept = 0;

 private:
  bool was_left_ = false;
};

/// A value that ranks combine: `T{}` followed by any value is that value.
template <class T>
concept Combinable = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
    requires(const T& left, T& right) {
  T::combine(left, right);
};

/// T::combine() for values that stand anywhere in memory.
template <Combinable T>
void combine_bytes(const void* left, void* right) {
  T a;
  T b;
  std::memcpy(static_cast<void*>(&a), left, sizeof a);
  std::memcpy(static_cast<void*>(&b), right, sizeof b);
  T::combine(a, b);
  std::memcpy(right, static_cast<const void*>(&b), sizeof b);
}

/// What the values of the lower ranks come to, in their order; `T{}` on the root.
template <Combinable T>
T exscan(Communicator& ranks, T value) {
  ranks.exscan({reinterpret_cast<char*>(&value), sizeof value}, &combine_bytes<T>);
  return ranks.is_root() ? T{} : value;
}

/// What the values of all ranks come to, in their order, on the root; `T{}` elsewhere.
template <Combinable T>
T reduce(Communicator& ranks, T value) {
  ranks.reduce({reinterpret_cast<char*>(&value), sizeof value}, &combine_bytes<T>);
  return ranks.is_root() ? value : T{};
}

/// The same, on every rank.
template <Combinable T>
T allreduce(Communicator& ranks, T value) {
  ranks.allreduce({reinterpret_cast<char*>(&value), sizeof value}, &combine_bytes<T>);
  return value;
}

/// How long a rank that has nothing to do sleeps before it looks again: not at all at first, then
/// longer and longer. The sleep is what leaves the core to the rank or server that works.
class Backoff {
 public:
  /// To be called after progress: the next wait is short again.
  void reset() { tries_ = 0; }
  std::chrono::microseconds next();
  void sleep();

 private:
  unsigned tries_ = 0;
};

/// Waits until `request` is done, asleep for most of the time.
void wait(Request& request);

/// One process, one rank: no messages.
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
