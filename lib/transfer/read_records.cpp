#include "transfer/read_records.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/chunk_reader.hpp"
#include "import/file_kind.hpp"
#include "import/find_delimiter.hpp"
#include "import/indexed_records.hpp"
#include "import/json_record.hpp"
#include "import/open_input.hpp"
#include "import/reject_target.hpp"

namespace dbmig::transfer {
namespace {

using import::Bytes;
using import::ChunkReader;
using import::CsvFormat;
using import::Field;

/// The delimiter and quote with which most of the first records have as many fields as the first
/// one, and more than one.
CsvFormat best_format(std::string_view head, bool is_whole, const CsvFormat& format) {
  CsvFormat best = format;
  std::size_t most = 1;
  for (const char delimiter : {format.delimiter, ',', ';', '\t', '|'}) {
    CsvFormat one = format;
    one.delimiter = delimiter;
    constexpr std::size_t kLooked = 50;
    const auto records = import::first_records(head, is_whole, one, kLooked);
    const std::size_t expected = records.empty() ? 0 : records.front().size();
    const bool fits = std::all_of(records.begin(), records.end(),
                                  [&](const auto& fields) { return fields.size() == expected; });
    if (!fits || expected <= most) continue;
    most = expected;
    best = one;
  }
  return best;
}

/// Cuts chunks of one file into records. Not thread-safe: each thread has its own.
class RecordCutter {
 public:
  RecordCutter(const import::Options& options, std::string file, const CsvFormat& format,
               const std::vector<std::string>& names)
      : options_(options),
        file_(std::move(file)),
        format_(format),
        names_(names),
        splitter_(format),
        parser_(format, options.nulls) {
    if (options_.is_json) json_.emplace(names_, false);
    if (!options_.is_json && import::IndexedRecords::suits(format)) {
      indexed_.emplace(format, options_.nulls);
    }
  }

  /// Calls `take` with each record of `chunk`, until it returns false. Throws Error{invalid}.
  template <class Take>
  void cut(const Bytes& chunk, std::uint64_t first_line, const Take& take) {
    const std::string_view text(chunk.data(), chunk.size());
    const std::size_t broken = text::find_invalid_utf8(text).value_or(text.npos);
    if (indexed_) indexed_->start(text);
    for (std::size_t at = 0; at < text.size();) {
      const auto next = indexed_ ? indexed_->cut(at, fields_) : std::nullopt;
      if (next && fields_.size() == names_.size()) {
        at = *next;
      } else if (!cut_closely(text, at, first_line)) {
        continue;
      }
      if (at > broken) {
        throw at_line(fmt::format("a byte that is not UTF-8: 0x{:02X}",
                                  static_cast<unsigned char>(text[broken])),
                      text, broken, first_line)
            .hint(
                "name the file's encoding, for example --encoding latin1 or --encoding "
                "windows-1252");
      }
      if (!take(fields_)) return;
    }
  }

 private:
  /// Parses the record at `at` and moves `at` past it; false for a comment or an empty line.
  bool cut_closely(std::string_view text, std::size_t& at, std::uint64_t first_line) {
    const std::size_t end = splitter_.record_end(text, at).value_or(text.size());
    const std::string_view record = text.substr(at, end - at);
    const std::size_t start = std::exchange(at, end);
    if (format_.is_comment(record)) return false;
    const std::string_view line = import::without_line_end(record, format_);
    if (line.empty() && (json_ || names_.size() > 1)) return false;
    const auto wrong = json_ ? json_->parse(line, fields_) : parser_.parse(record, fields_);
    std::string reason = wrong ? wrong->reason : "";
    if (!wrong && fields_.size() != names_.size()) {
      reason = fmt::format("the record has {}, and the header {}",
                           text::count(fields_.size(), "field"), names_.size());
    }
    if (reason.empty()) return true;
    throw at_line(reason, text, start, first_line)
        .hint("nothing was written; correct the file, or set --delimiter and --quote");
  }

