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
  std::vector<std::string> names;  ///< as the file has them
  std::vector<Evidence> columns;
  import::CsvFormat format;
};

/// A place in the files, in their order: the number of the file, of the chunk in it.
using ChunkPlace = std::pair<std::uint32_t, std::uint64_t>;

/// A record that cannot be read, and where: of several, the first one counts.
struct ReadFailure {
  ChunkPlace place;
  std::exception_ptr what;
};

/// Reads the files of `options` and looks at every `ranks`-th chunk of each, `rank` being the first
/// one, in `threads` threads. What is found is the same for any number of threads. Of what makes it
/// fail, `failure` gets the first in the order of the files; then the findings are not whole.
///
/// Throws Error{interrupted} when `stop` is set.
Findings read_evidence(const import::Options& options, const std::atomic<bool>& stop, int rank,
                       int ranks, int threads, std::optional<ReadFailure>& failure);

/// What is done with a record; false when further ones do not matter.
using EachRecord = std::function<bool(const std::vector<import::Field>&)>;

/// Gives all records of the files to `each`, in order. Throws Error{invalid} for one that cannot be
/// read, and Error{interrupted}.
void read_records(const import::Options& options, const std::atomic<bool>& stop,
                  const EachRecord& each);

}  // namespace dbmig::transfer
