#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "import/chunk_reader.hpp"
#include "import/communicator.hpp"
#include "import/distribution.hpp"
#include "import/key_watch.hpp"
#include "import/loader.hpp"
#include "import/plan.hpp"
#include "import/shared_file.hpp"

namespace dbmig::import {

// How the chunks of one file travel.
//
// On the root one thread reads and cuts chunks, one writes what became of them to the database in
// the order of the file, and a few chunks are under way between them (chunk_window.hpp). In between
// the calling thread sends chunks to the other ranks and receives their results, in the order in
// which they are ready first; and one thread of the root works on chunks itself whenever the other
// ranks have enough to do: reading and writing alone do not keep a core busy on every database.
//
// A rank says with an empty result (worker.hpp) that it is there; until then, the root works alone.
// A rank that sees the file is told which bytes of it to read; to the others the root sends them.
//
// A message to a rank starts with a verb. Each chunk is answered with its result, the end with
// another empty one, after which neither side has a message under way. A rank that was told to
// stop says so without being asked.

/// Time spent, in nanoseconds.
struct StageTimes {
  std::uint64_t read = 0;
  std::uint64_t parse = 0;  ///< of the rank that spent most
};

/// Called when a chunk is loaded, with the bytes of the input up to its end and the line behind it.
/// On the thread that writes.
using OnLoaded = std::function<void(std::uint64_t bytes_done, std::uint64_t next_line)>;

/// The root's part: loads all of `reader` by `loaders`, one in the order of the file, or several at
/// the same time, each of a sink of its own, in which case the first failure of any is thrown.
/// `read`: which ranks read the file, of which the other ranks were told unless it is
/// ReadWay::scatter. With ReadWay::parallel a rank that does not see it is a failure. `on_tick` is
/// called a few times a second, on the calling thread. With `watch`, a record whose key an earlier
/// one has is not written, and RepeatedKeyError thrown. Throws the first failure in the order of
/// the file, after every rank has left work_on_chunks().
StageTimes feed_chunks(const Plan& plan, Communicator& ranks, ChunkReader& reader,
                       std::span<Loader* const> loaders, ReadWay read,
                       const std::atomic<bool>& stop,
                       const std::function<void(std::uint64_t bytes_done)>& on_tick,
                       const OnLoaded& on_loaded, KeyWatch* watch = nullptr,
                       const RankTimeout& timeout = {});

/// The other ranks' part: works on chunks until the root says that the file is done. Those of
/// `file`, where this rank sees it, it reads itself.
void work_on_chunks(const Plan& plan, const std::optional<SharedFile>& file, Communicator& ranks,
                    const std::atomic<bool>& stop);

}  // namespace dbmig::import
