#pragma once

#include <cstddef>
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

}  // namespace dbmig::import
