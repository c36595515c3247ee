#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

namespace dbmig::import {

using Bytes = std::vector<char>;

/// A message in flight, made by Communicator::isend() or irecv(). It owns its buffer until test()
/// returns true; only then may the request be destroyed, unless the job is left.
class Request {
 public:
  Request() = default;
  virtual ~Request() = default;
  Request(const Request&) = delete;
  Request& operator=(const Request&) = delete;

  /// Makes progress and returns whether the request is complete: sent, so that the buffer can be
  /// reused, or received. Never waits; a completed request stays complete.
  virtual bool test() = 0;
};

/// A file that one rank reads by itself, at any offset.
class FileRanges {
 public:
  FileRanges() = default;
  virtual ~FileRanges() = default;
  FileRanges(const FileRanges&) = delete;
  FileRanges& operator=(const FileRanges&) = delete;

  /// Fills `out` with the bytes from `offset` on. Returns the reason if that fails, otherwise an
  /// empty string.
  virtual std::string read_at(std::uint64_t offset, std::span<char> out) = 0;
};

/// No rank: what is sent to it is discarded, and nothing is received from it. As a colour of
/// split(): a rank that joins no group.
inline constexpr int kNoRank = -1;

/// A user-defined operation on values of equal size: `right` becomes `left` followed by `right`,
/// where `left` belongs to the lower ranks. Associative; need not be commutative.
using Combine = void (*)(const void* left, void* right);

/// The ranks of a job, with the operations of the MPI standard that the import needs. Rank 0 is the
/// root. Messages of any length between two ranks arrive in the order in which they were sent. Only
/// one thread of a rank may call it at a time. Implementations: lib/mpi, and those that build the
/// collective operations from messages, see message_communicator.hpp.
class Communicator {
 public:
  virtual ~Communicator() = default;
  virtual int rank() const = 0;
  virtual int size() const = 0;
  bool is_root() const { return rank() == 0; }

  /// Starts to send `message` to the rank `to`, which must not be this one.
  virtual std::unique_ptr<Request> isend(std::span<const char> message, int to) = 0;
  /// Starts to receive the next message of the rank `from` into `message`, whose storage is reused.
  /// The previous one from the same rank must be complete.
  virtual std::unique_ptr<Request> irecv(Bytes& message, int from) = 0;

  // Collective: every rank calls them, in the same order, while it has no other message in flight.
  // They wait for the other ranks without using the CPU.

  /// Sends `message` to the rank `to` and receives into `received` what the rank `from` sends in
  /// the same call. Either may be kNoRank; both may be this rank.
  virtual void sendrecv(std::span<const char> message, int to, Bytes& received, int from) = 0;
  /// `value` becomes the combination of the values of all lower ranks; undefined on the root.
  /// Equally large on every rank, see exscan() below.
  virtual void exscan(std::span<char> value, Combine combine) = 0;
  /// `value` becomes the combination of all values, on the root; undefined elsewhere.
  virtual void reduce(std::span<char> value, Combine combine) = 0;
  /// The same, on every rank.
  virtual void allreduce(std::span<char> value, Combine combine) = 0;
  /// Sends `to[rank]` to each rank, including this one, and receives into `from[rank]`.
  virtual void alltoallv(const std::vector<Bytes>& to, std::vector<Bytes>& from) = 0;
  /// A communicator of the ranks that pass the same non-negative `color`, in their order; null for
  /// those that pass kNoRank. It must be destroyed before this one, on every rank of it.
  virtual std::unique_ptr<Communicator> split(int color) = 0;

  /// Opens the file at `path` for this rank alone, without the others: by MPI-IO in an MPI job.
  /// Null in other implementations, and if it cannot be opened.
  virtual std::unique_ptr<FileRanges> open_ranges(const std::string& path) {
    static_cast<void>(path);
    return nullptr;
  }

  /// To be called when a rank no longer answers: from here on, no rank is waited for, not even at
  /// the end of the job, which the root then aborts (job_end.hpp).
  void leave() { was_left_ = true; }
  bool was_left() const { return was_left_; }

  /// How long the root waits for a message in wait_for_rank(); 0: without a limit. A slow server
  /// may take minutes to send a first row.
  static constexpr std::chrono::seconds kRankLimit{600};
  std::chrono::seconds rank_limit() const { return rank_limit_; }
  void set_rank_limit(std::chrono::seconds limit) { rank_limit_ = limit; }

  /// Ends all ranks of the job at once, when they cannot end in an orderly way. Does nothing in a
  /// job of one rank.
  virtual void abort() noexcept = 0;

