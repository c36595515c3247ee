#include "import/repeated_keys.hpp"

#include <fmt/core.h>
#include <xxhash.h>

#include <algorithm>
#include <exception>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"
#include "import/block_reader.hpp"
#include "import/chunk_reader.hpp"
#include "import/find_byte.hpp"
#include "import/key_share.hpp"
#include "import/key_weights.hpp"
#include "import/open_input.hpp"
#include "import/shared_file.hpp"
#include "import/unique_keys.hpp"
#include "import/wire.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

/// A file of the scan, as every rank knows it.
struct ScannedFile {
  std::optional<SharedFile> shared;  ///< for ranks that can read it; otherwise only the root reads
  Plan plan;
  std::uint64_t first_byte = 0;
  std::uint64_t first_line = 1;
  std::vector<FileKey> keys;
};

struct ScanJob {
  std::uint32_t keys = 0;
  std::uint64_t block = 0;
  std::uint64_t most_keys = 0;
  std::vector<ScannedFile> files;

  bool asks_for_weights() const {
    return std::any_of(files.begin(), files.end(), [](const ScannedFile& file) {
      return std::any_of(file.keys.begin(), file.keys.end(), [](const FileKey& key) {
        return std::any_of(key.columns.begin(), key.columns.end(), [](const KeyColumn& column) {
          return column.compare == KeyColumn::Compare::weights;
        });
      });
    });
  }
};

void encode_job(const ScanJob& job, Bytes& out) {
  WireWriter writer(out);
  writer.put(job.keys);
  writer.put(job.block);
  writer.put(job.most_keys);
  writer.put(static_cast<std::uint32_t>(job.files.size()));
  for (const ScannedFile& file : job.files) {
    Bytes shared;
    encode(file.shared, shared);
    Bytes plan;
    encode(file.plan, plan);
    writer.put_text({shared.data(), shared.size()});
    writer.put_text({plan.data(), plan.size()});
    writer.put(file.first_byte);
    writer.put(file.first_line);
    writer.put(static_cast<std::uint32_t>(file.keys.size()));
    for (const FileKey& key : file.keys) encode(key, writer);
  }
}

ScanJob decode_job(std::string_view message) {
  WireReader reader(message);
  ScanJob job;
  job.keys = reader.get<std::uint32_t>();
  job.block = reader.get<std::uint64_t>();
  job.most_keys = reader.get<std::uint64_t>();
  job.files.resize(reader.get<std::uint32_t>());
  for (ScannedFile& file : job.files) {
    std::string_view shared = reader.get_text();
    file.shared = decode_shared_file(shared);
    file.plan = decode_plan(reader.get_text());
    file.first_byte = reader.get<std::uint64_t>();
    file.first_line = reader.get<std::uint64_t>();
    file.keys.resize(reader.get<std::uint32_t>());
    for (FileKey& key : file.keys) key = decode_file_key(reader);
  }
  return job;
}

/// The common state of all ranks after a round.
struct RoundState {
  bool has_more = false;
  bool has_ended = false;   ///< interrupted, or something failed
  std::uint64_t parts = 1;  ///< the number of parts in which the keys are compared
  static void combine(const RoundState& left, RoundState& right) {
    right.has_more = right.has_more || left.has_more;
    right.has_ended = right.has_ended || left.has_ended;
    right.parts = std::max(right.parts, left.parts);
  }
};

/// This rank's records of one file.
class RecordSource {
 public:
  virtual ~RecordSource() = default;
  /// Complete records from `line` on; false if there are no more.
  virtual bool next(Bytes& records, std::uint64_t& line) = 0;
};

/// Reads together with the other ranks that can read the file.
class BlockSource final : public RecordSource {
 public:
  BlockSource(std::unique_ptr<Communicator> readers, const ScannedFile& file, std::size_t block)
      : readers_(std::move(readers)),
        reader_(*readers_, *file.shared, file.plan.format, file.first_byte, file.first_line,
                block) {}
  bool next(Bytes& records, std::uint64_t& line) override { return reader_.next(records, line); }

 private:
  std::unique_ptr<Communicator> readers_;
  BlockReader reader_;
};

/// Only the root reads: compressed files, other encodings, other formats.
class ChunkSource final : public RecordSource {
 public:
  ChunkSource(const ReadFile& file, const std::atomic<bool>& stop)
      : opened_(open_input(file.path, file.encoding, stop, nullptr, Undecodable::mark)),
        reader_(*opened_.input, file.plan.format, file.limits) {
    reader_.skip_to(file.first_byte, file.first_line);
  }
  bool next(Bytes& records, std::uint64_t& line) override {
    const bool more = reader_.next(records, 0);
    line = reader_.first_line();
    return more;
  }

 private:
  OpenedInput opened_;
  ChunkReader reader_;
};

