#include "transfer/composite_keys.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "dialect/loose_text.hpp"

namespace dbmig::transfer {
namespace {

constexpr std::size_t kMaxColumns = 8;           ///< in the groups
constexpr std::size_t kMaxRowsSeen = 8'000'000;  ///< in all groups together: about 300 MB

bool may_be_in_key(const schema::Type& type) {
  using schema::TypeKind;
  constexpr int kKeyLength = 255;
  const TypeKind kind = type.kind;
  if (kind == TypeKind::varchar) return type.length.value_or(0) <= kKeyLength;
  return schema::is_integer(kind) || schema::is_temporal(kind) || kind == TypeKind::enum_ ||
         kind == TypeKind::boolean || kind == TypeKind::uuid;
}

}  // namespace

std::vector<ColumnGroup> groups_of(const schema::Table& table, const std::vector<Evidence>& columns,
                                   std::size_t size) {
  std::vector<std::pair<std::size_t, std::size_t>> known;  // number of different values, place
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t different = columns[i].different();
    const bool is_usable = columns[i].rows() != 0 && !columns[i].has_nulls() && different > 1;
    if (is_usable && may_be_in_key(table.columns[i].type)) known.emplace_back(different, i);
  }
  std::stable_sort(known.begin(), known.end(),
                   [](const auto& a, const auto& b) { return a.first > b.first; });
  known.resize(std::min(known.size(), kMaxColumns));
  std::sort(known.begin(), known.end(),
            [](const auto& a, const auto& b) { return a.second < b.second; });
  if (known.size() < size) return {};
  std::vector<ColumnGroup> groups;
  std::vector<bool> is_in(known.size(), false);
  std::fill(is_in.begin(), is_in.begin() + static_cast<std::ptrdiff_t>(size), true);
  do {  // NOLINT: std::prev_permutation goes through all choices
    ColumnGroup group;
    double combinations = 1;
    for (std::size_t i = 0; i < known.size(); ++i) {
      if (!is_in[i]) continue;
      group.push_back(known[i].second);
      combinations *= static_cast<double>(known[i].first);
    }
    if (combinations >= static_cast<double>(columns.front().rows())) groups.push_back(group);
  } while (std::prev_permutation(is_in.begin(), is_in.end()));
  return groups;
}

GroupSearch::GroupSearch(std::vector<ColumnGroup> groups)
    : groups_(std::move(groups)), seen_(groups_.size()) {}

bool GroupSearch::add(const std::vector<import::Field>& record) {
  std::size_t all = 0;
  std::string text;
  for (std::size_t i = 0; i < groups_.size();) {
    text.clear();
    for (const std::size_t column : groups_[i]) {
      const std::string value = dialect::loose_text(Evidence::key_text(record[column].text));
      text.append(std::to_string(value.size())).push_back(':');
      text.append(value);
    }
    all += seen_[i].size();
    const bool is_new = seen_[i].insert(Evidence::hash_of(text));
    if (is_new && all <= kMaxRowsSeen) {
      ++i;
      continue;
    }
    groups_.erase(groups_.begin() + static_cast<std::ptrdiff_t>(i));
    seen_.erase(seen_.begin() + static_cast<std::ptrdiff_t>(i));
  }
  return !groups_.empty();
}

}  // namespace dbmig::transfer
