#pragma once

#include <algorithm>
#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "import/communicator.hpp"
#include "import/repeated_keys.hpp"

namespace dbmig::import {

/// A value of a key, and the place of a record with it.
struct KeyEntry {
  std::uint64_t hash = 0;
  std::uint64_t share = 0;  ///< the other half of the hash, which selects the rank
  std::uint64_t place = 0;  ///< key, file and line, in this order

  static constexpr unsigned kLineBits = 40;
  static constexpr unsigned kFileBits = 14;
  static std::uint64_t packed(std::uint32_t key, std::size_t file, std::uint64_t line) {
    return (std::uint64_t{key} << (kLineBits + kFileBits)) |
           (static_cast<std::uint64_t>(file) << kLineBits) | line;
  }
  std::uint32_t key() const { return static_cast<std::uint32_t>(place >> (kLineBits + kFileBits)); }
  RecordPlace record() const {
    const std::uint64_t file = (place >> kLineBits) & ((std::uint64_t{1} << kFileBits) - 1);
    return {static_cast<std::uint32_t>(file), place & ((std::uint64_t{1} << kLineBits) - 1)};
  }
  auto operator<=>(const KeyEntry&) const = default;
};

/// The repeated records of one key, as the ranks combine them.
struct Repeats {
  std::uint64_t values = 0;
  std::uint64_t records = 0;
  std::array<RepeatedRecord, RepeatedKey::kMaxExamples> first{};
  std::size_t count = 0;  ///< number of records in `first`

  /// Adds a record that repeats a value; only the first ones are kept.
  void add(const RepeatedRecord& record);
  static void combine(const Repeats& left, Repeats& right) {
    right.values += left.values;
    right.records += left.records;
    for (std::size_t i = 0; i < left.count; ++i) right.add(left.first.at(i));
  }
};

/// The keys that one rank compares: those in the current part of all keys, as many as it may keep.
/// If there are too many, the number of parts is doubled.
class KeyShare {
 public:
  explicit KeyShare(std::uint64_t most) : most_(std::max<std::uint64_t>(most, 1)) {}

  /// Removes all keys and starts with those of `part`.
  void begin(std::uint64_t part);
  std::uint64_t parts() const { return parts_; }
  /// Sets the number of parts that another rank needs.
  void set_parts(std::uint64_t parts);
  /// Whether a key with this hash belongs to the current part.
  bool takes(std::uint64_t hash) const { return (hash & (parts_ - 1)) == part_; }
  /// Adds the entries of a message. Those of one value arrive in the order of the files.
  void add(const Bytes& message);
  /// Adds the repetitions among the entries to those of each key.
  void count(std::vector<Repeats>& repeats);

 private:
  void compact();
  const std::uint64_t most_;
  std::uint64_t limit_ = most_;  ///< with more entries, compact() is called
  std::uint64_t parts_ = 1;
  std::uint64_t part_ = 0;
  std::vector<KeyEntry> entries_;
  /// The number of records of a value, by both halves of its hash, that are not kept.
  std::map<std::pair<std::uint64_t, std::uint64_t>, std::uint64_t> more_;
};

}  // namespace dbmig::import
