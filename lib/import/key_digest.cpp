#include "import/key_digest.hpp"

#include <xxhash.h>

#include <algorithm>
#include <cstring>

#include "import/unique_keys.hpp"

namespace dbmig::import {
namespace {

constexpr std::size_t kBytes = sizeof(std::int64_t);

std::uint64_t not_zero(std::uint64_t hash) {
  return hash == 0 ? 1 : hash;
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t row) {
  Number number;
  std::memcpy(&number, bytes.substr(row * kBytes, kBytes).data(), kBytes);
  return number;
}

}  // namespace

/// Different numbers have different hashes, with one exception.
std::uint64_t hash_of_number(std::int64_t number) {
  // The mixing function of SplitMix64.
  std::uint64_t hash = static_cast<std::uint64_t>(number) + 0x9E3779B97F4A7C15U;
  hash = (hash ^ (hash >> 30U)) * 0xBF58476D1CE4E5B9U;
  hash = (hash ^ (hash >> 27U)) * 0x94D049BB133111EBU;
  return not_zero(hash ^ (hash >> 31U));
}

std::int64_t KeyDigest::number(std::size_t row) const {
  if (form == Form::dense) return first + static_cast<std::int64_t>(row);
  return number_at<std::int64_t>(bytes, row);
}

std::uint64_t KeyDigest::hash(std::size_t row) const {
  if (form != Form::hashes) return hash_of_number(number(row));
  return number_at<std::uint64_t>(bytes, row);
}

std::uint64_t KeyDigests::hash_of(std::span<const backend::Cell> row, const FileKey& key) {
  bytes_.clear();
  for (const KeyColumn& column : key.columns) {
    if (!append_key(row[column.at], column, {}, bytes_)) return 0;
  }
  // An integer has one hash, whether it is written as 1 or as 1.0.
  if (bytes_.size() == 1 + kBytes && bytes_.front() == 'i') {
    return hash_of_number(number_at<std::int64_t>(std::string_view(bytes_).substr(1), 0));
  }
  return not_zero(XXH3_64bits(bytes_.data(), bytes_.size()));
}

void KeyDigests::add(std::span<const backend::Cell> row, Key& key) {
  const backend::Cell& cell = row[key.of_file.columns.front().at];
  const bool is_number =
      key.of_file.columns.size() == 1 && cell.kind == backend::Cell::Kind::integer;
  if (key.ascends) {
    if (is_number && (key.values.empty() || key.values.back() < cell.integer)) {
      key.values.push_back(cell.integer);
      return;
    }
    key.ascends = false;
    std::transform(key.values.begin(), key.values.end(), key.values.begin(),
                   [](auto number) { return static_cast<std::int64_t>(hash_of_number(number)); });
  }
  key.values.push_back(static_cast<std::int64_t>(is_number ? hash_of_number(cell.integer)
                                                           : hash_of(row, key.of_file)));
}

void KeyDigests::add(std::span<const backend::Cell> row) {
  for (Key& key : keys_) add(row, key);
}

void KeyDigests::write(WireWriter& out) const {
  out.put(static_cast<std::uint32_t>(keys_.size()));
  for (const Key& key : keys_) {
    const std::vector<std::int64_t>& values = key.values;
    const bool is_dense =
        key.ascends && !values.empty() &&
        static_cast<std::uint64_t>(values.back()) - static_cast<std::uint64_t>(values.front()) ==
            values.size() - 1;
    out.put(key.of_file.key);
    out.put(static_cast<std::uint32_t>(values.size()));
    if (is_dense) {
      out.put(KeyDigest::Form::dense);
      out.put(values.front());
    } else {
      out.put(key.ascends ? KeyDigest::Form::ascending : KeyDigest::Form::hashes);
      out.put_text({reinterpret_cast<const char*>(values.data()), values.size() * kBytes});
    }
  }
}

void KeyDigests::clear() {
  for (Key& key : keys_) {
    key.values.clear();
    key.ascends = true;
  }
}

std::vector<KeyDigest> read_key_digests(std::string_view message) {
  WireReader reader(message);
  std::vector<KeyDigest> digests(message.empty() ? 0 : reader.get<std::uint32_t>());
  for (KeyDigest& digest : digests) {
    digest.key = reader.get<std::uint32_t>();
    digest.rows = reader.get<std::uint32_t>();
    digest.form = reader.get<KeyDigest::Form>();
    if (digest.form == KeyDigest::Form::dense) {
      digest.first = reader.get<std::int64_t>();
    } else {
      digest.bytes = reader.get_text();
    }
  }
  return digests;
}

}  // namespace dbmig::import
