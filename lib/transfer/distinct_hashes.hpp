#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "import/wire.hpp"

namespace dbmig::transfer {

/// Counts different 64-bit hashes exactly, up to a limit.
///
/// The first few thousand are kept in a table that fits into the processor's cache. After that,
/// hashes are only appended, to 256 parts selected by their first bits, and duplicates are removed
/// from a part when it is full: a table of millions would wait for memory at every hash. 8 to 32
/// bytes per different hash.
///
/// Not thread-safe, not even the const members, which remove duplicates.
class DistinctHashes {
 public:
  static constexpr std::size_t kMaxHashes = 8'000'000;  ///< per column: about 256 MB

  explicit DistinctHashes(std::size_t most = kMaxHashes) : most_(most) {}

  /// Adds `hash`, which must not be 0. False if it was certainly added before; true means nothing.
  bool insert(std::uint64_t hash) {
    if (parts_.empty()) return insert_in_table(hash);
    if (is_too_many_) return true;
    Part& part = parts_[hash >> kPartShift];
    if (part.hashes.size() == part.hashes.capacity()) make_room(part);
    part.hashes.push_back(hash);
    return true;
  }
  void insert(const DistinctHashes& other);

  /// Whether there are more than the limit; then none is kept.
  bool is_too_many() const;
  /// The number of different hashes; 0 if there are too many.
  std::size_t size() const;
  /// Removes duplicates now, which size() would do otherwise.
  void settle() const;

  void encode(import::Bytes& out) const;
  /// With the usual limit.
  static DistinctHashes decode(import::WireReader& reader);

  template <class Each>
  void for_each(const Each& each) const {
    settle();
    for (const std::uint64_t hash : table_) {
      if (hash != kFree) each(hash);
    }
    for (const Part& part : parts_) {
      for (const std::uint64_t hash : part.hashes) each(hash);
    }
  }

 private:
  struct Part {
    std::vector<std::uint64_t> hashes;
    std::size_t different = 0;  ///< the first ones, which are all different
  };
  static constexpr std::uint64_t kFree = 0;  ///< marks a free slot of the table
  static constexpr std::size_t kParts = 256;
  static constexpr unsigned kPartShift = 56;
  static constexpr std::size_t kMaxTableEntries = 4096;

  bool insert_in_table(std::uint64_t hash);
  void grow_table();
  void leave_table();
  void make_room(Part& part) const;
  void take_out_repeated(Part& part) const;
  void give_up() const;

  std::size_t most_;
  mutable std::vector<std::uint64_t> table_;  ///< a power of two, at most half of it used
  mutable std::size_t used_ = 0;              ///< in the table
  mutable std::vector<Part> parts_;           ///< used when there are too many for the table
  mutable std::size_t different_ = 0;         ///< in all parts
  mutable bool is_too_many_ = false;
};

}  // namespace dbmig::transfer