  /// The error at `offset` of the chunk `text`.
  Error at_line(const std::string& reason, std::string_view text, std::size_t offset,
                std::uint64_t first_line) const {
    const auto lines = std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(offset),
                                  format_.line_byte());
    return Error(ErrorCode::invalid, reason)
        .at({file_, static_cast<int>(first_line + static_cast<std::uint64_t>(lines)), 0});
  }

  const import::Options& options_;
  std::string file_;
  CsvFormat format_;
  const std::vector<std::string>& names_;
  import::Splitter splitter_;
  import::RecordParser parser_;
  std::optional<import::JsonRecordParser> json_;
  std::optional<import::IndexedRecords> indexed_;
  std::vector<Field> fields_;
};

/// One file, opened and positioned after its header.
class RecordFile {
 public:
  RecordFile(const import::Options& options, const std::string& path, const std::atomic<bool>& stop)
      : options_(import::options_for_file(options, path)),
        opened_(import::open_input(path, options.encoding, stop, {})),
        reader_(*opened_.input, options_.format,
                {.chunk = options.chunk_bytes, .record = options.record_bytes}),
        file_(opened_.input->name()),
        format_(options_.format) {
    reader_.skip_lines(options_.skip_lines);
    if (options_.find_delimiter && !options_.is_json) {
      format_ = best_format(reader_.head(), reader_.is_whole(), format_);
      reader_.set_format(format_);
    }
    names_ = read_names();
  }

  ChunkReader& reader() { return reader_; }
  const std::vector<std::string>& names() const { return names_; }
  const CsvFormat& format() const { return format_; }
  RecordCutter cutter() const { return {options_, file_, format_, names_}; }
  const std::string& name() const { return file_; }

 private:
  std::vector<std::string> read_names() {
    auto record = reader_.peek();
    while (record &&
           (format_.is_comment(*record) || import::without_line_end(*record, format_).empty())) {
      reader_.take();
      record = reader_.peek();
    }
    if (!record) {
      throw Error(ErrorCode::invalid, fmt::format("{} is empty", file_))
          .hint("a table needs at least the names of its columns");
    }
    if (options_.is_json) return import::json_keys(reader_.head());
    if (const auto kind = import::text_kind(*record);
        kind && import::is_whole_of_another_kind(*record)) {
      throw Error(ErrorCode::invalid, fmt::format("{} is {}", file_, kind->what)).hint(kind->hint);
    }
    import::RecordParser parser(format_, {.texts = {}});
    std::vector<Field> fields;
    if (const auto wrong = parser.parse(*record, fields)) {
      throw Error(ErrorCode::invalid, fmt::format("the header cannot be read: {}", wrong->reason))
          .at({file_, static_cast<int>(reader_.line()), static_cast<int>(wrong->offset + 1)});
    }
    std::vector<std::string> names;
    const bool has_header = options_.header.value_or(options_.has_header);
    for (std::size_t i = 0; i < fields.size(); ++i) {
      names.push_back(has_header ? std::string(fields[i].text) : fmt::format("column_{}", i + 1));
      if (!text::trim(names.back()).empty()) continue;
      throw Error(ErrorCode::invalid, fmt::format("field {} of the header has no name", i + 1))
          .at({file_, static_cast<int>(reader_.line()), 0})
          .hint("name it; --no-header if the first line is data");
    }
    if (has_header) reader_.take();
    return names;
  }

  import::Options options_;
  import::OpenedInput opened_;
  import::ChunkReader reader_;
  std::string file_;
  CsvFormat format_;
  std::vector<std::string> names_;
};

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
        // A file that was read completely with its header is too small for several threads.
        const bool is_small = file.reader().is_whole() && options.files.size() == 1;
        columns.resize(is_small ? 1 : static_cast<std::size_t>(threads));
        for (auto& each : columns) each.resize(found.names.size());
      } else if (found.names != file.names()) {
        throw Error(
            ErrorCode::invalid,
            fmt::format("the columns of {} differ from those of the file before it", file.name()))
            .hint("infer one table at a time");
      }
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
  for (const std::string& path : options.files) {
    if (is_over) return;
    RecordFile file(options, path, stop);
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
