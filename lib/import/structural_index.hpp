#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace dbmig::import {

/// The bytes, at most four, by which a file is cut into fields.
struct StructuralBytes {
  char delimiter = ',';
  char line_end = '\n';
  std::optional<char> quote;
  bool carriage_return = false;
};

/// How the bytes are searched: one at a time, or 64 at a time with the AVX2 instructions of x86-64
/// processors.
enum class IndexWay : std::uint8_t { plain, avx2 };

/// Whether this processor supports it.
bool can_index(IndexWay way);
/// The fastest one that this processor supports.
IndexWay fastest_index_way();

/// Writes the positions of `bytes` in `data`, in order, plus `offset`, to `positions`, which has
/// room for as many as `data` has bytes and kIndexSlack more. Returns their number.
std::size_t find_structure(IndexWay way, std::string_view data, const StructuralBytes& bytes,
                           std::uint32_t offset, std::uint32_t* positions);

/// The number of positions after the last one that find_structure() may overwrite.
inline constexpr std::size_t kIndexSlack = 8;

}  // namespace dbmig::import
