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

}  // namespace dbmig::transfer
