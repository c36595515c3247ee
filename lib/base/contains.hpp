#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace dbmig {

inline bool contains(const std::vector<std::string>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

}  // namespace dbmig
