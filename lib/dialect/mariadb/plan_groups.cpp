#include "dialect/mariadb/plan_groups.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "base/identifier.hpp"
#include "ops/alteration.hpp"

namespace dbmig::dialect::mariadb {
namespace {

using ops::Operation;

template <class T>
const T* get(const Operation& operation) {
  return std::get_if<T>(&operation);
}

/// The column that `operation` renames, {from, to}.
std::optional<std::pair<std::string, std::string>> rename_in(const Operation& operation) {
  const auto* alter = get<ops::AlterColumn>(operation);
  if (alter == nullptr || !alter->rename || *alter->rename == alter->name) return std::nullopt;
  return std::pair{alter->name, *alter->rename};
}

}  // namespace

std::size_t end_of_group(std::span<const Operation> operations, std::size_t first,
                         std::size_t begin) {
  if (begin >= operations.size()) return begin;
  const std::string table(ops::table_of(operations[first]));
  std::set<std::string> gone;
  std::set<std::string> added;
  std::size_t end = begin;
  while (end < operations.size() && ops::is_alteration(operations[end]) &&
         ops::table_of(operations[end]) == table) {
    const Operation& operation = operations[end];
    const auto renamed = rename_in(operation);
    if (renamed && gone.count(folded_identifier(renamed->second)) > 0) break;
    const auto* add = get<ops::AddColumn>(operation);
    if (add != nullptr && gone.count(folded_identifier(add->column.name)) > 0) break;
    // Rows hold what the column was added with: its default, or NULL.
    const auto* alter = get<ops::AlterColumn>(operation);
    if (alter != nullptr && (alter->default_value || alter->nullable) &&
        added.count(folded_identifier(alter->name)) > 0) {
      break;
    }
    if (add != nullptr) added.insert(folded_identifier(add->column.name));
    if (renamed && added.erase(folded_identifier(renamed->first)) > 0) {
      added.insert(folded_identifier(renamed->second));
    }
    if (renamed) gone.insert(folded_identifier(renamed->first));
    if (const auto* dropped = get<ops::DropColumn>(operation)) {
      gone.insert(folded_identifier(dropped->name));
    }
    ++end;
  }
  return end;
}

std::vector<std::pair<std::string, std::string>> group_renames(std::span<const Operation> group) {
  std::vector<std::pair<std::string, std::string>> renames;
  std::set<std::string> added;
  for (const Operation& operation : group) {
    if (const auto* add = get<ops::AddColumn>(operation)) added.insert(add->column.name);
    const auto* drop = get<ops::DropColumn>(operation);
    if (drop != nullptr) {
      // Renamed and then dropped: the drop of the old name is all there is to do.
      std::erase_if(renames, [&](const auto& rename) { return rename.second == drop->name; });
    }
    const auto renamed = rename_in(operation);
    if (!renamed) continue;
    if (added.erase(renamed->first) > 0) {
      added.insert(renamed->second);
      continue;
    }
    const auto earlier = std::find_if(renames.begin(), renames.end(), [&](const auto& rename) {
      return rename.second == renamed->first;
    });
    if (earlier == renames.end()) {
      renames.push_back(*renamed);
    } else {
      earlier->second = renamed->second;
    }
  }
  return renames;
}

}  // namespace dbmig::dialect::mariadb
