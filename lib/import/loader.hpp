#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "import/csv_format.hpp"
#include "import/problems.hpp"
#include "import/rejects.hpp"
#include "import/splitter.hpp"
#include "import/waiting_rows.hpp"
#include "import/worker.hpp"
#include "schema/table.hpp"

namespace dbmig::import {

/// Messages of the writing thread to the reporting one.
struct LoadProgress {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> write_nanoseconds{0};
};

/// What becomes of records that cannot be loaded: the first one ends the import, unless there is
/// somewhere to tell of them.
struct BadRecordPolicy {
  RejectFile* rejects = nullptr;
  Problems* problems = nullptr;
  bool goes_on() const { return problems != nullptr; }
};

/// What the table asks of the order in which rows are written, so that the outcome is the same
/// however the file is cut into batches.
struct RowOrder {
  /// A row whose parent is missing may find it further down the file, or in another one: it is
  /// tried again at the end.
  bool parents_may_follow = false;
  /// The database numbers rows, and a refused row takes a number: each is written by itself.
  bool numbers_each = false;
  /// Other writers number rows at the same time: none may be left to the database.
  bool refuses_empty_keys = false;
  std::optional<std::size_t> key;  ///< the numbered column, when the file has it
  std::size_t columns = 0;         ///< of a row
};

/// For rows of `columns` on their way into `table`. `still_loaded` are the tables, this one among
/// them, that rows may still come into.
RowOrder row_order(const schema::Table& table, const std::vector<std::string>& columns,
                   const std::vector<std::string>& still_loaded, bool rejects);

/// A record that was not written, because an earlier one of the files has the same key.
class RepeatedKeyError : public Error {
 public:
  /// `record` as messages show it; `columns` of the key.
  RepeatedKeyError(const SourcePosition& where, const std::string& record,
                   std::vector<std::string> columns);
  const std::vector<std::string>& columns() const { return columns_; }
  /// The same, with the place of the earlier one.
  Error with_first(const std::string& place) const;

 private:
  std::string record_;
  std::vector<std::string> columns_;
};

/// The root's end of the pipeline: brings what the ranks made of the chunks into the database, in
/// the order of the file, and knows which line a failure belongs to.
class Loader {
 public:
  /// Rows that have to wait for their parents go into `waiting`. All but the strings must outlive
  /// the loader.
  Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format,
         const BadRecordPolicy& policy, LoadProgress& progress, const RowOrder& order,
         WaitingFile& waiting);

  /// Loads the rows of `result`, made of `chunk`, which starts at `first_line`. Throws Error at the
  /// first record, in the file's order, that the converter or the database refused, when there is
  /// no reject file; and whatever the sink throws.
  void load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result);
  /// That the record at `offset` of the chunk that was loaded last, which is not loaded, has a key
  /// that an earlier one has.
  RepeatedKeyError repeated_key(std::uint32_t offset, std::vector<std::string> columns) const;

 private:
  void write(std::span<const char> batch, const backend::RefusedRow& refused);
  void write_each(std::span<const char> batch, const backend::RefusedRow& refused);
  bool has_empty_key(std::span<const char> batch) const;
  std::vector<char> row_of(std::span<const char> batch, std::size_t row) const;
  std::uint64_t line_of(std::uint32_t offset) const;
  SourcePosition position_of(const BadRecord& bad) const;
  std::string_view record_at(std::uint32_t offset) const;
  [[noreturn]] void fail(const BadRecord& bad) const;

  backend::BulkSink& sink_;
  std::string file_;
  CsvFormat format_;
  Splitter splitter_;
  BadRecordPolicy policy_;
  LoadProgress& progress_;
  std::uint64_t rows_told_;  ///< of the sink, that are in the progress
  RowOrder order_;
  WaitingFile& waiting_;

  // Of the chunk at hand.
  std::string_view chunk_;
  std::uint64_t first_line_ = 1;
  struct Counted {
    std::uint32_t offset = 0;
    std::uint64_t line = 1;
  };
  mutable Counted counted_;  ///< how far line_of() has counted
};

/// That the database refused `record` of `file`, as the first one ends the import.
Error refused_record(const std::string& file, std::uint64_t line, std::string_view record,
                     const CsvFormat& format, const Error& error);

}  // namespace dbmig::import
