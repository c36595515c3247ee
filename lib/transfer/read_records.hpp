#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "import/import.hpp"
#include "import/record_parser.hpp"
#include "transfer/evidence.hpp"

namespace dbmig::transfer {

/// What one rank found in its part of the files.
struct Findings {
  std::vector<std::string> names;  ///< as in the file
  std::vector<Evidence> columns;
  import::CsvFormat format;
  bool has_header = true;
  bool has_order = true;  ///< see Inferred
  std::uint64_t lines_before_header = 0;
};

/// A place in the files, in order: the number of the file, and of the chunk in it.
using ChunkPlace = std::pair<std::uint32_t, std::uint64_t>;

/// A record that cannot be read, and its place: of several, the first one counts.
struct ReadFailure {
  ChunkPlace place;
  std::exception_ptr what;
};

/// Reads the files of `options` and examines every `ranks`-th chunk of each, starting with chunk
/// `rank`, in `threads` threads. The findings do not depend on the number of threads. Of several
/// failures, `failure` gets the first in the order of the files; the findings are then incomplete.
///
/// `at_chunk` is called before each chunk, by any of the threads. Throws Error{interrupted} if
/// `stop` is set.
Findings read_evidence(const import::Options& options, const std::atomic<bool>& stop, int rank,
                       int ranks, int threads, std::optional<ReadFailure>& failure,
                       const std::function<void()>& at_chunk = {});

/// Called for each record; returns false if further ones do not matter.
using EachRecord = std::function<bool(const std::vector<import::Field>&)>;

/// Calls `each` with all records of the files, in order. Throws Error{invalid} for one that cannot
/// be read, and Error{interrupted}.
void read_records(const import::Options& options, const std::atomic<bool>& stop,
                  const EachRecord& each, const std::function<void()>& at_chunk = {});

}  // namespace dbmig::transfer
