#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace dbmig::transfer {

/// A checksum over rows in any order: the sum of their hashes, of 128 bits.
class RowHash {
 public:
  /// The hash of one row's bytes.
  static unsigned __int128 of(std::string_view row);
  void add(std::string_view row) { sum_ += of(row); }
  /// 32 hexadecimal digits.
  std::string text() const;

 private:
  unsigned __int128 sum_ = 0;
};

}  // namespace dbmig::transfer
