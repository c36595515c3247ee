#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace dbmig::backend::sqlite {

inline constexpr std::size_t kMaxVarint = 9;

/// Writes `value` in SQLite's variable-length form, at most kMaxVarint bytes. Returns their end.
/// Source: https://www.sqlite.org/fileformat2.html#varint
inline char* put_varint(char* at, std::uint64_t value) {
  if (value < 0x80) {
    *at = static_cast<char>(value);
    return at + 1;
  }
  std::array<char, kMaxVarint> reversed;
  std::size_t size = 0;
  if (value >> 56U != 0) {  // the ninth byte has eight bits
    reversed[size++] = static_cast<char>(value & 0xFFU);
    for (value >>= 8U; size < kMaxVarint; value >>= 7U) {
      reversed[size++] = static_cast<char>((value & 0x7FU) | 0x80U);
    }
  }
  for (; value != 0; value >>= 7U, ++size) {
    reversed[size] = static_cast<char>((value & 0x7FU) | (size == 0 ? 0 : 0x80U));
  }
  while (size != 0) *at++ = reversed[--size];
  return at;
}

inline char* put_big_endian(char* at, std::uint64_t value, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) *at++ = static_cast<char>((value >> (8 * i)) & 0xFFU);
  return at;
}

}  // namespace dbmig::backend::sqlite
