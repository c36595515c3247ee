#pragma once

#include <cstdint>
#include <optional>

#include "schema/type.hpp"

namespace dbmig::transfer {

// https://mariadb.com/kb/en/decimal/
inline constexpr int kMaxDecimalDigits = 65;
inline constexpr int kMaxDecimalPlaces = 38;

inline schema::Type type_of(schema::TypeKind kind, std::optional<int> length = std::nullopt,
                            std::optional<int> scale = std::nullopt) {
  schema::Type type;
  type.kind = kind;
  type.length = length;
  type.scale = scale;
  return type;
}

// The possible kinds of a value, one bit each.
inline constexpr std::uint32_t kInteger = 1U << 0U;
inline constexpr std::uint32_t kDecimal = 1U << 1U;  ///< includes integers
inline constexpr std::uint32_t kReal = 1U << 2U;     ///< includes decimals
inline constexpr std::uint32_t kBoolean = 1U << 3U;
inline constexpr std::uint32_t kDate = 1U << 4U;
inline constexpr std::uint32_t kDatetime = 1U << 5U;  ///< includes dates
inline constexpr std::uint32_t kTime = 1U << 6U;
inline constexpr std::uint32_t kUuid = 1U << 7U;
inline constexpr std::uint32_t kJson = 1U << 8U;
inline constexpr std::uint32_t kWord = 1U << 9U;          ///< no control characters, for an enum
inline constexpr std::uint32_t kInt64 = 1U << 10U;        ///< with kInteger: fits 64 bits
inline constexpr std::uint32_t kDoubleWhole = 1U << 11U;  ///< doubles hold whole numbers exactly
inline constexpr std::uint32_t kWholePowers = 1U << 12U;  ///< numbers with exponents are whole
inline constexpr std::uint32_t kFormed = (1U << 9U) - 1;  ///< all but words

/// Adds room for longer values in later files.
inline int with_headroom(std::uint64_t characters) {
  for (const int step : {10, 20, 50, 100, 255, 500, 1000}) {
    if (characters + characters / 4 <= static_cast<std::uint64_t>(step)) return step;
  }
  return 0;
}

}  // namespace dbmig::transfer
