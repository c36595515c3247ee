#include "transfer/read_job.hpp"

#include <fmt/core.h>

#include <utility>

#include "backend/row_source.hpp"
#include "base/error.hpp"
#include "import/shown.hpp"
#include "transfer/copy_source.hpp"
#include "transfer/value_text.hpp"

namespace dbmig::transfer {
namespace {

using backend::Cell;

/// Limits of a batch, in rows and in bytes, whichever is reached first.
constexpr std::size_t kMaxBatchRows = 2000;
constexpr std::size_t kMaxBatchBytes = std::size_t{1} << 20U;

[[noreturn]] void fail_changed(const ReadJob& job, const InvalidCast& invalid_cast,
                               const std::string& key) {
  throw Error(ErrorCode::invalid, fmt::format("'{}' ({}): column '{}': {} {}", job.table, key,
                                              job.columns[invalid_cast.column].name,
                                              invalid_cast.shown, invalid_cast.reason))
      .hint("nothing was copied; the source was changed during the copy: try again");
}

}  // namespace

std::string describe_row(const std::vector<import::TargetColumn>& columns,
                         const std::vector<std::size_t>& key, std::span<const Cell> row,
                         std::uint64_t number) {
  if (key.empty()) return fmt::format("row {}", number);
  std::string out;
  for (const std::size_t place : key) {
    out += fmt::format(
        "{}{} {}", out.empty() ? "" : ", ", columns[place].name,
        row[place].kind == Cell::Kind::blob ? "in bytes" : import::shown(value_text(row[place])));
  }
  return out;
}

void read_part(backend::Connection& source, const ReadJob& job, RowConverter& converter,
               const std::string& sql, const std::atomic<bool>& stop,
               const std::function<void(RowBatch&&)>& give) {
  const auto encoder = backend::row_encoder(job.encoding, job.columns.size());
  RowBatch batch;
  std::size_t bytes = 0;
  std::uint64_t number = 0;
  const auto flush = [&] {
    if (batch.rows == 0) return;
    const std::span<const char> encoded = encoder->batch();
    batch.bytes.assign(encoded.begin(), encoded.end());
    encoder->clear();
    give(std::exchange(batch, {}));
    bytes = 0;
  };
  const auto rows = source.read_rows(sql);
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    ++number;
    const std::span<const Cell> cells = converter.convert(row, invalid_casts);
    if (!invalid_casts.empty()) {
      fail_changed(job, invalid_casts.front(), describe_row(job.columns, job.key, row, number));
    }
    if (batch.rows == 0) batch.first = number;
    const std::string& canonical = converter.canonical_row(cells);
    batch.hash.add(canonical);
    encoder->add(cells);
    ++batch.rows;
    bytes += canonical.size();
    if (batch.rows >= kMaxBatchRows || bytes >= kMaxBatchBytes) flush();
  }
  flush();
}

PartCheck check_part(backend::Connection& source, const ReadJob& job, const std::string& sql,
                     const std::atomic<bool>& stop, const std::function<void()>& on_rows) {
  RowConverter converter(job.columns, job.target, job.as_is);
  import::Problems problems;
  PartCheck result;
  const auto rows = source.read_rows(sql);
  std::vector<Cell> row;
  std::vector<InvalidCast> invalid_casts;
  while (rows->next(row)) {
    throw_if_interrupted(stop);
    if (++result.rows % kMaxBatchRows == 0 && on_rows) on_rows();
    invalid_casts.clear();
    converter.convert(row, invalid_casts);
    for (InvalidCast& invalid_cast : invalid_casts) {
      converter.widen(invalid_cast.column, row[invalid_cast.column]);
      import::BadRecord bad;
      bad.column = job.columns[invalid_cast.column].name;
      bad.value = std::move(invalid_cast.shown);
      bad.reason = std::move(invalid_cast.reason);
      problems.add(job.table, result.rows, bad);
    }
  }
  result.problems = problems.take();
  for (const auto& [column, wider] : converter.wider()) {
    result.needs.emplace_back(column, wider.needs());
  }
  return result;
}

}  // namespace dbmig::transfer
