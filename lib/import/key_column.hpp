#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dbmig::import {

/// What makes two values of a key's column the same value for the database.
struct KeyColumn {
  enum class Compare : std::uint8_t {
    bytes,
    without_blanks,  ///< but for spaces at the end
    without_case,    ///< but for the case of ASCII letters
    weights,         ///< as `collation` says, which only the database knows
  };
  std::uint32_t at = 0;  ///< in a row of the plan
  Compare compare = Compare::bytes;
  bool pads = false;            ///< weights: but for spaces at the end
  bool has_idle_zeros = false;  ///< zeros at the end of a fraction say nothing
  bool is_filled = false;       ///< with NULs up to its length
  std::uint32_t prefix = 0;     ///< characters, or bytes of binary values; 0 for all
  std::string charset = {};     ///< weights
  std::string collation = {};   ///< weights
  friend bool operator==(const KeyColumn&, const KeyColumn&) = default;
};

/// A unique key as the rows of one file have it.
struct FileKey {
  std::uint32_t key = 0;  ///< number among all keys that are looked at
  std::vector<KeyColumn> columns;
  friend bool operator==(const FileKey&, const FileKey&) = default;
};

}  // namespace dbmig::import
