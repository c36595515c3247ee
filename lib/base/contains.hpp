#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig {

inline bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

/// Whether any of `list` is in `set`.
inline bool contains_any(const std::vector<std::string>& list, const std::set<std::string>& set) {
  return std::any_of(list.begin(), list.end(),
                     [&](const std::string& word) { return set.count(word) != 0; });
}

}  // namespace dbmig
