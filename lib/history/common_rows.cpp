#include "history/common_rows.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <set>
#include <vector>

#include "base/text.hpp"

namespace dbmig::history {
namespace {

using Key = std::vector<std::string>;

/// Where `names` stand among the columns of `insert`; nothing when one is not there.
std::optional<std::vector<std::size_t>> places_of_key(const ops::BulkInsert& insert,
                                                      const std::vector<std::string>& names) {
  std::vector<std::size_t> places;
  for (const std::string& name : names) {
    const auto found = std::find_if(
        insert.columns.begin(), insert.columns.end(),
        [&](const std::string& column) { return text::equals_ignoring_case(column, name); });
    if (found == insert.columns.end()) return std::nullopt;
    places.push_back(static_cast<std::size_t>(found - insert.columns.begin()));
  }
  return places;
}

/// The keys of its rows, but for those that the database makes up.
std::set<Key> keys_of_rows(const ops::BulkInsert& insert, const std::vector<std::string>& names) {
  std::set<Key> keys;
  const auto places = places_of_key(insert, names);
  if (!places) return keys;
  for (const auto& row : insert.rows) {
    Key key;
    for (const std::size_t place : *places) {
      if (place < row.size() && row[place]) key.push_back(*row[place]);
    }
    if (key.size() == names.size()) keys.insert(std::move(key));
  }
  return keys;
}

}  // namespace

std::string common_row(const ops::BulkInsert& a, const ops::BulkInsert& b,
                       const schema::Table& table) {
  if (!table.primary_key) return {};
  const std::vector<std::string>& names = table.primary_key->columns;
  const std::set<Key> known = keys_of_rows(a, names);
  for (const Key& key : keys_of_rows(b, names)) {
    if (known.count(key) == 0) continue;
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < key.size(); ++i) {
      parts.push_back(fmt::format("{} = {}", names[i], key[i]));
    }
    return text::join(parts, ", ");
  }
  return {};
}

}  // namespace dbmig::history
