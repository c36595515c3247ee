#pragma once

#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace dbmig::test {

/// Random choices that are the same everywhere for one seed (the standard's distributions are not).
class RandomSource {
 public:
  explicit RandomSource(std::uint64_t seed) : engine_(seed) {}

  /// 0 to `count` - 1.
  std::size_t below(std::size_t count) { return count == 0 ? 0 : engine_() % count; }
  /// `low` to `high`, both included.
  int between(int low, int high) {
    return low + static_cast<int>(below(static_cast<std::size_t>(high - low + 1)));
  }
  /// True in `percent` of 100 cases.
  bool chance(int percent) { return between(1, 100) <= percent; }
  std::uint64_t bits() { return engine_(); }

  template <class T>
  const T& pick(const std::vector<T>& items) {
    return items[below(items.size())];
  }
  template <class Items>
  auto pick(Items& items) -> decltype(items[0]) {
    return items[below(items.size())];
  }
  template <class Items>
  void shuffle(Items& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  std::mt19937_64 engine_;
};

}  // namespace dbmig::test
