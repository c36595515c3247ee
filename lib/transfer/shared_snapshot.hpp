#pragma once

#include <atomic>
#include <memory>

#include "backend/backend.hpp"
#include "base/event.hpp"
#include "import/communicator.hpp"
#include "transfer/copy.hpp"
#include "transfer/key_ranges.hpp"
#include "transfer/source_readers.hpp"
#include "transfer/table_pair.hpp"

namespace dbmig::transfer {

/// A snapshot of the source, with its readers.
class SharedSnapshot {
 public:
  SharedSnapshot(backend::Connection& source, import::Communicator* ranks,
                 const CopyOptions& options, EventSink& events, const std::atomic<bool>& stop);
  ~SharedSnapshot();
  SharedSnapshot(const SharedSnapshot&) = delete;
  SharedSnapshot& operator=(const SharedSnapshot&) = delete;

  SourceReaders& readers() const { return *readers_; }

 private:
  backend::Connection& source_;
  std::unique_ptr<SourceReaders> readers_;
};

/// The job that reads `pair`'s rows in these ranges of its key, one after the other.
ReadJob job_for(const backend::Connection& source, TablePair& pair,
                const std::vector<KeyRange>& ranges, DialectKind target);

}  // namespace dbmig::transfer