 private:
  bool was_left_ = false;
  std::chrono::seconds rank_limit_ = kRankLimit;
};

/// A type of values that ranks combine: `T{}` is its neutral element.
template <class T>
concept Combinable = std::is_trivially_copyable_v<T> && std::is_default_constructible_v<T> &&
    requires(const T& left, T& right) {
  T::combine(left, right);
};

/// T::combine() for values at any address, aligned or not.
template <Combinable T>
void combine_bytes(const void* left, void* right) {
  T a;
  T b;
  std::memcpy(static_cast<void*>(&a), left, sizeof a);
  std::memcpy(static_cast<void*>(&b), right, sizeof b);
  T::combine(a, b);
  std::memcpy(right, static_cast<const void*>(&b), sizeof b);
}

/// The combination of the values of the lower ranks, in their order; `T{}` on the root.
template <Combinable T>
T exscan(Communicator& ranks, T value) {
  ranks.exscan({reinterpret_cast<char*>(&value), sizeof value}, &combine_bytes<T>);
  return ranks.is_root() ? T{} : value;
}

/// The combination of the values of all ranks, in their order, on the root; `T{}` elsewhere.
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

/// How long an idle rank sleeps before it tests again: not at all at first, then longer and longer.
/// The sleep leaves the core to the rank or server that works.
class Backoff {
 public:
  /// To be called after progress: the next wait is short again.
  void reset() { tries_ = 0; }
  std::chrono::microseconds next();
  void sleep();

 private:
  unsigned tries_ = 0;
};

/// Waits until `request` is complete, asleep most of the time.
void wait(Request& request);

/// The same on the root, for a message to or from `rank`: gives the rank up (give_up_rank()) after
/// Communicator::rank_limit(). On other ranks, which wait for the root, it is wait().
void wait_for_rank(Request& request, Communicator& ranks, int rank);

/// Leaves the job (Communicator::leave()) because `rank` has been silent for too long, and throws
/// Error{failed}: `reason` says what else than being stopped may be the cause.
[[noreturn]] void give_up_rank(Communicator& ranks, int rank, std::chrono::seconds silent,
                               std::string_view reason);

/// The next message of `rank` that says something, on the root: waits as wait_for_rank() does, and
/// longer as long as the rank gives SignsOfLife. `at_sign` is called at each of them and may throw.
Bytes next_message(Communicator& ranks, int rank, const std::function<void()>& at_sign = {});

/// While this rank works on something for long, it sends the root an empty message each second, as
/// next_message() expects. Does nothing on the root.
class SignsOfLife {
 public:
  explicit SignsOfLife(Communicator& ranks) : ranks_(ranks) {}
  ~SignsOfLife();
  SignsOfLife(const SignsOfLife&) = delete;
  SignsOfLife& operator=(const SignsOfLife&) = delete;

  /// To be called after each step of the work, from any thread: one that waits in vain, for a
  /// database or a file, gives no sign.
  void work_goes_on();
  /// As long as the result exists, the caller may use the communicator.
  std::unique_lock<std::mutex> pause() { return std::unique_lock(mutex_); }

 private:
  Communicator& ranks_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point given_at_ = std::chrono::steady_clock::now();
  std::unique_ptr<Request> last_;
};

/// Time that passes while this process runs: a machine that sleeps, or a process that is stopped,
/// makes it go on by no more than a second.
class AwakeTime {
 public:
  /// Since the construction; to be called often.
  std::chrono::nanoseconds elapsed();

 private:
  std::chrono::steady_clock::time_point looked_at_ = std::chrono::steady_clock::now();
  std::chrono::nanoseconds elapsed_{0};
};

/// A single process with one rank, without messages.
std::unique_ptr<Communicator> local_communicator();

/// Whether mpirun (or srun…) started this process as one of several ranks; reads only the
/// environment and loads nothing of MPI.
bool started_by_mpi();
/// This process's rank according to the environment; 0 if it was not started by MPI.
int rank_from_environment();

/// Open MPI binds each rank of a job with one or two ranks to one core, and thereby all threads of
/// the rank. This lets them use all cores that the launcher may use, unless the user chose a
/// binding, or the job runs on several hosts. To be called before threads are started.
void leave_binding();

/// Throws Error{failed}, saying what to install, if the MPI module is not next to the program.
void require_mpi_module();

/// Loads the MPI module next to the program and starts MPI. Throws Error{failed}, saying what to
/// install, if it cannot be loaded.
std::unique_ptr<Communicator> mpi_communicator();

}  // namespace dbmig::import
