#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace dbmig::transfer {

/// A set of 64-bit hashes in one piece of memory, 16 to 32 bytes per hash. It tells at once whether
/// a hash is new; DistinctHashes only counts, and is faster for many.
class HashSet {
 public:
  /// Whether `hash` is new.
  bool insert(std::uint64_t hash) {
    if (hash == kFree) {
      const bool is_new = !has_free_;
      has_free_ = true;
      return is_new;
    }
    if (used_ * 2 >= slots_.size()) grow();
    return place(hash);
  }
  std::size_t size() const { return used_ + (has_free_ ? 1 : 0); }

 private:
  static constexpr std::uint64_t kFree = 0;  ///< a free slot; hash 0 itself is stored separately

  bool place(std::uint64_t hash) {
    std::size_t at = hash & (slots_.size() - 1);
    while (slots_[at] != kFree) {
      if (slots_[at] == hash) return false;
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = hash;
    ++used_;
    return true;
  }
  void grow() {
    constexpr std::size_t kFirst = 64;
    std::vector<std::uint64_t> old(slots_.empty() ? kFirst : slots_.size() * 2, kFree);
    old.swap(slots_);
    used_ = 0;
    for (const std::uint64_t hash : old) {
      if (hash != kFree) place(hash);
    }
  }

  std::vector<std::uint64_t> slots_;  ///< its size is a power of two, at most half of it used
  std::size_t used_ = 0;
  bool has_free_ = false;
};

}  // namespace dbmig::transfer
