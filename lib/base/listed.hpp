#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/text.hpp"

namespace dbmig::text {

/// "a, b, c": for messages. Of a long list the first and the last, and how many lie between.
inline std::string join_some(const std::vector<std::string>& parts) {
  constexpr std::size_t kShown = 20;
  if (parts.size() <= kShown) return join(parts, ", ");
  const std::vector<std::string> first(parts.begin(), parts.begin() + 3);
  return join(first, ", ") + ", … (" + std::to_string(parts.size() - 4) + " more), " + parts.back();
}

}  // namespace dbmig::text
