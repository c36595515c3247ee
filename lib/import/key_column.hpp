#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace dbmig::import {

/// When two values of a key's column are equal for the database.
struct KeyColumn {
  enum class Compare : std::uint8_t {
    bytes,
    without_blanks,  ///< equal except for trailing spaces
    without_case,    ///< equal except for the case of ASCII letters
    weights,         ///< according to `collation`, which only the database knows
  };
  std::uint32_t at = 0;  ///< index in a row of the plan
  Compare compare = Compare::bytes;
  bool pads = false;            ///< weights: trailing spaces are ignored
  bool has_idle_zeros = false;  ///< trailing zeros of a fraction are ignored
  bool is_filled = false;       ///< filled with NULs up to its length
  std::uint32_t prefix = 0;     ///< characters, or bytes of binary values; 0: the whole value
  std::string charset = {};     ///< weights
  std::string collation = {};   ///< weights
  friend bool operator==(const KeyColumn&, const KeyColumn&) = default;
};

/// A unique key in the rows of one file.
struct FileKey {
  std::uint32_t key = 0;  ///< its number among all keys that are compared
  std::vector<KeyColumn> columns;
  friend bool operator==(const FileKey&, const FileKey&) = default;
};

}  // namespace dbmig::import
