#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "import/chunk_window.hpp"
#include "import/communicator.hpp"
#include "import/plan.hpp"

namespace dbmig::import {

/// The root's side of the messages of one file: which chunk is at which rank.
class Distribution {
 public:
  /// All must outlive it. No message may be under way.
  Distribution(Communicator& ranks, ChunkWindow& window);

  /// Sends chunks to ranks that want them, takes results in; waits for nothing. Returns whether
  /// anything moved. Throws Error{interrupted} when a rank was told to stop.
  bool move();
  /// Tells the ranks that there is no more and waits until each has said that it heard. Results
  /// that still come are thrown away. To be called once, whatever happened.
  void dismiss();
  /// Time that the busiest rank spent on chunks, in nanoseconds.
  std::uint64_t busiest() const;

 private:
  /// A chunk on its way to a rank or worked on there.
  struct Sent {
    Chunk* chunk;
    std::unique_ptr<Request> request;
  };
  struct Rank {
    int number = 0;
    bool is_here = false;   ///< has said that it waits for chunks
    std::deque<Sent> sent;  ///< in the order in which the results come
    Bytes inbox;
    std::unique_ptr<Request> receiving;
    std::uint64_t nanoseconds = 0;
  };

  void listen(Rank& rank);
  bool has_enough(const Rank& rank) const;
  bool take_results(Rank& rank);
  bool send_chunks();
  bool heard_end(Rank& rank);

  Communicator& ranks_;
  ChunkWindow& window_;
  std::vector<Rank> others_;
};

/// The verbs of messages to a rank.
enum class Verb : char { chunk, end };

/// The bytes that a verb takes, at the start of each message.
constexpr std::size_t kVerbBytes = sizeof(Verb);

}  // namespace dbmig::import
