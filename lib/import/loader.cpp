#include "import/loader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "dialect/row_storage.hpp"
#include "import/earlier_row.hpp"
#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

/// A batch of the encoding "cells" with one row.
std::vector<char> as_cells(std::span<const backend::Cell> row) {
  const auto encoder = backend::row_encoder(backend::kCellEncoding, row.size());
  encoder->add(row);
  const std::span<const char> one = encoder->batch();
  return {one.begin(), one.end()};
}

bool has_repeated(const std::vector<RowKeys>& rows) {
  std::unordered_set<std::string_view> keys;
  for (const RowKeys& row : rows) {
    for (const std::string& key : row) {
      if (!keys.insert(key).second) return true;
    }
  }
  return false;
}

/// Adds the time until its destruction to a counter.
class Timed {
 public:
  explicit Timed(std::atomic<std::uint64_t>& total) : total_(total) {}
  ~Timed() {
    total_ += static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start_).count());
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  std::atomic<std::uint64_t>& total_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace

Error refused_record(const std::string& file, std::uint64_t line, std::string_view record,
                     const CsvFormat& format, const Error& error) {
  return Error(error.code(), fmt::format("the database refused the record {}: {}",
                                         shown(without_line_end(record, format)), error.message()))
      .at({file, static_cast<int>(line), 0})
      .native(error.native_code())
      .hint(
          is_duplicate(error)
              ? "nothing was imported; fix the record, or choose what happens with --on-duplicate "
                "or --on-error reject"
              : "nothing was imported; fix the record, or continue without such records with "
                "--on-error reject");
}

namespace {

Error repeated_key_error(const SourcePosition& where, const std::string& record,
                         const std::vector<std::string>& columns, const std::string& first) {
  return Error(ErrorCode::constraint, fmt::format("the record {} has the same {} as {}", record,
                                                  text::join(columns, ", "), first))
      .at(where)
      .hint(
          "nothing was imported; correct one of them, or choose what happens with --on-duplicate "
          "or --on-error reject");
}

}  // namespace

RepeatedKeyError::RepeatedKeyError(const SourcePosition& where, const std::string& record,
                                   std::vector<std::string> columns)
    : Error(repeated_key_error(where, record, columns, "an earlier one")),
      record_(record),
      columns_(std::move(columns)) {}

Error RepeatedKeyError::with_first(const std::string& place) const {
  return repeated_key_error(diagnostics().front().where, record_, columns_, place);
}

RowOrder row_order(DialectKind kind, const schema::Table& table,
                   const std::vector<std::string>& columns,
                   const std::vector<std::string>& still_loaded, bool rejects) {
  RowOrder order;
  order.columns = columns.size();
  order.parents_may_follow = std::any_of(
      table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& key) {
        return std::any_of(still_loaded.begin(), still_loaded.end(), [&](const std::string& name) {
          return text::equals_ignoring_case(key.referenced_table, name);
        });
      });
  if (!rejects && !order.parents_may_follow) return order;
  for (const schema::Column& column : table.columns) {
    if (!column.autoincrement && !dialect::is_rowid(kind, table, column)) continue;
    order.numbers_each = column.autoincrement;
    order.numbers_are_parents = std::any_of(
        table.foreign_keys.begin(), table.foreign_keys.end(), [&](const schema::ForeignKey& key) {
          return text::equals_ignoring_case(key.referenced_table, table.name) &&
                 std::find(key.referenced_columns.begin(), key.referenced_columns.end(),
                           column.name) != key.referenced_columns.end();
        });
    const auto given = std::find(columns.begin(), columns.end(), column.name);
    if (given != columns.end()) order.key = static_cast<std::size_t>(given - columns.begin());
  }
  return order;
}

Loader::Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format,
               const BadRecordPolicy& policy, LoadProgress& progress, const RowOrder& order,
               WaitingFile& waiting, HeldKeys* held)
    : sink_(sink),
      file_(std::move(file)),
      format_(format),
      splitter_(format),
      policy_(policy),
      progress_(progress),
      rows_told_(sink.rows()),
      order_(order),
      waiting_(waiting),
      held_(held) {}

/// The line on which a record begins; only needed for error messages. Counted from the previous
/// call, because all records of a chunk may be wrong.
std::uint64_t Loader::line_of(std::uint32_t offset) const {
  if (offset < counted_.offset) counted_ = {0, first_line_};
  const std::string_view between = chunk_.substr(counted_.offset, offset - counted_.offset);
  counted_.line +=
      static_cast<std::uint64_t>(std::count(between.begin(), between.end(), format_.line_byte()));
  counted_.offset = offset;
  return counted_.line;
}

