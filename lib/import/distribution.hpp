#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "import/chunk_window.hpp"
#include "import/communicator.hpp"
#include "import/plan.hpp"

namespace dbmig::import {

/// How long a rank that has something to do may be silent.
struct RankTimeout {
  std::chrono::seconds told_after{5};
  std::chrono::seconds limit{60};  ///< 0: however long
  /// Told once of each silence, with the rank.
  std::function<void(int rank, std::chrono::seconds silent)> on_silence = {};
};

/// The root's side of the messages of one file: which chunk is at which rank.
class Distribution {
 public:
  /// All must outlive it. No message may be under way. `all_read`: each rank has to see the file.
  Distribution(Communicator& ranks, ChunkWindow& window, bool all_read = false,
               RankTimeout timeout = {});

  /// Sends chunks to ranks that want them, takes results in; waits for nothing. Returns whether
  /// anything moved. Throws Error{interrupted} when a rank was told to stop, and Error{io} when one
  /// has to see the file and does not, and Error{failed} when one is silent for too long: the job
  /// is then left (Communicator::leave()).
  bool move();
  /// Tells the ranks that there is no more and waits until each has confirmed it. Results
  /// that still come are thrown away. To be called once, whatever happened; `after_failure`, which
  /// they need not be waited for as long. Throws as move() does.
  void dismiss(bool after_failure);
  /// Time that the busiest rank spent on chunks, in nanoseconds.
  std::uint64_t busiest() const;

 private:
  /// A chunk on its way to a rank or worked on there.
  struct Sent {
    Chunk* chunk;
    Bytes part;  ///< which bytes of the file, for a rank that reads them
    std::unique_ptr<Request> request;
  };
  struct Rank {
    int number = 0;
    bool is_here = false;   ///< has said that it waits for chunks
    bool reads = false;     ///< has said that it reads the file itself
    std::deque<Sent> sent;  ///< in the order in which the results come
    Bytes inbox;
    std::unique_ptr<Request> receiving;
    std::uint64_t nanoseconds = 0;
    std::chrono::nanoseconds heard_at{0};  ///< on the clock of awake_
    bool is_told = false;                  ///< that it is silent
  };

  void look_at_silence(const std::vector<Rank*>& waited_for, std::chrono::seconds limit);
  void listen(Rank& rank);
  void send(Rank& rank, Chunk& chunk);
  bool take_results(Rank& rank);
  bool send_chunks();
  bool heard_end(Rank& rank);

  Communicator& ranks_;
  ChunkWindow& window_;
  const bool all_read_;
  const RankTimeout timeout_;
  std::vector<Rank> others_;
  /// Time in which this process itself was not stopped or suspended for long.
  std::chrono::nanoseconds awake_{0};
  std::chrono::steady_clock::time_point looked_at_ = std::chrono::steady_clock::now();
};

/// The verbs of messages to a rank.
enum class Verb : char {
  chunk,
  part,  ///< a FilePart of the shared file
  end,
};

/// The bytes that a verb takes, at the start of each message.
constexpr std::size_t kVerbBytes = sizeof(Verb);

}  // namespace dbmig::import
