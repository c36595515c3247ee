#include "transfer/read_records.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "transfer/record_file.hpp"

namespace dbmig::transfer {
namespace {

using import::Bytes;
using import::Field;

void throw_if_stopped(const std::atomic<bool>& stop) {
  if (stop) throw Error(ErrorCode::interrupted, "interrupted");
}

/// Threads that examine the chunks of one file, each the next one.
class EvidenceWorkers {
 public:
  EvidenceWorkers(RecordFile& file, std::uint32_t file_number, const std::atomic<bool>& stop,
                  int rank, int ranks, const std::function<void()>& at_chunk)
      : file_(file),
        file_number_(file_number),
        stop_(stop),
        rank_(rank),
        ranks_(ranks),
        at_chunk_(at_chunk) {}

  /// Adds the findings of `found.size()` threads to those that each of them has from before.
  std::optional<ReadFailure> run(std::vector<std::vector<Evidence>>& found) {
    std::vector<std::thread> threads;
    for (std::size_t i = 1; i < found.size(); ++i) {
      threads.emplace_back([this, &found, i] { work(found[i]); });
    }
    work(found.front());
    for (std::thread& thread : threads) thread.join();
    return failure_;
  }

 private:
  void work(std::vector<Evidence>& columns) {
    // Adjacent values of two threads would share cache lines.
    std::vector<Evidence> own = std::move(columns);
    RecordCutter cutter = file_.cutter();
    Bytes chunk;
    std::uint64_t first_line = 0;
    std::uint64_t number = 0;
    try {
      while (next(chunk, first_line, number)) {
        cutter.cut(chunk, first_line, [&own](const std::vector<Field>& fields) {
          for (std::size_t i = 0; i < fields.size(); ++i) {
            own[i].add(fields[i].null ? std::nullopt : std::optional(fields[i].text));
          }
          return true;
        });
      }
    } catch (...) {
      fail(number);
    }
    columns = std::move(own);
  }

  /// The next chunk of this rank; false at the end, and if a chunk before it failed.
  bool next(Bytes& chunk, std::uint64_t& first_line, std::uint64_t& number) {
    const std::lock_guard lock(reading_);
    while (!failure_) {
      number = given_out_;
      throw_if_stopped(stop_);
      if (at_chunk_) at_chunk_();
      if (!file_.reader().next(chunk, 0)) return false;
      ++given_out_;
      first_line = file_.reader().first_line();
      if (number % static_cast<std::uint64_t>(ranks_) == static_cast<std::uint64_t>(rank_)) {
        return true;
      }
    }
    return false;
  }

  void fail(std::uint64_t number) {
    const std::lock_guard lock(reading_);
    const ChunkPlace place{file_number_, number};
    if (!failure_ || place < failure_->place)
      failure_ = ReadFailure{place, std::current_exception()};
  }

  RecordFile& file_;
  std::uint32_t file_number_;
  const std::atomic<bool>& stop_;
  int rank_;
  int ranks_;
  const std::function<void()>& at_chunk_;
  std::mutex reading_;
  std::uint64_t given_out_ = 0;
  std::optional<ReadFailure> failure_;
};

/// Combines the findings of the threads, some columns in each.
std::vector<Evidence> sum_of(std::vector<std::vector<Evidence>> found) {
  std::vector<Evidence>& sum = found.front();
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t column = next++; column < sum.size(); column = next++) {
      for (std::size_t i = 1; i < found.size(); ++i) {
        sum[column].add(std::exchange(found[i][column], {}));
      }
      sum[column].settle();
    }
  };
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < found.size(); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  return std::move(sum);
}

}  // namespace

Findings read_evidence(const import::Options& options, const std::atomic<bool>& stop, int rank,
                       int ranks, int threads, std::optional<ReadFailure>& failure,
                       const std::function<void()>& at_chunk) {
  Findings found;
  std::vector<std::vector<Evidence>> columns;
  std::uint32_t number = 0;
  try {
    for (const std::string& path : options.files) {
      RecordFile file(options, path, stop);
      if (number == 0) {
        found.names = file.names();
        found.lines_before_header = file.lines_before_header();
        // A file that was read completely with its header is too small for several threads.
        const bool is_small = file.reader().is_whole() && options.files.size() == 1;
        columns.resize(is_small ? 1 : static_cast<std::size_t>(threads));
        for (auto& each : columns) each.assign(found.names.size(), Evidence(options.decimal));
      }
      file.follow(found.names);
      found.has_header = file.has_header();
      found.has_order = found.has_order && file.has_order();
      found.format = file.format();
      failure = EvidenceWorkers(file, number, stop, rank, ranks, at_chunk).run(columns);
      if (failure) return found;
      ++number;
    }
  } catch (const Error&) {
    failure = ReadFailure{{number, 0}, std::current_exception()};
    return found;
  }
  if (!columns.empty()) found.columns = sum_of(std::move(columns));
  return found;
}

void read_records(const import::Options& options, const std::atomic<bool>& stop,
                  const EachRecord& each, const std::function<void()>& at_chunk) {
  bool is_over = false;
  std::vector<std::string> names;
  for (const std::string& path : options.files) {
    if (is_over) return;
    RecordFile file(options, path, stop);
    if (names.empty()) names = file.names();
    file.follow(names);
    RecordCutter cutter = file.cutter();
    Bytes chunk;
    while (!is_over && file.reader().next(chunk, 0)) {
      throw_if_stopped(stop);
      if (at_chunk) at_chunk();
      cutter.cut(chunk, file.reader().first_line(), [&](const std::vector<Field>& fields) {
        is_over = !each(fields);
        return !is_over;
      });
    }
  }
}

}  // namespace dbmig::transfer
