#include "import/loader.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "import/record_parser.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

/// Adds the time until its end to a counter.
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

Loader::Loader(backend::BulkSink& sink, std::string file, const CsvFormat& format,
               RejectFile* rejects, LoadProgress& progress)
    : sink_(sink),
      file_(std::move(file)),
      format_(format),
      splitter_(format),
      rejects_(rejects),
      progress_(progress),
      rows_before_(progress.rows) {}

/// The line on which a record starts; only asked for when something is wrong with it.
std::uint64_t Loader::line_of(std::uint32_t offset) const {
  const std::string_view before = chunk_.substr(0, offset);
  return first_line_ +
         static_cast<std::uint64_t>(std::count(before.begin(), before.end(), format_.line_byte()));
}

/// Where in the file the mistake in a record stands, or where the record starts.
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
          "nothing was imported; mend the record, or go on without such records with "
          "--on-error reject");
}

void Loader::fail(std::uint32_t offset, const Error& error) const {
  throw Error(error.code(),
              fmt::format("the database refused the record {}: {}",
                          shown(without_line_end(record_at(offset), format_)), error.message()))
      .at({file_, static_cast<int>(line_of(offset)), 0})
      .native(error.native_code())
      .hint(
          "nothing was imported; mend the record, or go on without such records with "
          "--on-error reject");
}

void Loader::load(std::string_view chunk, std::uint64_t first_line, const ChunkResult& result) {
  const Timed timed(progress_.write_nanoseconds);
  chunk_ = chunk;
  first_line_ = first_line;
  struct Rejected {
    std::uint32_t offset;
    std::string reason;
  };
  std::vector<Rejected> rejected;
  for (const BadRecord& bad : result.bad) rejected.push_back({bad.offset, bad.message()});
  if (!result.offsets.empty()) {
    sink_.write({result.batch.data(), result.batch.size()},
                [&](std::size_t row, const Error& error) {
                  const std::uint32_t offset = result.offsets.at(row);
                  if (rejects_ == nullptr) fail(offset, error);
                  rejected.push_back({offset, error.message()});
                });
  }
  progress_.rows = rows_before_ + sink_.rows();
  // The rows before a bad record come first in the file: what is wrong with them is said first.
  if (rejects_ == nullptr && !result.bad.empty()) fail(result.bad.front());
  std::stable_sort(rejected.begin(), rejected.end(),
                   [](const Rejected& a, const Rejected& b) { return a.offset < b.offset; });
  for (const Rejected& one : rejected) {
    rejects_->add(file_, line_of(one.offset), one.reason, record_at(one.offset));
  }
  progress_.rejected += rejected.size();
}

}  // namespace dbmig::import
