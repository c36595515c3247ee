#include "import/pipeline.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "import/chunk_window.hpp"
#include "import/distribution.hpp"
#include "import/find_byte.hpp"
#include "import/stopwatch.hpp"
#include "import/wire.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::microseconds kTick = std::chrono::milliseconds(100);

std::string_view body(const Bytes& part) {
  return std::string_view(part.data(), part.size()).substr(kVerbBytes);
}

[[noreturn]] void interrupted() {
  throw Error(ErrorCode::interrupted, "interrupted");
}

/// One chunk that is read, one that is written, one that the root works on and one that waits for
/// it; three at each other rank and one that is ready for it.
std::size_t window_size(const Communicator& ranks) {
  return 4 + 4 * static_cast<std::size_t>(ranks.size() - 1);
}

/// The threads of the root.
class Feed {
 public:
  Feed(const Plan& plan, const Communicator& ranks, ChunkWindow& window, Distribution& others,
       ChunkReader& reader, std::span<Loader* const> loaders, ReadWay read,
       const std::atomic<bool>& stop, const std::function<void(std::uint64_t)>& on_tick,
       const OnLoaded& on_loaded, KeyWatch* watch)
      : plan_(plan),
        is_alone_(ranks.size() == 1),
        window_(window),
        others_(others),
        reader_(reader),
        loaders_(loaders),
        is_shared_(read != ReadWay::scatter),
        stop_(stop),
        on_tick_(on_tick),
        on_loaded_(on_loaded),
        watch_(watch),
        line_byte_(plan.format.line_byte()),
        worker_(plan) {}

  StageTimes run() {
    std::thread reading([this] { read(); });
    std::thread working([this] { work(); });
    std::vector<std::thread> writing;
    for (Loader* const loader : loaders_) {
      writing.emplace_back([this, loader] { write(*loader); });
    }
    std::exception_ptr failure;
    try {
      distribute();
    } catch (...) {
      failure = std::current_exception();
    }
    // A failed reader has closed the window itself, and what it read is written.
    if (failure || write_failed_ || has_repeated_key_) reader_.cancel();
    window_.close();
    for (std::thread& one : writing) one.join();
    working.join();
    reading.join();
    // Written chunks come before those in progress, and those before the ones that were being read.
    if (write_failure_) std::rethrow_exception(write_failure_);
    if (repeated_key_) throw RepeatedKeyError(*repeated_key_);
    if (failure) std::rethrow_exception(failure);
    if (read_failure_) std::rethrow_exception(read_failure_);
    return {.read = read_nanoseconds_, .parse = std::max(parse_nanoseconds_, others_.busiest())};
  }

 private:
  void read() {
    try {
      while (Chunk* chunk = window_.to_read()) {
        const Clock::time_point start = Clock::now();
        const bool more = reader_.next(chunk->part, kVerbBytes);
        read_nanoseconds_ += nanoseconds_since(start);
        if (!more) break;
        chunk->first_line = reader_.first_line();
        chunk->bytes_done = reader_.bytes_done();
        if (is_shared_) chunk->hash = hash_of(body(chunk->part));
        stored_bytes_ = reader_.stored_bytes();
        window_.read_done();
      }
    } catch (...) {
      read_failure_ = std::current_exception();
    }
    window_.end();
  }

  void work() {
    while (Chunk* chunk = window_.take_for_root()) {
      const Clock::time_point start = Clock::now();
      worker_.process(body(chunk->part), stop_, chunk->result);
      parse_nanoseconds_ += nanoseconds_since(start);
      window_.work_done(*chunk);
    }
  }

  /// A chunk to be written, and the first of its rows that must not be written.
  struct ToWrite {
    Chunk* chunk = nullptr;
    ChunkResult result = {};
    std::optional<KeyWatch::Repeated> repeated = {};
  };

