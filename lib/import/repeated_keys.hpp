#pragma once

#include <array>
#include <atomic>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "backend/backend.hpp"
#include "import/communicator.hpp"
#include "import/earlier_row.hpp"

namespace dbmig::import {

/// The place of a record.
struct RecordPlace {
  std::uint32_t file = 0;  ///< index into RepeatedKey::files
  std::uint64_t line = 0;
  auto operator<=>(const RecordPlace&) const = default;
};

/// A record whose key an earlier one has.
struct RepeatedRecord {
  RecordPlace place;
  RecordPlace first;  ///< the first record with that key
  auto operator<=>(const RepeatedRecord&) const = default;
};

/// The values of one unique key that occur more than once in the files.
struct RepeatedKey {
  std::vector<std::string> files;  ///< in the order in which they are read
  std::vector<std::string> columns;
  std::uint64_t values = 0;
  std::uint64_t records = 0;  ///< records that repeat a value, not counting the first of each
  std::vector<RepeatedRecord> examples;  ///< the first kMaxExamples, in order
  static constexpr std::size_t kMaxExamples = 10;
  friend bool operator==(const RepeatedKey&, const RepeatedKey&) = default;
};

/// How much is processed at a time.
struct KeyScanLimits {
  std::size_t block = std::size_t{1} << 20U;  ///< bytes of a file that a rank reads at a time
  /// The number of keys, of 24 bytes each, that all ranks keep together. If there are more, the
  /// files are read several times, each time for a part of the keys.
  std::uint64_t keys = std::uint64_t{6} << 20U;
};

/// Sends the other ranks the argument for help_find_repeated_keys().
using AnnounceKeyScan = std::function<void(const Bytes& job)>;

/// Which records of `files`, all of one table, have a key of it that an earlier one has, as the
/// database compares keys: it is asked for the weights of text whose collation knows more than
/// bytes. Rows that are in the table count for nothing here, nor do records that do not fit the
/// table.
///
/// All ranks read the files, those that see them, and each knows the keys of one share, by their
/// hash, of 128 bits. Nothing when a file can be read only once or has changed, or when told to
/// stop. The answer is the same for any number of ranks and any limits.
std::optional<std::vector<RepeatedKey>> find_repeated_keys(
    Communicator& ranks, backend::Connection& connection, const std::vector<ReadFile>& files,
    const KeyScanLimits& limits, const std::atomic<bool>& stop, const AnnounceKeyScan& announce);

/// The other ranks' part.
void help_find_repeated_keys(Communicator& ranks, std::string_view job,
                             const std::atomic<bool>& stop);

/// "p.csv: 2 records have the same id as an earlier one: line 4 (as line 2), line 9 (as line 3)".
/// Other files are named.
std::string described(const RepeatedKey& key);

}  // namespace dbmig::import
