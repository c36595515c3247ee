#include "transfer/distinct_hashes.hpp"

#include <bit>
#include <cstring>
#include <utility>

namespace dbmig::transfer {
namespace {

/// Puts `hash` into `slots`, whose number is a power of two and which must not be full. Returns
/// whether it is new.
bool place_hash(std::vector<std::uint64_t>& slots, std::uint64_t hash) {
  const std::size_t mask = slots.size() - 1;
  std::size_t at = hash & mask;
  while (slots[at] != 0) {
    if (slots[at] == hash) return false;
    at = (at + 1) & mask;
  }
  slots[at] = hash;
  return true;
}

}  // namespace

bool DistinctHashes::insert_in_table(std::uint64_t hash) {
  if (is_too_many_) return true;
  if (used_ * 2 >= table_.size()) grow_table();
  if (!place_hash(table_, hash)) return false;
  ++used_;
  if (used_ > most_) {
    give_up();
  } else if (used_ > kMaxTableEntries) {
    leave_table();
  }
  return true;
}

void DistinctHashes::grow_table() {
  constexpr std::size_t kFirst = 64;
  std::vector<std::uint64_t> old(table_.empty() ? kFirst : table_.size() * 2, kFree);
  old.swap(table_);
  for (const std::uint64_t hash : old) {
    if (hash != kFree) place_hash(table_, hash);
  }
}

void DistinctHashes::leave_table() {
  parts_.resize(kParts);
  used_ = 0;
  for (const std::uint64_t hash : std::exchange(table_, {})) {
    if (hash != kFree) insert(hash);
  }
}

void DistinctHashes::take_out_repeated(Part& part) const {
  if (part.different == part.hashes.size()) return;
  thread_local std::vector<std::uint64_t> slots;
  slots.assign(std::bit_ceil(part.hashes.size() * 2), kFree);
  std::size_t kept = 0;
  for (const std::uint64_t hash : part.hashes) {
    if (place_hash(slots, hash)) part.hashes[kept++] = hash;
  }
  part.hashes.resize(kept);
  different_ += kept - part.different;
  part.different = kept;
}

/// Makes room for one more. If there are too many, all parts are empty afterwards.
void DistinctHashes::make_room(Part& part) const {
  constexpr std::size_t kFirst = 64;
  take_out_repeated(part);
  if (different_ > most_) give_up();
  const std::size_t capacity = part.hashes.capacity();
  if (capacity == 0) {
    part.hashes.reserve(kFirst);
  } else if (part.hashes.size() * 2 > capacity) {
    part.hashes.reserve(capacity * 2);
  }
}

void DistinctHashes::insert(const DistinctHashes& other) {
  if (other.is_too_many()) give_up();
  other.for_each([this](std::uint64_t hash) { insert(hash); });
}

void DistinctHashes::settle() const {
  for (Part& part : parts_) take_out_repeated(part);
  if (is_too_many_ || different_ > most_) give_up();
}

void DistinctHashes::give_up() const {
  is_too_many_ = true;
  table_ = {};
  used_ = 0;
  for (Part& part : parts_) part = {};
  different_ = 0;
}

bool DistinctHashes::is_too_many() const {
  settle();
  return is_too_many_;
}

void DistinctHashes::encode(import::Bytes& out) const {
  import::WireWriter writer(out);
  writer.put(static_cast<std::uint8_t>(is_too_many()));
  writer.put(static_cast<std::uint64_t>(size()));
  std::size_t at = out.size();
  out.resize(at + size() * sizeof(std::uint64_t));
  for_each([&](std::uint64_t hash) {
    std::memcpy(out.data() + at, &hash, sizeof hash);
    at += sizeof hash;
  });
}

DistinctHashes DistinctHashes::decode(import::WireReader& reader) {
  DistinctHashes result;
  if (reader.get<std::uint8_t>() != 0) result.give_up();
  for (auto left = reader.get<std::uint64_t>(); left > 0; --left) {
    result.insert(reader.get<std::uint64_t>());
  }
  return result;
}

std::size_t DistinctHashes::size() const {
  settle();
  return used_ + different_;
}

}  // namespace dbmig::transfer
