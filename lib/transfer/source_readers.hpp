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

/// The readers of the source's rows for a copy, all in the same snapshot: a thread of this process,
/// or the other ranks of an MPI job, each with its own connection.
class SourceReaders {
 public:
  virtual ~SourceReaders() = default;
  /// How many parts can be read in parallel; determines into how many parts a table is divided.
  virtual std::size_t size() const = 0;

  /// Receives the batches of the parts in order: `take` is called with the part's index. Throws a
  /// reader's error, and what `take` throws; the readers are then free for the next job.
  using TakeBatch = std::function<void(std::size_t part, const RowBatch& batch)>;
  virtual void copy(const ReadJob& job, const TakeBatch& take) = 0;
  /// The values of each part that do not fit, in order.
  virtual std::vector<PartCheck> check(const ReadJob& job) = 0;
};

/// Reads through `source`, which is in a snapshot and must not be used otherwise during a call, in
/// a second thread; values are checked by two threads, the other one with its own connection.
std::unique_ptr<SourceReaders> thread_reader(backend::Connection& source,
                                             const std::atomic<bool>& stop);

/// Begins a snapshot on `source` and on the other ranks, at the same moment, and uses them as
/// readers. If that is not possible, for example without the right to lock tables, it reports that,
/// and only `source` is read. The other ranks must be in serve_copy(). The snapshot of `source`
/// ends with the result.
std::unique_ptr<SourceReaders> rank_readers(backend::Connection& source,
                                            import::Communicator& ranks,
                                            const std::vector<std::string>& tables,
                                            EventSink& events, const std::atomic<bool>& stop);

/// What the other ranks do in a copy: read through `source` what the root requests, until it calls
/// end_service().
void serve_copy(backend::Connection& source, import::Communicator& ranks,
                const std::atomic<bool>& stop);
/// Ends serve_copy() on the other ranks.
void end_service(import::Communicator& ranks);

}  // namespace dbmig::transfer
