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

/// How long a rank with work may be silent.
struct RankTimeout {
  std::chrono::seconds told_after{5};
  std::chrono::seconds limit{60};  ///< 0: no limit
  /// Called once for each silence, with the rank.
  std::function<void(int rank, std::chrono::seconds silent)> on_silence = {};
};

/// The root's messages for one file: which chunk is at which rank.
class Distribution {
 public:
  /// All references must outlive it. No message may be in flight. `all_read`: each rank must be
  /// able to read the file.
  Distribution(Communicator& ranks, ChunkWindow& window, bool all_read = false,
               RankTimeout timeout = {});

  /// Sends chunks to ranks that can take them, and receives results; never waits. Returns whether
  /// there was progress. Throws Error{interrupted} if a rank was told to stop, Error{io} if one
  /// must read the file and cannot, and Error{failed} if one is silent for too long: the job is
  /// then left (Communicator::leave()).
  bool move();
  /// Tells the ranks that there is no more, and waits until each has confirmed it; results that
  /// still arrive are discarded. To be called once, in any case; with `after_failure` it does not
  /// wait as long. Throws as move() does.
  void dismiss(bool after_failure);
  /// The time that the busiest rank spent on chunks, in nanoseconds.
  std::uint64_t busiest() const;

 private:
  /// A chunk that was sent to a rank and has no result yet.
  struct Sent {
    Chunk* chunk;
    Bytes part;  ///< which bytes of the file, for a rank that reads them
    std::unique_ptr<Request> request;
  };
  struct Rank {
    int number = 0;
    bool is_here = false;   ///< has said that it waits for chunks
    bool reads = false;     ///< has said that it reads the file itself
    std::deque<Sent> sent;  ///< in the order of the results
    Bytes inbox;
    std::unique_ptr<Request> receiving;
    std::uint64_t nanoseconds = 0;
    std::chrono::nanoseconds heard_at{0};  ///< on the clock of awake_
    bool is_told = false;                  ///< the silence was reported
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
  /// The time during which this process was running, not stopped or suspended.
  AwakeTime clock_;
  std::chrono::nanoseconds awake_{0};  ///< on clock_, when it was last looked at
};

/// The verbs of messages to a rank.
enum class Verb : char {
  chunk,
  part,  ///< a FilePart of the shared file
  end,
};

/// The size of the verb at the start of each message.
constexpr std::size_t kVerbBytes = sizeof(Verb);

}  // namespace dbmig::import
