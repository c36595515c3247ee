#include "import/structural_index.hpp"

#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace dbmig::import {
namespace {

/// The bytes of `bytes`, with the last one repeated for those that are not searched.
std::array<char, 4> bytes_to_find(const StructuralBytes& bytes) {
  return {bytes.delimiter, bytes.line_end, bytes.quote.value_or(bytes.line_end),
          bytes.carriage_return ? '\r' : bytes.line_end};
}

std::size_t find_structure_plain(std::string_view data, const std::array<char, 4>& wanted,
                                 std::uint32_t offset, std::uint32_t* positions) {
  std::array<bool, 256> is_wanted{};
  for (const char one : wanted) is_wanted[static_cast<unsigned char>(one)] = true;
  std::size_t count = 0;
  for (std::size_t i = 0; i < data.size(); ++i) {
    // Without a branch: the next position overwrites this one unless it is wanted.
    positions[count] = offset + static_cast<std::uint32_t>(i);
    count += is_wanted[static_cast<unsigned char>(data[i])] ? 1U : 0U;
  }
  return count;
}

#if defined(__x86_64__)

constexpr std::size_t kIndexBlock = 64;

constexpr std::size_t kWantedBytes = 4;

/// Each of the wanted bytes, 32 times.
struct WantedVectors {
  __m256i of[kWantedBytes];
};

/// A bit for each of the 64 bytes at `at`: whether it is wanted.
__attribute__((target("avx2"))) inline std::uint64_t index_matches(const char* at,
                                                                   const WantedVectors& wanted) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i high = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + kIndexBlock / 2));
  __m256i in_low = _mm256_cmpeq_epi8(low, wanted.of[0]);
  __m256i in_high = _mm256_cmpeq_epi8(high, wanted.of[0]);
  for (std::size_t i = 1; i < kWantedBytes; ++i) {
    in_low = _mm256_or_si256(in_low, _mm256_cmpeq_epi8(low, wanted.of[i]));
    in_high = _mm256_or_si256(in_high, _mm256_cmpeq_epi8(high, wanted.of[i]));
  }
  const auto low_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(in_low));
  const auto high_bits = static_cast<std::uint32_t>(_mm256_movemask_epi8(in_high));
  return low_bits | (std::uint64_t{high_bits} << 32U);
}

__attribute__((target("avx2,bmi,popcnt"))) std::size_t find_structure_avx2(
    std::string_view data, const std::array<char, 4>& bytes, std::uint32_t offset,
    std::uint32_t* positions) {
  WantedVectors wanted;
  for (std::size_t i = 0; i < kWantedBytes; ++i) wanted.of[i] = _mm256_set1_epi8(bytes[i]);
  std::uint32_t* next = positions;
  std::size_t at = 0;
  for (; at + kIndexBlock <= data.size(); at += kIndexBlock) {
    std::uint64_t left = index_matches(data.data() + at, wanted);
    const auto base = offset + static_cast<std::uint32_t>(at);
    std::uint32_t* const end = next + _mm_popcnt_u64(left);
    // Four at a time, whatever the number: surplus positions are overwritten.
    while (next < end) {
      for (std::size_t i = 0; i < 4; ++i) {
        next[i] = base + static_cast<std::uint32_t>(_tzcnt_u64(left));
        left = _blsr_u64(left);
      }
      next += 4;
    }
    next = end;
  }
  return static_cast<std::size_t>(next - positions) +
         find_structure_plain(data.substr(at), bytes, offset + static_cast<std::uint32_t>(at),
                              next);
}

#endif

}  // namespace

bool can_index(IndexWay way) {
  if (way == IndexWay::plain) return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("bmi") != 0 &&
         __builtin_cpu_supports("popcnt") != 0;
#else
  return false;
#endif
}

IndexWay fastest_index_way() {
  static const IndexWay way = can_index(IndexWay::avx2) ? IndexWay::avx2 : IndexWay::plain;
  return way;
}

std::size_t find_structure(IndexWay way, std::string_view data, const StructuralBytes& bytes,
                           std::uint32_t offset, std::uint32_t* positions) {
  const std::array<char, 4> wanted = bytes_to_find(bytes);
#if defined(__x86_64__)
  if (way == IndexWay::avx2) return find_structure_avx2(data, wanted, offset, positions);
#endif
  return find_structure_plain(data, wanted, offset, positions);
}

}  // namespace dbmig::import