/// A rank's part of a scan.
class KeyScan {
 public:
  /// `files` and `connection` only on the root.
  KeyScan(Communicator& ranks, const ScanJob& job, const std::vector<ReadFile>* files,
          backend::Connection* connection, const std::atomic<bool>& stop)
      : ranks_(ranks),
        job_(job),
        files_(files),
        stop_(stop),
        asks_(job.asks_for_weights()),
        weights_(ranks, connection),
        share_(job.most_keys / static_cast<std::uint64_t>(ranks.size())),
        repeats_(job.keys) {}

  /// On the root, the repetitions of each key; nothing if the scan could not be completed.
  std::optional<std::vector<Repeats>> run() {
    for (std::uint64_t part = 0; part < share_.parts(); ++part) {
      share_.begin(part);
      for (std::size_t file = 0; file < job_.files.size(); ++file) {
        if (!scan_file(file)) return std::nullopt;
      }
      share_.count(repeats_);
    }
    for (Repeats& one : repeats_) one = reduce(ranks_, one);
    return std::move(repeats_);
  }

 private:
  std::unique_ptr<RecordSource> open(std::size_t index) {
    const ScannedFile& file = job_.files[index];
    const bool sees = file.shared && SharedFileReader(ranks_, *file.shared).sees_file();
    auto readers = ranks_.split(sees ? 0 : kNoRank);
    if (readers) return std::make_unique<BlockSource>(std::move(readers), file, job_.block);
    if (file.shared || files_ == nullptr) return nullptr;
    return std::make_unique<ChunkSource>(files_->at(index), stop_);
  }

  /// False if all ranks must end.
  bool scan_file(std::size_t index) {
    const ScannedFile& file = job_.files[index];
    std::unique_ptr<RecordSource> source;
    RoundState own;
    try {
      source = open(index);
    } catch (const std::exception&) {
      own.has_ended = true;
    }
    Worker worker(file.plan);
    while (true) {
      own.has_more = false;
      // If this rank is interrupted or fails, the others learn of it at the end of the round.
      try {
        own.has_more = source && source->next(records_, line_);
        if (own.has_more) worker.process({records_.data(), records_.size()}, stop_, message_);
        result_ = own.has_more ? decode_result({message_.data(), message_.size()}) : ChunkResult{};
        own.has_ended =
            own.has_ended || (own.has_more && result_.status != ChunkResult::Status::done);
        if (asks_) want_weights(file);
      } catch (const std::exception&) {
        own.has_ended = true;
        result_ = {};
      }
      if (asks_ && !weights_.fetch()) own.has_ended = true;
      own.has_ended = own.has_ended || stop_;
      if (!own.has_ended) sort_entries(file, index);
      own.parts = share_.parts();
      const RoundState all = allreduce(ranks_, own);
      if (all.has_ended) return false;
      share_.set_parts(all.parts);
      if (!all.has_more) return true;
      ranks_.alltoallv(outgoing_, incoming_);
      for (const Bytes& one : incoming_) share_.add(one);
    }
  }

  /// Calls `each` with the cells and the line of every row in the result.
  template <class Each>
  void for_each_row(const ScannedFile& file, const Each& each) {
    if (result_.batch.empty()) return;
    backend::CellReader cells({result_.batch.data(), result_.batch.size()});
    row_.resize(file.plan.columns.size());
    const std::string_view text(records_.data(), records_.size());
    std::uint64_t line = line_;
    std::size_t counted = 0;
    for (const std::uint32_t offset : result_.offsets) {
      line += count_byte(text.substr(counted, offset - counted), file.plan.format.line_byte());
      counted = offset;
      for (backend::Cell& cell : row_) cell = cells.next();
      each(line);
    }
  }

  static bool is_weighed(const KeyColumn& column, const backend::Cell& cell) {
    return column.compare == KeyColumn::Compare::weights && cell.kind == backend::Cell::Kind::text;
  }

  void want_weights(const ScannedFile& file) {
    weights_.forget_old();
    for_each_row(file, [&](std::uint64_t) {
      for (const FileKey& key : file.keys) {
        for (const KeyColumn& column : key.columns) {
          const backend::Cell& cell = row_.at(column.at);
          if (is_weighed(column, cell)) weights_.want(column, weighed_text(cell, column));
        }
      }
    });
  }

  /// Sorts the keys of the rows by the rank that compares them.
  void sort_entries(const ScannedFile& file, std::size_t index) {
    outgoing_.resize(static_cast<std::size_t>(ranks_.size()));
    for (Bytes& one : outgoing_) one.clear();
    for_each_row(file, [&](std::uint64_t line) {
      for (const FileKey& key : file.keys) {
        key_.assign(reinterpret_cast<const char*>(&key.key), sizeof key.key);
        const bool has_key =
            std::all_of(key.columns.begin(), key.columns.end(), [&](const KeyColumn& column) {
              const backend::Cell& cell = row_.at(column.at);
              const std::string_view weights = is_weighed(column, cell)
                                                   ? weights_.of(column, weighed_text(cell, column))
                                                   : std::string_view();
              return append_key(cell, column, weights, key_);
            });
        if (!has_key) continue;
        const XXH128_hash_t hash = XXH3_128bits(key_.data(), key_.size());
        if (!share_.takes(hash.low64)) continue;
        const KeyEntry entry{.hash = hash.low64,
                             .share = hash.high64,
                             .place = KeyEntry::packed(key.key, index, line)};
        WireWriter(outgoing_[hash.high64 % outgoing_.size()]).put_bytes(entry);
      }
    });
  }

