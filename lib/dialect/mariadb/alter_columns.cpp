#include "dialect/mariadb/alter_columns.hpp"

#include <algorithm>
#include <vector>

namespace dbmig::dialect::mariadb {

std::set<std::string> columns_in_place(const schema::Table& before, const schema::Table& after) {
  std::vector<std::string> kept;
  for (const schema::Column& column : before.columns) {
    if (after.find_column(column.name) != nullptr) kept.push_back(column.name);
  }
  std::vector<std::size_t> order;
  for (const schema::Column& column : after.columns) {
    const auto found = std::find(kept.begin(), kept.end(), column.name);
    if (found != kept.end()) order.push_back(static_cast<std::size_t>(found - kept.begin()));
  }
  std::vector<std::size_t> length(order.size(), 1);
  std::vector<std::size_t> previous(order.size(), order.size());
  std::size_t best = order.size();
  for (std::size_t i = 0; i < order.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (order[j] < order[i] && length[j] + 1 > length[i]) {
        length[i] = length[j] + 1;
        previous[i] = j;
      }
    }
    if (best == order.size() || length[i] > length[best]) best = i;
  }
  std::set<std::string> out;
  for (std::size_t i = best; i < order.size(); i = previous[i]) out.insert(kept[order[i]]);
  return out;
}

}  // namespace dbmig::dialect::mariadb
