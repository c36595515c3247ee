#pragma once

#include <chrono>
#include <cstdint>

namespace dbmig::import {

/// Nanoseconds of steady time since `start`.
inline std::uint64_t nanoseconds_since(std::chrono::steady_clock::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() - start)
          .count());
}

}  // namespace dbmig::import