  Communicator& ranks_;
  const ScanJob& job_;
  const std::vector<ReadFile>* files_;
  const std::atomic<bool>& stop_;
  const bool asks_;
  KeyWeights weights_;
  KeyShare share_;
  std::vector<Repeats> repeats_;

  // Of the current round.
  Bytes records_;
  std::uint64_t line_ = 1;
  Bytes message_;
  ChunkResult result_;
  std::vector<backend::Cell> row_;
  std::string key_;
  std::vector<Bytes> outgoing_;
  std::vector<Bytes> incoming_;
};

/// The file in the form in which other ranks can read it.
std::optional<SharedFile> blocks_of(const ReadFile& file) {
  if (!file.is_as_stored || !BlockReader::suits(file.plan.format)) return std::nullopt;
  return share_file(file.path);
}

}  // namespace

std::optional<std::vector<RepeatedKey>> find_repeated_keys(
    Communicator& ranks, backend::Connection& connection, const std::vector<ReadFile>& files,
    const KeyScanLimits& limits, const std::atomic<bool>& stop, const AnnounceKeyScan& announce) {
  ScanJob job;
  job.block = limits.block;
  job.most_keys = limits.keys;
  std::vector<RepeatedKey> keys;
  std::vector<UniqueKey> unique;  // of `keys`
  for (const ReadFile& file : files) {
    std::error_code failure;
    if (!std::filesystem::is_regular_file(file.path, failure)) return std::nullopt;
    ScannedFile& one = job.files.emplace_back();
    one.shared = blocks_of(file);
    one.plan = file.plan;
    one.plan.encoding = backend::kCellEncoding;
    one.plan.rejects = true;
    one.plan.every_field = false;
    one.first_byte = file.first_byte;
    one.first_line = file.first_line;
    for (UniqueKey& key : unique_keys(connection, file.table, file.plan)) {
      auto known = std::find_if(unique.begin(), unique.end(),
                                [&](const UniqueKey& other) { return is_same_key(other, key); });
      if (known == unique.end()) {
        known = unique.insert(unique.end(), key);
        keys.emplace_back().columns = std::move(key.columns);
      }
      one.keys.push_back(
          {static_cast<std::uint32_t>(known - unique.begin()), std::move(key.compared)});
    }
  }
  job.keys = static_cast<std::uint32_t>(keys.size());
  constexpr std::size_t kMaxKeys = 512;
  constexpr std::size_t kMaxFiles = std::size_t{1} << KeyEntry::kFileBits;
  if (keys.empty()) return keys;
  if (keys.size() > kMaxKeys || files.size() > kMaxFiles) return std::nullopt;
  Bytes message;
  encode_job(job, message);
  announce(message);
  const auto found = KeyScan(ranks, job, &files, &connection, stop).run();
  if (!found) return std::nullopt;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const Repeats& repeats = (*found)[i];
    for (const ReadFile& file : files) keys[i].files.push_back(file.path);
    keys[i].values = repeats.values;
    keys[i].records = repeats.records;
    const auto begin = repeats.first.begin();
    keys[i].examples.assign(begin, begin + static_cast<std::ptrdiff_t>(repeats.count));
  }
  std::erase_if(keys, [](const RepeatedKey& key) { return key.records == 0; });
  std::stable_sort(keys.begin(), keys.end(), [](const RepeatedKey& a, const RepeatedKey& b) {
    return a.examples.front() < b.examples.front();
  });
  return keys;
}

void help_find_repeated_keys(Communicator& ranks, std::string_view job,
                             const std::atomic<bool>& stop) {
  KeyScan(ranks, decode_job(job), nullptr, nullptr, stop).run();
}

std::string described(const RepeatedKey& key) {
  constexpr std::size_t kShown = 5;
  const std::uint32_t file = key.examples.front().place.file;
  const auto place = [&](const RecordPlace& record) {
    return record.file == file ? fmt::format("line {}", record.line)
                               : fmt::format("{}:{}", key.files.at(record.file), record.line);
  };
  std::vector<std::string> places;
  for (const RepeatedRecord& one : key.examples) {
    if (places.size() == kShown) break;
    places.push_back(fmt::format("{} (as {})", place(one.place), place(one.first)));
  }
  return fmt::format(
      "{}: {} the same {} as an earlier one: {}{}", key.files.at(file),
      key.records == 1 ? "1 record has" : text::count(key.records, "record") + " have",
      text::join(key.columns, ", "), text::join(places, ", "),
      key.records > places.size() ? ", …" : "");
}

}  // namespace dbmig::import
