#include "import/key_share.hpp"

#include "import/wire.hpp"

namespace dbmig::import {
namespace {

constexpr std::uint64_t kMaxParts = std::uint64_t{1} << 16U;
/// The number of records with one value that can be among the examples, plus the first one.
constexpr std::size_t kKeptOfValue = RepeatedKey::kMaxExamples + 1;

}  // namespace

void Repeats::add(const RepeatedRecord& record) {
  const auto end = first.begin() + static_cast<std::ptrdiff_t>(count);
  const auto at = std::upper_bound(first.begin(), end, record);
  if (at == first.end()) return;
  if (count < first.size()) ++count;
  std::move_backward(at, first.begin() + static_cast<std::ptrdiff_t>(count) - 1,
                     first.begin() + static_cast<std::ptrdiff_t>(count));
  *at = record;
}

void KeyShare::begin(std::uint64_t part) {
  part_ = part;
  limit_ = most_;
  entries_.clear();
  more_.clear();
  // Reserved memory that is not used costs nothing; growing would need twice as much for a moment.
  entries_.reserve(most_ + most_ / 4);
}

void KeyShare::set_parts(std::uint64_t parts) {
  if (parts == parts_) return;
  parts_ = parts;
  std::erase_if(entries_, [this](const KeyEntry& entry) { return !takes(entry.hash); });
  std::erase_if(more_, [this](const auto& one) { return !takes(one.first.first); });
}

/// Of a value that occurs very often, keeps only the records that can be shown.
void KeyShare::compact() {
  std::sort(entries_.begin(), entries_.end());
  std::size_t kept = 0;
  std::size_t of_value = 0;
  for (const KeyEntry& entry : entries_) {
    const bool is_same = kept != 0 && entries_[kept - 1].hash == entry.hash &&
                         entries_[kept - 1].share == entry.share;
    of_value = is_same ? of_value + 1 : 1;
    if (of_value <= kKeptOfValue) {
      entries_[kept++] = entry;
    } else {
      ++more_[{entry.hash, entry.share}];
    }
  }
  entries_.resize(kept);
}

void KeyShare::add(const Bytes& message) {
  WireReader reader({message.data(), message.size()});
  while (!reader.rest().empty()) {
    const auto entry = reader.get_bytes<KeyEntry>();
    if (takes(entry.hash)) entries_.push_back(entry);
  }
  if (entries_.size() <= limit_) return;
  compact();
  // If the first part turns out too large, the number of parts is doubled.
  while (part_ == 0 && entries_.size() > most_ / 2 && parts_ < kMaxParts) set_parts(parts_ * 2);
  limit_ = std::max<std::uint64_t>(most_, 2 * entries_.size());
}

void KeyShare::count(std::vector<Repeats>& repeats) {
  std::sort(entries_.begin(), entries_.end());
  for (std::size_t i = 0, first = 0; i < entries_.size(); ++i) {
    const KeyEntry& entry = entries_[i];
    const bool is_same = entry.hash == entries_[first].hash && entry.share == entries_[first].share;
    if (!is_same) first = i;
    Repeats& of_key = repeats.at(entry.key());
    if (i == first) {
      const auto more = more_.find({entry.hash, entry.share});
      if (more != more_.end()) of_key.records += more->second;
      continue;
    }
    if (i == first + 1) ++of_key.values;
    ++of_key.records;
    of_key.add({entry.record(), entries_[first].record()});
  }
  entries_.clear();
}

}  // namespace dbmig::import
