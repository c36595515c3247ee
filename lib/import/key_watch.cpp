#include "import/key_watch.hpp"

#include <algorithm>
#include <utility>

#include "import/unique_keys.hpp"

namespace dbmig::import {
namespace {

/// The number of rows whose memory is prefetched before it is used.
constexpr std::size_t kAhead = 16;

}  // namespace

bool SeenKeys::take_room(std::uint64_t values) {
  if (values > *room_) return false;
  *room_ -= values;
  taken_ += values;
  return true;
}

/// From here on, repeated keys are left to the database.
void SeenKeys::give_up() {
  *room_ += std::exchange(taken_, 0);
  has_given_up_ = true;
  runs_ = {};
  slots_ = {};
}

/// False if the numbers are not larger than all before.
bool SeenKeys::append_run(const KeyDigest& digest) {
  const std::int64_t first = digest.number(0);
  const std::int64_t last = digest.number(digest.rows - 1);
  if (!runs_.empty() && first <= runs_.back().last) return false;
  const bool is_dense = digest.form == KeyDigest::Form::dense;
  if (is_dense && !runs_.empty() && runs_.back().numbers.empty() &&
      first - 1 == runs_.back().last) {
    runs_.back().last = last;
    return true;
  }
  Run& run = runs_.emplace_back(Run{first, last, {}});
  if (is_dense) return true;
  if (!take_room(digest.rows)) {
    give_up();
    return true;
  }
  run.numbers.reserve(digest.rows);
  for (std::size_t row = 0; row < digest.rows; ++row) run.numbers.push_back(digest.number(row));
  return true;
}

void SeenKeys::grow(std::uint64_t values) {
  std::uint64_t size = std::max<std::uint64_t>(slots_.size(), 1024);
  while ((used_ + values) * 4 > size * 3) size *= 2;
  if (size == slots_.size()) return;
  std::vector<std::uint64_t> old(size);
  old.swap(slots_);
  used_ = 0;
  for (const std::uint64_t hash : old) {
    if (hash != 0) insert(hash);
  }
}

bool SeenKeys::insert(std::uint64_t hash) {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = hash & mask;
  while (slots_[at] != 0) {
    if (slots_[at] == hash) return false;
    at = (at + 1) & mask;
  }
  slots_[at] = hash;
  ++used_;
  return true;
}

/// The first row that does not ascend: all integers before it are hashed.
void SeenKeys::hash_runs() {
  std::vector<Run> runs = std::exchange(runs_, {});
  const auto values_of = [](const Run& run) {
    return static_cast<std::uint64_t>(run.last) - static_cast<std::uint64_t>(run.first) + 1;
  };
  for (const Run& run : runs) {
    if (!run.numbers.empty()) continue;
    // Ranges may contain more numbers than there is room for.
    if (values_of(run) > *room_ || !take_room(values_of(run))) return give_up();
  }
  grow(taken_);
  for (Run& run : runs) {
    for (const std::int64_t number : run.numbers) insert(hash_of_number(number));
    if (run.numbers.empty()) {
      for (std::uint64_t i = 0; i < values_of(run); ++i) {
        insert(hash_of_number(run.first + static_cast<std::int64_t>(i)));
      }
    }
    run.numbers = {};
  }
}

std::optional<std::size_t> SeenKeys::first_repeated(const KeyDigest& digest) {
  if (has_given_up_ || digest.rows == 0) return std::nullopt;
  if (slots_.empty()) {
    if (digest.form != KeyDigest::Form::hashes && append_run(digest)) return std::nullopt;
    hash_runs();
  }
  if (has_given_up_) return std::nullopt;
  if (!take_room(digest.rows)) {
    give_up();
    return std::nullopt;
  }
  grow(digest.rows);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t from = 0; from < digest.rows; from += kAhead) {
    const std::size_t end = std::min<std::size_t>(from + kAhead, digest.rows);
    for (std::size_t row = from; row < end; ++row) {
      __builtin_prefetch(&slots_[digest.hash(row) & mask], 1);
    }
    for (std::size_t row = from; row < end; ++row) {
      const std::uint64_t hash = digest.hash(row);
      if (hash != 0 && !insert(hash)) return row;
    }
  }
  return std::nullopt;
}

std::vector<FileKey> KeyWatch::watch(backend::Connection& connection, const schema::Table& table,
                                     const Plan& plan) {
  std::vector<std::string> columns = plan.column_names();
  if (columns == columns_) return watched_;  // without asking the server again
  std::vector<FileKey> watched;
  for (UniqueKey& key : unique_keys(connection, table, plan)) {
    const bool needs_server = std::any_of(
        key.compared.begin(), key.compared.end(),
        [](const KeyColumn& column) { return column.compare == KeyColumn::Compare::weights; });
    if (needs_server) continue;
    auto known = std::find_if(keys_.begin(), keys_.end(),
                              [&](const Key& other) { return is_same_key(other.key, key); });
    if (known == keys_.end()) known = keys_.insert(keys_.end(), {key, SeenKeys(room_)});
    watched.push_back({static_cast<std::uint32_t>(known - keys_.begin()), std::move(key.compared)});
  }
  columns_ = std::move(columns);
  watched_ = watched;
  return watched;
}

std::optional<KeyWatch::Repeated> KeyWatch::first_repeated(std::string_view digests) {
  std::optional<Repeated> first;
  for (const KeyDigest& digest : read_key_digests(digests)) {
    Key& key = keys_.at(digest.key);
    const auto row = key.seen.first_repeated(digest);
    if (row && (!first || *row < first->row)) first = Repeated{*row, key.key.columns};
  }
  return first;
}

bool KeyWatch::has_given_up() const {
  return std::any_of(keys_.begin(), keys_.end(),
                     [](const Key& key) { return key.seen.has_given_up(); });
}

std::vector<std::vector<std::string>> watched_keys(const Plan& plan) {
  std::vector<std::vector<std::string>> keys;
  for (const FileKey& key : plan.watched) {
    std::vector<std::string>& columns = keys.emplace_back();
    for (const KeyColumn& column : key.columns) columns.push_back(plan.columns.at(column.at).name);
  }
  return keys;
}

}  // namespace dbmig::import
