#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>

#include "backend/bulk.hpp"
#include "import/csv_format.hpp"
#include "import/rejects.hpp"
#include "import/splitter.hpp"
#include "import/worker.hpp"

namespace dbmig::import {

/// What the thread that writes tells the one that reports.
struct LoadProgress {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> write_nanoseconds{0};
};

/// The root's end of the pipeline: brings what the ranks made of the chunks into the database, in
/// the order of the file, and knows which line a failure belongs to.
class Loader {
 public:
  /// `rejects` is null when the first bad record ends the import. All but the strings must outlive
  /// the loader.
  Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format, RejectFile* rejects,
         LoadProgress& progress);

  /// Loads the rows of `result`, made of `chunk`, which starts at `first_line`. Throws Error at the
  /// first record, in the file's order, that the converter or the database refused, when there is
  /// no reject file; and whatever the sink throws.
  void load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result);

 private:
  std::uint64_t line_of(std::uint32_t offset) const;
  SourcePosition position_of(const BadRecord& bad) const;
  std::string_view record_at(std::uint32_t offset) const;
  [[noreturn]] void fail(const BadRecord& bad) const;
  [[noreturn]] void fail(std::uint32_t offset, const Error& error) const;

  backend::BulkSink& sink_;
  std::string file_;
  CsvFormat format_;
  Splitter splitter_;
  RejectFile* rejects_;
  LoadProgress& progress_;
  std::uint64_t rows_before_;

  // Of the chunk at hand.
  std::string_view chunk_;
  std::uint64_t first_line_ = 1;
};

}  // namespace dbmig::import
