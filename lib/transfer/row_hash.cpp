#include "transfer/row_hash.hpp"

#include <fmt/core.h>
#include <xxhash.h>

namespace dbmig::transfer {

unsigned __int128 RowHash::of(std::string_view row) {
  const XXH128_hash_t hash = XXH3_128bits(row.data(), row.size());
  return static_cast<unsigned __int128>(hash.high64) << 64U | hash.low64;
}

std::string RowHash::text() const {
  return fmt::format("{:016x}{:016x}", static_cast<std::uint64_t>(sum_ >> 64U),
                     static_cast<std::uint64_t>(sum_));
}

void RowSum::add(const RowSum& other) {
  rows += other.rows;
  hash.add(other.hash);
  if (beyond_float.size() < other.beyond_float.size()) {
    beyond_float.resize(other.beyond_float.size());
  }
  for (std::size_t i = 0; i < other.beyond_float.size(); ++i) {
    beyond_float[i] += other.beyond_float[i];
  }
}

}  // namespace dbmig::transfer