  /// The next chunk in the order of the file; keys are compared in this order, too.
  ToWrite next_to_write() {
    std::unique_lock lock(watching_, std::defer_lock);
    if (watch_ != nullptr) lock.lock();
    ToWrite next{.chunk = window_.to_write()};
    if (next.chunk == nullptr) return next;
    next.result = decode_result({next.chunk->result.data(), next.chunk->result.size()});
    if (watch_ == nullptr || next.result.status != ChunkResult::Status::done) return next;
    next.repeated = watch_->first_repeated(next.result.keys);
    if (next.repeated) {
      // Nothing after it may be written.
      has_repeated_key_ = true;
      window_.close();
    }
    return next;
  }

  void write(Loader& loader) {
    try {
      while (true) {
        const ToWrite next = next_to_write();
        if (next.chunk == nullptr) return;
        Chunk* const chunk = next.chunk;
        if (next.result.status == ChunkResult::Status::interrupted) interrupted();
        if (next.result.status != ChunkResult::Status::done) {
          throw Error(ErrorCode::failed, next.result.failure);
        }
        if (next.repeated) return write_up_to(next, loader);
        loader.load(body(chunk->part), chunk->first_line, next.result);
        if (on_loaded_) {
          on_loaded_(chunk->bytes_done,
                     chunk->first_line + count_byte(body(chunk->part), line_byte_));
        }
        if (stop_) interrupted();
        window_.write_done(*chunk);
      }
    } catch (...) {
      const std::lock_guard lock(failing_);
      if (!write_failed_.exchange(true)) write_failure_ = std::current_exception();
      window_.close();
    }
  }

  /// Writes the rows before the one with the repeated key: their errors are reported first.
  void write_up_to(const ToWrite& next, Loader& loader) {
    const std::uint32_t offset = next.result.offsets.at(next.repeated->row);
    Bytes result;
    Worker(plan_).process(body(next.chunk->part).substr(0, offset), stop_, result);
    const ChunkResult before = decode_result({result.data(), result.size()});
    if (before.status != ChunkResult::Status::done) interrupted();
    loader.load(body(next.chunk->part), next.chunk->first_line, before);
    repeated_key_.emplace(loader.repeated_key(offset, next.repeated->columns));
  }

  /// Runs until everything is written or something failed.
  void distribute() {
    Backoff backoff;
    while (!window_.is_over()) {
      if (stop_) interrupted();
      on_tick_(stored_bytes_);
      if (is_alone_) {
        window_.wait_for_change(kTick);
      } else if (others_.move()) {
        backoff.reset();
      } else {
        window_.wait_for_change(std::max(backoff.next(), std::chrono::microseconds(1)));
      }
    }
  }

  const Plan& plan_;
  const bool is_alone_;
  ChunkWindow& window_;
  Distribution& others_;
  ChunkReader& reader_;
  std::span<Loader* const> loaders_;
  const bool is_shared_;
  const std::atomic<bool>& stop_;
  const std::function<void(std::uint64_t)>& on_tick_;
  const OnLoaded& on_loaded_;
  KeyWatch* const watch_;
  const char line_byte_;
  Worker worker_;

  std::atomic<std::uint64_t> stored_bytes_{0};
  std::atomic<bool> write_failed_{false};
  // Each is used by one thread, and read after it was joined.
  std::uint64_t read_nanoseconds_ = 0;
  std::uint64_t parse_nanoseconds_ = 0;
  std::exception_ptr read_failure_;
  std::mutex failing_;
  std::exception_ptr write_failure_;
  std::mutex watching_;
  std::atomic<bool> has_repeated_key_{false};
  std::optional<RepeatedKeyError> repeated_key_;
};

}  // namespace

