#include "import/pipeline.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "import/bounded_queue.hpp"
#include "import/stopwatch.hpp"
#include "import/worker.hpp"

namespace dbmig::import {
namespace {

using Clock = std::chrono::steady_clock;

enum class Verb : char { idle, chunk, done };

/// Every part starts with its verb.
constexpr std::size_t kPrefix = sizeof(Verb);

std::string_view body(const Bytes& part) {
  return std::string_view(part.data(), part.size()).substr(kPrefix);
}

struct Chunk {
  Bytes part;  ///< the verb, then whole records
  std::uint64_t first_line = 1;
  std::uint64_t bytes_done = 0;
};

/// The chunks that went out together and what came back, in rank order.
struct Round {
  std::vector<Chunk> chunks;  ///< chunk i went to rank first_worker + i
  Bytes results;
  std::vector<std::size_t> ends;
};

[[noreturn]] void interrupted() {
  throw Error(ErrorCode::interrupted, "interrupted");
}

/// The three threads of the root.
class Feed {
 public:
  Feed(const Plan& plan, Communicator& ranks, ChunkReader& reader, Loader& loader,
       const std::atomic<bool>& stop, const std::function<void(std::uint64_t)>& on_tick)
      : ranks_(ranks),
        reader_(reader),
        loader_(loader),
        stop_(stop),
        on_tick_(on_tick),
        worker_(plan),
        // With one other rank the root parses, too, or the two would take turns.
        first_worker_(ranks.size() > 2 ? 1 : 0),
        workers_(static_cast<std::size_t>(ranks.size() - first_worker_)),
        chunks_(workers_ + 1),
        rounds_(2) {}

  StageTimes run() {
    std::thread reading([this] { read(); });
    std::thread writing([this] { write(); });
    std::exception_ptr failure;
    try {
      deal();
    } catch (...) {
      failure = std::current_exception();
      abandoned_ = true;
    }
    // Whatever ended the dealing, a failure included, ends the reading.
    chunks_.close();
    if (failure || write_done_) reader_.cancel();
    rounds_.close();
    if (!failure) failure = wait_for(writing);
    reading.join();
    if (writing.joinable()) writing.join();
    // What was written comes before what was being dealt, and that before what was being read.
    if (write_failure_) std::rethrow_exception(write_failure_);
    if (failure) std::rethrow_exception(failure);
    if (read_failure_) std::rethrow_exception(read_failure_);
    return times_;
  }

 private:
  void read() {
    try {
      while (!abandoned_) {
        const Clock::time_point start = Clock::now();
        Chunk chunk;
        chunk.part = chunk_pool_.take();
        const bool more = reader_.next(chunk.part, kPrefix);
        times_.read += nanoseconds_since(start);
        if (!more) break;
        chunk.part[0] = static_cast<char>(Verb::chunk);
        chunk.first_line = reader_.first_line();
        chunk.bytes_done = reader_.bytes_done();
        if (!chunks_.push(std::move(chunk), [] {})) break;
      }
    } catch (...) {
      read_failure_ = std::current_exception();
    }
    chunks_.close();
  }

  void write() {
    try {
      while (std::optional<Round> round = rounds_.pop([] {})) {
        if (abandoned_) break;
        load(*round);
        for (Chunk& chunk : round->chunks) chunk_pool_.give_back(std::move(chunk.part));
        result_pool_.give_back(std::move(round->results));
      }
    } catch (...) {
      write_failure_ = std::current_exception();
    }
    rounds_.close();
    write_done_ = true;
  }

  void load(const Round& round) {
    for (std::size_t i = 0; i < round.chunks.size(); ++i) {
      const ChunkResult result = decode_result(part_of(round, first_worker_ + i));
      if (result.status != ChunkResult::Status::done) {
        throw Error(ErrorCode::failed, "a rank did not work on its part of the file");
      }
      loader_.load(body(round.chunks[i].part), round.chunks[i].first_line, result);
      if (stop_) interrupted();
    }
  }

  static std::string_view part_of(const Round& round, std::size_t rank) {
    const std::size_t begin = rank == 0 ? 0 : round.ends[rank - 1];
    return std::string_view(round.results.data(), round.results.size())
        .substr(begin, round.ends[rank] - begin);
  }

  void tick() {
    if (stop_) interrupted();
    on_tick_(bytes_done_);
  }

  /// The input is slow. A round without chunks hears from the other ranks meanwhile.
  void wait_for_input() {
    tick();
    if (ranks_.size() == 1) return;
    Round idle;
    play(idle);
    result_pool_.give_back(std::move(idle.results));
  }

