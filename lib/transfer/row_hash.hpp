#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dbmig::transfer {

/// A checksum of rows in any order: the 128-bit sum of their hashes.
class RowHash {
 public:
  /// The hash of one row's bytes.
  static unsigned __int128 of(std::string_view row);
  void add(std::string_view row) { sum_ += of(row); }
  void add(const RowHash& other) { sum_ += other.sum_; }
  /// The upper and the lower 64 bits, from which it can be constructed again.
  std::pair<std::uint64_t, std::uint64_t> halves() const {
    return {static_cast<std::uint64_t>(sum_ >> 64U), static_cast<std::uint64_t>(sum_)};
  }
  RowHash() = default;
  RowHash(std::uint64_t high, std::uint64_t low)
      : sum_(static_cast<unsigned __int128>(high) << 64U | low) {}
  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  unsigned __int128 sum_ = 0;
};

/// The sums by which many rows are compared.
struct RowSum {
  std::uint64_t rows = 0;
  RowHash hash;
  /// By column, how many numbers have more digits than MariaDB's FLOAT keeps; empty if no column is
  /// compared as one.
  std::vector<std::uint64_t> beyond_float;

  void add(const RowSum& other);
  std::uint64_t count_beyond_float(std::size_t column) const {
    return column < beyond_float.size() ? beyond_float[column] : 0;
  }
};

}  // namespace dbmig::transfer
