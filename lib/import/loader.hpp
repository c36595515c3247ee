#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "backend/bulk.hpp"
#include "import/csv_format.hpp"
#include "import/rejects.hpp"
#include "import/splitter.hpp"
#include "import/worker.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// What the thread that writes tells the one that reports.
struct LoadProgress {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> write_nanoseconds{0};
};

/// What the table asks of the order in which rows are written, so that the outcome is the same
/// however the file is cut into batches.
struct RowOrder {
  /// A row whose parent is missing may find it further down the file: it is tried again at the end.
  bool parents_may_follow = false;
  /// The database numbers rows, and a refused row takes a number: each is written by itself.
  bool numbers_each = false;
  std::optional<std::size_t> key;  ///< the numbered column, when the file has it
  std::size_t columns = 0;         ///< of a row
};

/// For rows of `columns` on their way into `table`.
RowOrder row_order(const schema::Table& table, const std::vector<std::string>& columns,
                   bool rejects);

/// The root's end of the pipeline: brings what the ranks made of the chunks into the database, in
/// the order of the file, and knows which line a failure belongs to.
class Loader {
 public:
  /// `rejects` is null when the first bad record ends the import. All but the strings must outlive
  /// the loader.
  Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format, RejectFile* rejects,
         LoadProgress& progress, const RowOrder& order);

  /// Loads the rows of `result`, made of `chunk`, which starts at `first_line`. Throws Error at the
  /// first record, in the file's order, that the converter or the database refused, when there is
  /// no reject file; and whatever the sink throws.
  void load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result);

  /// After the last chunk: the rows that waited for their parents. Those that still have none are
  /// refused, and so are the rows that wait for them. Throws as load() does, and
  /// Error{interrupted} when `stop` is set.
  void finish(const std::atomic<bool>& stop);

 private:
  /// A row whose parent was not there yet.
  struct Waiting {
    std::vector<char> batch;  ///< of this row alone
    std::uint64_t line;
    std::string record;
    Error error;  ///< the last one
  };

  void write(std::span<const char> batch, const backend::RefusedRow& refused);
  void write_each(std::span<const char> batch, const backend::RefusedRow& refused);
  bool has_empty_key(std::span<const char> batch) const;
  std::vector<char> row_of(std::span<const char> batch, std::size_t row) const;
  bool retry(Waiting& row);
  void retry_all(const std::atomic<bool>& stop);
  std::uint64_t line_of(std::uint32_t offset) const;
  SourcePosition position_of(const BadRecord& bad) const;
  std::string_view record_at(std::uint32_t offset) const;
  [[noreturn]] void fail(const BadRecord& bad) const;
  [[noreturn]] void fail(std::string_view record, std::uint64_t line, const Error& error) const;

  backend::BulkSink& sink_;
  std::string file_;
  CsvFormat format_;
  Splitter splitter_;
  RejectFile* rejects_;
  LoadProgress& progress_;
  std::uint64_t rows_before_;
  RowOrder order_;
  std::vector<Waiting> waiting_;

  // Of the chunk at hand.
  std::string_view chunk_;
  std::uint64_t first_line_ = 1;
};

}  // namespace dbmig::import
