#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/bulk.hpp"
#include "base/error.hpp"
#include "import/csv_format.hpp"
#include "import/held_keys.hpp"
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

/// What to do with records that cannot be loaded: the first one ends the import, unless they can be
/// written somewhere.
struct BadRecordPolicy {
  RejectFile* rejects = nullptr;
  Problems* problems = nullptr;
  bool goes_on() const { return problems != nullptr; }
};

/// How the rows of a table must be written so that the result does not depend on how the file is
/// divided into batches.
struct RowOrder {
  /// The missing parent of a row may follow later in the file, or in another one: the row is tried
  /// again at the end.
  bool parents_may_follow = false;
  /// After many rows without a parent, the next ones wait without being tried: a refused row takes
  /// a server much longer than asking for the parents of many. See WaitingFile::has_triggers.
  bool may_wait_untried = false;
  /// Rows refer to the number of another one of the table: one that the database is to number
  /// cannot wait, because the rows behind it would get other numbers than they have in the file.
  bool numbers_are_parents = false;
  /// The database numbers rows, and a refused row uses up a number: each row is written by itself.
  bool numbers_each = false;
  /// Other writers number rows at the same time: no row may be left to the database to number.
  bool refuses_empty_keys = false;
  std::optional<std::size_t> key;  ///< the numbered column, if the file has it
  std::size_t columns = 0;         ///< of a row
};

/// The order for rows of `columns` written to `table` of a database of `kind`. `still_loaded` are
/// the tables, including this one, that may still get rows.
RowOrder row_order(DialectKind kind, const schema::Table& table,
                   const std::vector<std::string>& columns,
                   const std::vector<std::string>& still_loaded, bool rejects);

/// A record that was not written because an earlier one of the files has the same key.
class RepeatedKeyError : public Error {
 public:
  /// `record` as messages show it; `columns` of the key.
  RepeatedKeyError(const SourcePosition& where, const std::string& record,
                   std::vector<std::string> columns);
  const std::vector<std::string>& columns() const { return columns_; }
  /// The same error with the place of the earlier record.
  Error with_first(const std::string& place) const;

 private:
  std::string record_;
  std::vector<std::string> columns_;
};

/// The root's end of the pipeline: writes the ranks' results to the database, in the order of the
/// file, and knows the line of each row.
class Loader {
 public:
  /// Rows that must wait for their parents are added to `waiting`, and so are later rows with a key
  /// of theirs, unless `held` is null. All must outlive the loader.
  Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format,
         const BadRecordPolicy& policy, LoadProgress& progress, const RowOrder& order,
         WaitingFile& waiting, HeldKeys* held);

  /// Loads the rows of `result`, the result of `chunk`, which begins at `first_line`. Without a
  /// reject file, throws Error for the first record, in the file's order, that the converter or the
  /// database refused; also throws the sink's errors.
  void load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result);
  /// The error for the record at `offset` of the last chunk: it is not loaded because an earlier
  /// one has the same key.
  RepeatedKeyError repeated_key(std::uint32_t offset, std::vector<std::string> columns) const;

 private:
  /// What is done with some of the rows of a batch, which are numbered by themselves.
  struct Outcome {
    backend::RefusedRow refused;
    std::function<void(std::size_t row, std::vector<char> cells)> waits;  ///< untried
  };
  void write(std::span<const char> batch, const std::vector<std::uint32_t>& offsets,
             const backend::RefusedRow& refused, const backend::RefusedRow& cannot_wait);
  void write_rows(std::span<const char> batch, std::size_t rows, const Outcome& outcome);
  void write_or_wait(std::span<const char> batch, std::size_t rows, const Outcome& outcome);
  void write_each(std::span<const char> batch, const backend::RefusedRow& refused);
  bool has_empty_key(std::span<const char> batch) const;
  std::vector<char> next_row(backend::RowReader& reader) const;
  bool has_number(std::span<const char> row) const;
  void let_wait(std::vector<char> cells, std::size_t row, std::uint32_t offset,
                std::optional<Error> error);
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
  std::uint64_t rows_told_;  ///< rows of the sink that the progress already includes
  RowOrder order_;
  WaitingFile& waiting_;
  HeldKeys* held_;

  // The current chunk.
  std::string_view chunk_;
  std::uint64_t first_line_ = 1;
  struct Counted {
    std::uint32_t offset = 0;
    std::uint64_t line = 1;
  };
  mutable Counted counted_;    ///< how far line_of() has counted
  std::vector<RowKeys> keys_;  ///< of each row; only with `held_`
};

/// The error if the database refused `record` of `file`, and the import ends.
Error refused_record(const std::string& file, std::uint64_t line, std::string_view record,
                     const CsvFormat& format, const Error& error);

}  // namespace dbmig::import
