#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/communicator.hpp"
#include "transfer/read_job.hpp"

namespace dbmig::transfer {

/// The readers of the source's rows for a copy, all as of one moment: a thread of this process, or
/// the other ranks of an MPI job, each with its own connection.
class SourceReaders {
 public:
  virtual ~SourceReaders() = default;
  /// How many can read at the same time; how many parts a table is worth being read in depends on
  /// it.
  virtual std::size_t size() const = 0;

  /// Takes the batches of one part after the other, in order: `take` is called with the part's
  /// place. Throws what went wrong with a reader, and what `take` throws; the readers are free for
  /// the next job then.
  using TakeBatch = std::function<void(std::size_t part, const RowBatch& batch)>;
  virtual void copy(const ReadJob& job, const TakeBatch& take) = 0;
  /// What the values of each part were, in order.
  virtual std::vector<PartCheck> check(const ReadJob& job) = 0;
};

/// Reads through `source`, which is in a snapshot and is not used otherwise as long as a call
/// lasts, in a thread beside the caller's; values are checked by two, the other one with a
/// connection of its own.
std::unique_ptr<SourceReaders> thread_reader(backend::Connection& source,
                                             const std::atomic<bool>& stop);

/// Begins a snapshot on `source` and on the other ranks, of one moment; with them as readers. Where
/// that cannot be had, as without the right to lock tables, it says so, and `source` is read alone.
/// The other ranks are in serve_copy(). The snapshot of `source` ends with the result.
std::unique_ptr<SourceReaders> rank_readers(backend::Connection& source,
                                            import::Communicator& ranks,
                                            const std::vector<std::string>& tables,
                                            EventSink& events, const std::atomic<bool>& stop);

/// What every rank but the root does in a copy: reads through `source` what the root asks for,
/// until it says that it is done.
void serve_copy(backend::Connection& source, import::Communicator& ranks,
                const std::atomic<bool>& stop);
/// Ends serve_copy() on the other ranks.
void end_service(import::Communicator& ranks);

}  // namespace dbmig::transfer
