#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

#include "import/chunk_reader.hpp"
#include "import/communicator.hpp"
#include "import/loader.hpp"
#include "import/plan.hpp"

namespace dbmig::import {

// How the chunks of one file travel.
//
// On the root three threads work at once, with a few chunks on the way between them: one reads and
// cuts chunks, one deals them out to the ranks and collects what they made of them, one writes to
// the database. A round is a scatter of up to a chunk for each rank and a gather of the results; it
// keeps the order of the file. In a job of several ranks the root takes no chunk itself: reading
// and writing keep it busy.
//
// Each part that is scattered starts with a verb, so that every rank takes part in every call until
// the root says that the file is done, whatever happened to whom.

/// Time spent, in nanoseconds.
struct StageTimes {
  std::uint64_t read = 0;
  std::uint64_t parse = 0;
};

/// The root's part: loads all of `reader` by `loader`. `on_tick` is called a few times a second, on
/// the calling thread. Throws the first failure in the order of the file, after every rank has left
/// work_on_chunks().
StageTimes feed_chunks(const Plan& plan, Communicator& ranks, ChunkReader& reader, Loader& loader,
                       const std::atomic<bool>& stop,
                       const std::function<void(std::uint64_t bytes_done)>& on_tick);

/// The other ranks' part: works on chunks until the root says that the file is done.
void work_on_chunks(const Plan& plan, Communicator& ranks, const std::atomic<bool>& stop);

}  // namespace dbmig::import