  void deal() {
    while (true) {
      Round round;
      while (round.chunks.size() < workers_) {
        std::optional<Chunk> chunk = chunks_.pop([this] { wait_for_input(); });
        if (!chunk) break;
        bytes_done_ = chunk->bytes_done;
        round.chunks.push_back(std::move(*chunk));
      }
      if (round.chunks.empty() || write_done_) return;
      play(round);
      tick();
      if (!rounds_.push(std::move(round), [this] { tick(); })) return;
    }
  }

  /// One scatter and one gather, which all ranks take part in.
  void play(Round& round) {
    static constexpr char kIdle = static_cast<char>(Verb::idle);
    std::vector<std::span<const char>> parts(static_cast<std::size_t>(ranks_.size()),
                                             std::span(&kIdle, 1));
    for (std::size_t i = 0; i < round.chunks.size(); ++i) {
      parts[first_worker_ + i] = round.chunks[i].part;
    }
    ranks_.scatter(parts, mine_);
    if (mine_[0] == static_cast<char>(Verb::chunk)) {
      worker_.process(body(mine_), stop_, result_);
    } else {
      encode_idle(stop_, result_);
    }
    round.results = result_pool_.take();
    ranks_.gather(result_, round.results, round.ends);
    look_at(round);
  }

  /// Whether a rank was told to stop or failed; how long the slowest one took.
  void look_at(const Round& round) {
    std::uint64_t slowest = 0;
    for (std::size_t rank = 0; rank < round.ends.size(); ++rank) {
      const ResultHead head = decode_head(part_of(round, rank));
      slowest = std::max(slowest, head.nanoseconds);
      if (head.status == ChunkResult::Status::interrupted) interrupted();
      if (head.status == ChunkResult::Status::failed) {
        throw Error(ErrorCode::failed, std::string(head.failure));
      }
    }
    times_.parse += slowest;
  }

  /// Waits until everything is written, reporting meanwhile.
  std::exception_ptr wait_for(std::thread& writing) {
    try {
      constexpr auto kNap = std::chrono::milliseconds(1);
      while (!write_done_) {
        std::this_thread::sleep_for(kNap);
        tick();
      }
    } catch (...) {
      abandoned_ = true;
      writing.join();
      return std::current_exception();
    }
    writing.join();
    return nullptr;
  }

  Communicator& ranks_;
  ChunkReader& reader_;
  Loader& loader_;
  const std::atomic<bool>& stop_;
  const std::function<void(std::uint64_t)>& on_tick_;
  Worker worker_;
  const std::size_t first_worker_;
  const std::size_t workers_;

  BoundedQueue<Chunk> chunks_;
  BoundedQueue<Round> rounds_;
  BufferPool<Bytes> chunk_pool_;
  BufferPool<Bytes> result_pool_;
  Bytes mine_;
  Bytes result_;
  std::uint64_t bytes_done_ = 0;
  StageTimes times_;

  std::atomic<bool> abandoned_{false};   ///< nothing more is to be read or written
  std::atomic<bool> write_done_{false};  ///< the writing thread has ended
  std::exception_ptr read_failure_;      ///< after the reading thread was joined
  std::exception_ptr write_failure_;     ///< after the writing thread was joined
};

/// Tells the other ranks that there is no more. They wait for it, whatever happened here.
void dismiss(Communicator& ranks) {
  static constexpr char kDone = static_cast<char>(Verb::done);
  const std::vector<std::span<const char>> parts(static_cast<std::size_t>(ranks.size()),
                                                 std::span(&kDone, 1));
  Bytes mine;
  ranks.scatter(parts, mine);
}

}  // namespace

StageTimes feed_chunks(const Plan& plan, Communicator& ranks, ChunkReader& reader, Loader& loader,
                       const std::atomic<bool>& stop,
                       const std::function<void(std::uint64_t)>& on_tick) {
  std::exception_ptr failure;
  StageTimes times;
  try {
    times = Feed(plan, ranks, reader, loader, stop, on_tick).run();
  } catch (...) {
    failure = std::current_exception();
  }
  dismiss(ranks);
  if (failure) std::rethrow_exception(failure);
  return times;
}

void work_on_chunks(const Plan& plan, Communicator& ranks, const std::atomic<bool>& stop) {
  Worker worker(plan);
  Bytes mine;
  Bytes result;
  Bytes unused;
  std::vector<std::size_t> ends;
  while (true) {
    ranks.scatter({}, mine);
    const auto verb = static_cast<Verb>(mine.at(0));
    if (verb == Verb::done) return;
    if (verb == Verb::chunk) {
      worker.process(body(mine), stop, result);
    } else {
      encode_idle(stop, result);
    }
    ranks.gather(result, unused, ends);
  }
}

}  // namespace dbmig::import
