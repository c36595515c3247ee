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

// How the chunks of one file are processed.
//
// On the root, one thread reads and cuts chunks, and one writes their results to the database in
// the order of the file; a few chunks are in between (chunk_window.hpp). Meanwhile the calling
// thread sends chunks to the other ranks and receives their results, in any order; and one thread
// of the root processes chunks itself whenever the other ranks have enough to do, because reading
// and writing alone do not use a whole core on every database.
//
// A rank reports that it is ready with an empty result (worker.hpp); until then, the root works
// alone. A rank that can read the file is told which bytes of it to read; to the others the root
// sends them.
//
// A message to a rank begins with a verb. Each chunk is answered with its result, the end with
// another empty one, after which no message is in flight. A rank that was interrupted reports that
// unasked.

/// Times in nanoseconds.
struct StageTimes {
  std::uint64_t read = 0;
  std::uint64_t parse = 0;  ///< of the rank that spent most
};

/// Called when a chunk is loaded, with the number of bytes of the input up to its end and the line
/// after it. On the writing thread.
using OnLoaded = std::function<void(std::uint64_t bytes_done, std::uint64_t next_line)>;

/// The root's part: loads all of `reader` with `loaders`: one in the order of the file, or several
/// at the same time, each with a sink of its own, in which case the first failure of any is thrown.
/// `read`: which ranks read the file; unless it is ReadWay::scatter, the others were told about the
/// file. With ReadWay::parallel, a rank that cannot read it is a failure. `on_tick` is called a few
/// times a second, on the calling thread. With `watch`, a record whose key an earlier one has is
/// not written, and RepeatedKeyError is thrown. Throws the first failure in the order of the file,
/// after every rank has left work_on_chunks().
StageTimes feed_chunks(const Plan& plan, Communicator& ranks, ChunkReader& reader,
                       std::span<Loader* const> loaders, ReadWay read,
                       const std::atomic<bool>& stop,
                       const std::function<void(std::uint64_t bytes_done)>& on_tick,
                       const OnLoaded& on_loaded, KeyWatch* watch = nullptr,
                       const RankTimeout& timeout = {});

/// The other ranks' part: works on chunks until the root says that the file is done. Parts of
/// `file` are read by this rank if it can.
void work_on_chunks(const Plan& plan, const std::optional<SharedFile>& file, Communicator& ranks,
                    const std::atomic<bool>& stop);

}  // namespace dbmig::import
