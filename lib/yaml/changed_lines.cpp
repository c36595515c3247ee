#include "yaml/changed_lines.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/text.hpp"

namespace dbmig::yaml {

std::string changed_lines(const std::string& before, const std::string& after) {
  std::vector<std::string> a = text::split(before, '\n');
  std::vector<std::string> b = text::split(after, '\n');
  // The longest common subsequence of what is between the equal beginning and end.
  std::size_t start = 0;
  while (start < a.size() && start < b.size() && a[start] == b[start]) ++start;
  std::size_t tail = 0;
  while (tail < a.size() - start && tail < b.size() - start &&
         a[a.size() - 1 - tail] == b[b.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t rows = a.size() - start - tail;
  const std::size_t columns = b.size() - start - tail;
  constexpr std::size_t kMaxCells = 4000000;
  std::string out;
  if (rows * columns > kMaxCells) return out;
  std::vector<std::vector<std::uint32_t>> common(rows + 1,
                                                 std::vector<std::uint32_t>(columns + 1, 0));
  for (std::size_t i = rows; i-- > 0;) {
    for (std::size_t j = columns; j-- > 0;) {
      common[i][j] = a[start + i] == b[start + j] ? common[i + 1][j + 1] + 1
                                                  : std::max(common[i + 1][j], common[i][j + 1]);
    }
  }
  bool is_open = false;
  for (std::size_t i = 0, j = 0; i < rows || j < columns;) {
    if (i < rows && j < columns && a[start + i] == b[start + j]) {
      ++i;
      ++j;
      is_open = false;
      continue;
    }
    if (!is_open) out += fmt::format("@@ line {}\n", start + j + 1);
    is_open = true;
    if (j == columns || (i < rows && common[i + 1][j] >= common[i][j + 1])) {
      out += "- " + a[start + i++] + "\n";
    } else {
      out += "+ " + b[start + j++] + "\n";
    }
  }
  return out;
}

}  // namespace dbmig::yaml
