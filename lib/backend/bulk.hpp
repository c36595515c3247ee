#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace dbmig::backend {

/// One typed value on its way into a table. Text and bytes are borrowed: they must live until the
/// row has been encoded.
struct Cell {
  enum class Kind : std::uint8_t { null, integer, unsigned_integer, real, text, blob };
  Kind kind = Kind::null;
  std::int64_t integer = 0;  ///< integer; unsigned_integer: the same 64 bits
  double real = 0;
  std::string_view bytes;  ///< text (well-formed UTF-8) and blob

  static Cell null() { return {}; }
  static Cell of(std::int64_t value) { return {Kind::integer, value, 0, {}}; }
  static Cell of_unsigned(std::uint64_t value) {
    return {Kind::unsigned_integer, static_cast<std::int64_t>(value), 0, {}};
  }
  static Cell of(double value) { return {Kind::real, 0, value, {}}; }
  static Cell of_text(std::string_view value) { return {Kind::text, 0, 0, value}; }
  static Cell of_blob(std::string_view value) { return {Kind::blob, 0, 0, value}; }
  friend bool operator==(const Cell&, const Cell&) = default;
};

/// The half of a sink that needs no connection: it runs on every rank and turns typed rows into the
/// bytes that the other half, the writer, takes fastest. Not thread-safe.
class RowEncoder {
 public:
  virtual ~RowEncoder() = default;
  /// Appends a row, a cell for each column of the sink.
  virtual void add(std::span<const Cell> row) = 0;
  /// The rows added since the last clear(), as BulkSink::write() takes them. Valid until the next
  /// add() or clear().
  virtual std::span<const char> batch() = 0;
  virtual void clear() = 0;
};

/// The encoder called `encoding` (BulkSink::encoding()) for `columns` columns. Throws
/// Error{failed} for a name it does not know, which means that the ranks run different versions.
std::unique_ptr<RowEncoder> row_encoder(std::string_view encoding, std::size_t columns);

/// Reads the rows of a batch back.
class RowReader {
 public:
  virtual ~RowReader() = default;
  virtual std::size_t rows() const = 0;
  /// The next row, as far as the encoding keeps it: a date may be written in another way. Throws
  /// Error{failed} when the batch is cut short. Valid until the next call; points into the batch.
  virtual std::span<const Cell> next() = 0;
  /// Passes over the next row; whether its value of `column` is NULL. Throws as next() does.
  virtual bool skip(std::size_t column) { return next()[column].kind == Cell::Kind::null; }
};

/// Reads a batch that row_encoder() of the same `encoding` and `columns` made. Throws as that does,
/// and Error{failed} when the batch is cut short.
std::unique_ptr<RowReader> row_reader(std::string_view encoding, std::size_t columns,
                                      std::span<const char> batch);

/// For readers: throws Error{failed}, because the batch is not whole.
[[noreturn]] void batch_cut_short();

/// Called for each row that the database refuses (duplicate key, foreign key, check…), with its
/// position in the batch. Returning leaves the row out and goes on; throwing ends the load, and the
/// transaction must be rolled back.
using RefusedRow = std::function<void(std::size_t row, const Error& error)>;

/// What becomes of a row whose key, or other unique value, is in the table already, be it from
/// before or from an earlier row.
enum class OnDuplicate : std::uint8_t {
  abort,    ///< it is refused
  skip,     ///< it is left out: the first row stays
  update,   ///< its values take the place of those columns: the last row counts
  replace,  ///< it takes the place of the whole row, other columns having their defaults
};

/// Checks that a sink may leave to finish() where they are faster for all rows at once, and what it
/// needs to know to decide.
struct DeferrableChecks {
  /// Unique keys, each as a list of columns. A repeated value may be reported as late as in
  /// finish(): the caller looks for repeats itself, or any failure ends everything.
  std::vector<std::vector<std::string>> keys = {};
  bool constraints = false;  ///< foreign keys and CHECK
  /// About how many rows will come; 0 if that is not known. If they are many, it pays to index the
  /// existing rows again together with them.
  std::uint64_t expected_rows = 0;
};

/// Which of these checks a sink has left to finish(): until then no row is refused because of them.
struct DeferredChecks {
  bool keys = false;
  bool constraints = false;
};

/// The half of a sink beside the connection. The caller opens and ends the transaction; the sink
/// leaves it open whatever happens. Constraints and triggers all act on each row, except for the
/// checks that begin() has deferred.
class BulkSink {
 public:
  virtual ~BulkSink() = default;
  /// The encoder that makes this sink's batches, by name: a rank without a connection builds it
  /// with row_encoder().
  virtual std::string encoding() const = 0;
  /// Before begin(): a row without its parent is refused by write(), also if a foreign key lets it
  /// wait for it until the commit (SQLite's DEFERRABLE INITIALLY DEFERRED).
  virtual void refuse_orphans() {}
  /// Inserts the rows of `batch` in order. Every row before a refused one is in the table when
  /// `refused` is called. Throws Error for what is not the fault of a row (disk full, connection
  /// lost, deadlock): the transaction must then be rolled back.
  virtual void write(std::span<const char> batch, const RefusedRow& refused) = 0;
  /// Before the first write, by a caller who has many rows and will call finish(): what is faster
  /// at the end is left until then: indexes, and the checks that `deferrable` allows. Changes
  /// encoding(). Throws as write() does.
  virtual DeferredChecks begin(const DeferrableChecks& /*deferrable*/) { return {}; }
  /// After the last write: does what begin() has left. Throws as write() does, and
  /// Error{constraint} when rows fail a deferred check.
  virtual void finish() {}
  /// Whether a refused row may use up a number that the database would have given it.
  virtual bool refused_rows_take_numbers() const { return true; }
  /// Rows in the table through this sink so far, refused and skipped ones not counted.
  virtual std::uint64_t rows() const = 0;
  /// Rows that OnDuplicate::skip left out so far.
  virtual std::uint64_t skipped() const { return 0; }
};

/// Writes `rows`, a batch of the encoding "cells" with `columns` columns, to a sink of any
/// encoding.
void write_cells(BulkSink& sink, std::size_t columns, std::span<const char> rows,
                 const RefusedRow& refused);

/// The encoding "cells": a row after the other, each cell a kind and its value in the machine's
/// byte order. SQLite binds from it without copying text.
///
/// Layout: u32 number of rows; then for each cell u8 kind, followed by nothing (null), 8 bytes
/// (integer, unsigned_integer, real), or u32 length and that many bytes (text, blob).
inline constexpr std::string_view kCellEncoding = "cells";

/// Reads a batch of the encoding "cells" back. Text and bytes point into the batch. Throws
/// Error{failed} when the batch is cut short.
class CellReader {
 public:
  explicit CellReader(std::span<const char> batch);
  std::size_t rows() const { return rows_; }
  Cell next();

 private:
  std::span<const char> rest_;
  std::size_t rows_ = 0;
};

}  // namespace dbmig::backend