StageTimes feed_chunks(const Plan& plan, Communicator& ranks, ChunkReader& reader,
                       std::span<Loader* const> loaders, ReadWay read,
                       const std::atomic<bool>& stop,
                       const std::function<void(std::uint64_t)>& on_tick, const OnLoaded& on_loaded,
                       KeyWatch* watch, const RankTimeout& timeout) {
  ChunkWindow window(window_size(ranks) + 2 * (loaders.size() - 1), loaders.size() + 1);
  Distribution others(ranks, window, read == ReadWay::parallel, timeout);
  std::exception_ptr failure;
  StageTimes times;
  try {
    times =
        Feed(plan, ranks, window, others, reader, loaders, read, stop, on_tick, on_loaded, watch)
            .run();
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    others.dismiss(failure != nullptr);
  } catch (...) {
    if (!failure) failure = std::current_exception();
  }
  if (failure) std::rethrow_exception(failure);
  return times;
}

namespace {

/// Results in flight to the root, and their buffers.
class Answers {
 public:
  explicit Answers(Communicator& ranks) : ranks_(ranks) {}

  /// A buffer for the next answer.
  Bytes& buffer() {
    Answer& answer = answers_[next_];
    if (answer.request) wait(*answer.request);
    answer.request.reset();
    return answer.message;
  }
  /// Sends what is in the buffer.
  void send() {
    Answer& answer = answers_[next_];
    answer.request = ranks_.isend(answer.message, 0);
    next_ = (next_ + 1) % answers_.size();
  }
  /// Makes progress with those in flight.
  void test() {
    for (const Answer& answer : answers_) {
      if (answer.request) answer.request->test();
    }
  }
  void wait_for_all() {
    for (Answer& answer : answers_) {
      if (answer.request) wait(*answer.request);
    }
  }

 private:
  struct Answer {
    Bytes message;
    std::unique_ptr<Request> request;
  };
  Communicator& ranks_;
  std::array<Answer, 2> answers_;
  std::size_t next_ = 0;
};

/// Processes the chunk whose place in the file `message` contains.
void process_own(Worker& worker, const SharedFileReader& file, const Bytes& message, Bytes& bytes,
                 const std::atomic<bool>& stop, Bytes& answer) {
  try {
    WireReader reader(body(message));
    FilePart part;
    part.offset = reader.get<std::uint64_t>();
    part.size = reader.get<std::uint64_t>();
    part.hash = reader.get<std::uint64_t>();
    file.read(part, bytes, 0);
  } catch (const std::exception& error) {
    encode_failure(error.what(), answer);
    return;
  }
  worker.process({bytes.data(), bytes.size()}, stop, answer);
}

}  // namespace

void work_on_chunks(const Plan& plan, const std::optional<SharedFile>& file, Communicator& ranks,
                    const std::atomic<bool>& stop) {
  Worker worker(plan);
  std::optional<SharedFileReader> reader;
  if (file) reader.emplace(ranks, *file);
  const bool reads = reader && reader->sees_file();
  Bytes own;  // what this rank has read itself
  std::array<Bytes, 2> parts;
  Answers answers(ranks);
  bool told_to_stop = false;
  encode_empty(reads ? ChunkResult::Status::reads : ChunkResult::Status::idle, answers.buffer());
  answers.send();
  std::unique_ptr<Request> receiving = ranks.irecv(parts[0], 0);
  for (std::size_t turn = 0;; turn = 1 - turn) {
    Backoff backoff;
    while (!receiving->test()) {
      answers.test();
      if (stop && !told_to_stop) {
        told_to_stop = true;
        encode_empty(ChunkResult::Status::interrupted, answers.buffer());
        answers.send();
      }
      backoff.sleep();
    }
    const Bytes& part = parts[turn];
    if (static_cast<Verb>(part.at(0)) == Verb::end) break;
    // After a chunk there is always another message; it may arrive during the work.
    receiving = ranks.irecv(parts[1 - turn], 0);
    if (static_cast<Verb>(part.at(0)) == Verb::chunk) {
      worker.process(body(part), stop, answers.buffer());
    } else {
      process_own(worker, *reader, part, own, stop, answers.buffer());
    }
    answers.send();
  }
  encode_empty(ChunkResult::Status::idle, answers.buffer());
  answers.send();
  answers.wait_for_all();
}

}  // namespace dbmig::import