/// The position of the error in a record, or of the record.
SourcePosition Loader::position_of(const BadRecord& bad) const {
  if (bad.at == 0) return {file_, static_cast<int>(line_of(bad.offset)), 0};
  const std::uint32_t offset = bad.offset + bad.at - 1;
  const std::size_t line = chunk_.substr(0, offset).rfind(format_.line_byte());
  const std::size_t column = line == std::string_view::npos ? offset : offset - line - 1;
  return {file_, static_cast<int>(line_of(offset)), static_cast<int>(column + 1)};
}

std::string_view Loader::record_at(std::uint32_t offset) const {
  const std::size_t end = splitter_.record_end(chunk_, offset).value_or(chunk_.size());
  return chunk_.substr(offset, end - offset);
}

void Loader::fail(const BadRecord& bad) const {
  throw Error(ErrorCode::invalid, bad.message())
      .at(position_of(bad))
      .hint(
          "nothing was imported; fix the record, or continue without such records with "
          "--on-error reject");
}

RepeatedKeyError Loader::repeated_key(std::uint32_t offset,
                                      std::vector<std::string> columns) const {
  return {{file_, static_cast<int>(line_of(offset)), 0},
          shown(without_line_end(record_at(offset), format_)),
          std::move(columns)};
}

/// The next row of a batch as a batch of the encoding "cells".
std::vector<char> Loader::next_row(backend::RowReader& reader) const {
  return as_cells(reader.next());
}

/// Of a batch of one row, of the encoding "cells".
bool Loader::has_number(std::span<const char> row) const {
  if (!order_.key) return false;
  backend::CellReader cells(row);
  for (std::size_t i = 0; i < *order_.key; ++i) cells.next();
  return cells.next().kind != backend::Cell::Kind::null;
}

/// `row` of the current batch.
void Loader::let_wait(std::vector<char> cells, std::size_t row, std::uint32_t offset,
                      std::optional<Error> error) {
  waiting_.rows.push_back(
      {std::move(cells), line_of(offset), std::string(record_at(offset)), std::move(error)});
  if (held_ == nullptr) return;
  held_->hold(keys_[row]);
  waiting_.rows.back().keys = std::move(keys_[row]);
}

bool Loader::has_empty_key(std::span<const char> batch) const {
  if (!order_.key) return true;
  const auto reader = backend::row_reader(sink_.encoding(), order_.columns, batch);
  for (std::size_t i = 0; i < reader->rows(); ++i) {
    if (reader->skip(*order_.key)) return true;
  }
  return false;
}

void Loader::write_each(std::span<const char> batch, const backend::RefusedRow& refused) {
  const std::string encoding = sink_.encoding();
  const auto reader = backend::row_reader(encoding, order_.columns, batch);
  const auto encoder = backend::row_encoder(encoding, order_.columns);
  for (std::size_t row = 0; row < reader->rows(); ++row) {
    encoder->clear();
    encoder->add(reader->next());
    sink_.write(encoder->batch(), [&](std::size_t, const Error& error) { refused(row, error); });
  }
}

/// Tries some rows, and then twice as many, until many of them wait; the rest waits untried.
void Loader::write_or_wait(std::span<const char> batch, std::size_t rows, const Outcome& outcome) {
  constexpr std::size_t kFirst = 100;
  constexpr std::size_t kMany = 8;  // a row of so many
  const std::string encoding = sink_.encoding();
  const auto reader = backend::row_reader(encoding, order_.columns, batch);
  const auto encoder = backend::row_encoder(encoding, order_.columns);
  bool many_wait = false;
  for (std::size_t from = 0; from < rows && !many_wait;) {
    const std::size_t count = std::min(std::max(from, kFirst), rows - from);
    encoder->clear();
    for (std::size_t i = 0; i < count; ++i) encoder->add(reader->next());
    const std::size_t waited = waiting_.rows.size();
    sink_.write(encoder->batch(),
                [&](std::size_t row, const Error& error) { outcome.refused(from + row, error); });
    many_wait = (waiting_.rows.size() - waited) * kMany > count;
    from += count;
    if (!many_wait) continue;
    for (; from < rows; ++from) outcome.waits(from, next_row(*reader));
  }
}

void Loader::write_rows(std::span<const char> batch, std::size_t rows, const Outcome& outcome) {
  if (order_.numbers_each && has_empty_key(batch)) {
    write_each(batch, outcome.refused);
  } else if (order_.may_wait_untried) {
    write_or_wait(batch, rows, outcome);
  } else {
    sink_.write(batch, outcome.refused);
  }
}

