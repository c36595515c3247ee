#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace dbmig::import {

constexpr std::size_t kNone = std::string_view::npos;

/// The position of `c` in [from, to) of `data`, or `to`.
inline std::size_t find_byte(std::string_view data, char c, std::size_t from, std::size_t to) {
  if (from >= to) return to;
  const void* hit = std::memchr(data.data() + from, c, to - from);
  return hit == nullptr ? to
                        : static_cast<std::size_t>(static_cast<const char*>(hit) - data.data());
}

/// How often `c` occurs in `data`. In blocks whose count fits into a byte, which compilers turn
/// into sixteen comparisons at once; std::count() is several times slower.
inline std::size_t count_byte(std::string_view data, char c) {
  constexpr std::size_t kBlock = 255;
  std::size_t count = 0;
  while (!data.empty()) {
    const std::size_t size = data.size() < kBlock ? data.size() : kBlock;
    std::uint8_t in_block = 0;
    for (std::size_t i = 0; i < size; ++i) {
      in_block = static_cast<std::uint8_t>(in_block + (data[i] == c ? 1 : 0));
    }
    count += in_block;
    data.remove_prefix(size);
  }
  return count;
}

}  // namespace dbmig::import