/// Rows with a key of one that waits have to wait behind it, or are refused with `cannot_wait`.
void Loader::write(std::span<const char> batch, const std::vector<std::uint32_t>& offsets,
                   const backend::RefusedRow& refused, const backend::RefusedRow& cannot_wait) {
  const auto waits = [&](std::size_t row, std::vector<char> cells) {
    let_wait(std::move(cells), row, offsets.at(row), std::nullopt);
  };
  const std::string encoding = sink_.encoding();
  if (held_ != nullptr) keys_ = held_->keys_of(encoding, batch);
  if (held_ == nullptr || (held_->is_empty() && !has_repeated(keys_))) {
    return write_rows(batch, offsets.size(), {refused, waits});
  }
  const auto reader = backend::row_reader(encoding, order_.columns, batch);
  const auto encoder = backend::row_encoder(encoding, order_.columns);
  // Whether the first row with a key waits must be known before the next one with it comes.
  std::vector<std::size_t> piece;
  std::unordered_set<std::string> keys_of_piece;
  const auto write_piece = [&] {
    if (piece.empty()) return;
    write_rows(
        encoder->batch(), piece.size(),
        {[&](std::size_t row, const Error& error) { refused(piece[row], error); },
         [&](std::size_t row, std::vector<char> cells) { waits(piece[row], std::move(cells)); }});
    encoder->clear();
    piece.clear();
    keys_of_piece.clear();
  };
  for (std::size_t row = 0; row < offsets.size(); ++row) {
    const bool is_repeated =
        std::any_of(keys_[row].begin(), keys_[row].end(),
                    [&](const auto& key) { return keys_of_piece.contains(key); });
    if (is_repeated) write_piece();
    const std::span<const backend::Cell> cells = reader->next();
    if (!held_->holds_one_of(keys_[row])) {
      encoder->add(cells);
      piece.push_back(row);
      keys_of_piece.insert(keys_[row].begin(), keys_[row].end());
      continue;
    }
    std::vector<char> one = as_cells(cells);
    if (!order_.numbers_are_parents || has_number(one)) {
      waits(row, std::move(one));
      continue;
    }
    write_piece();
    cannot_wait(row, Error(ErrorCode::constraint,
                           "an earlier row that has the same key waits for its parent; without a "
                           "number of its own, this one cannot wait behind it"));
  }
  write_piece();
}

void Loader::load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result) {
  const Timed timed(progress_.write_nanoseconds);
  chunk_ = chunk;
  first_line_ = first_line;
  counted_ = {0, first_line};
  struct Rejected {
    std::uint32_t offset;
    std::string reason;
  };
  std::vector<Rejected> rejected;
  for (const BadRecord& bad : result.bad) {
    if (rejected.empty() || rejected.back().offset != bad.offset) {
      rejected.push_back({bad.offset, bad.message()});
    }
    if (policy_.goes_on()) policy_.problems->add(file_, line_of(bad.offset), bad);
  }
  if (!result.offsets.empty()) {
    const std::span<const char> batch{result.batch.data(), result.batch.size()};
    if (order_.refuses_empty_keys && has_empty_key(batch)) {
      throw Error(ErrorCode::constraint, "the database numbers the rows in the order of the file");
    }
    std::unique_ptr<backend::RowReader> rows;  // of those that lack a parent
    std::size_t next = 0;
    const auto refuse = [&](std::size_t row, const Error& error) {
      const std::uint32_t offset = result.offsets.at(row);
      if (!policy_.goes_on()) {
        throw refused_record(file_, line_of(offset), record_at(offset), format_, error);
      }
      policy_.problems->add(file_, line_of(offset), error);
      rejected.push_back({offset, error.message()});
    };
    const auto wait_or_refuse = [&](std::size_t row, Error error) {
      const std::uint32_t offset = result.offsets.at(row);
      if (order_.parents_may_follow && lacks_parent(error)) {
        if (!rows) rows = backend::row_reader(sink_.encoding(), order_.columns, batch);
        for (; next < row; ++next) rows->skip(0);
        ++next;
        std::vector<char> one = next_row(*rows);
        if (!order_.numbers_are_parents || has_number(one)) {
          return let_wait(std::move(one), row, offset, std::move(error));
        }
        error = Error(error.code(), error.message() +
                                        "; without a number of its own, it cannot wait for a "
                                        "parent that comes later")
                    .native(error.native_code());
      }
      refuse(row, error);
    };
    const std::size_t waited = waiting_.rows.size();
    write(batch, result.offsets, wait_or_refuse, refuse);
    std::sort(waiting_.rows.begin() + static_cast<std::ptrdiff_t>(waited), waiting_.rows.end(),
              [](const WaitingRow& a, const WaitingRow& b) { return a.line < b.line; });
  }
  progress_.rows += sink_.rows() - rows_told_;
  rows_told_ = sink_.rows();
  // The rows before a bad record come first in the file, so their errors are reported first.
  if (!policy_.goes_on() && !result.bad.empty()) fail(result.bad.front());
  progress_.rejected += rejected.size();
  if (policy_.rejects == nullptr) return;
  std::stable_sort(rejected.begin(), rejected.end(),
                   [](const Rejected& a, const Rejected& b) { return a.offset < b.offset; });
  for (const Rejected& one : rejected) {
    policy_.rejects->add(file_, line_of(one.offset), one.reason, record_at(one.offset));
  }
}

}  // namespace dbmig::import
