#include "diff/match.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/contains.hpp"
#include "base/text.hpp"

namespace dbmig::diff {
namespace {

/// The hints that count, as new name → old name.
std::map<std::string, std::string> valid_hints(const std::vector<std::string>& from,
                                               const std::vector<std::string>& to,
                                               const std::map<std::string, std::string>& hints) {
  std::map<std::string, std::string> valid;
  std::set<std::string> renamed_away;
  for (bool found = true; found;) {
    found = false;
    for (const auto& [name, old] : hints) {
      if (valid.count(name) != 0 || renamed_away.count(old) != 0) continue;
      if (!contains(from, old) || !contains(to, name)) continue;
      const std::string& target = name;
      const std::string& source = old;
      const bool is_free = std::none_of(from.begin(), from.end(), [&](const std::string& other) {
        if (other == source && target != source) return false;
        return text::equals_ignoring_case(other, target) && renamed_away.count(other) == 0;
      });
      if (!is_free) continue;
      valid.emplace(name, old);
      renamed_away.insert(old);
      found = true;
    }
  }
  return valid;
}

}  // namespace

Matching match(const std::vector<std::string>& from, const std::vector<std::string>& to,
               const std::map<std::string, std::string>& hints) {
  std::map<std::string, std::string> old_of = valid_hints(from, to, hints);
  const std::set<std::string> known(from.begin(), from.end());
  std::set<std::string> used;
  for (const auto& [name, old] : old_of) used.insert(old);
  for (const std::string& name : to) {
    if (old_of.count(name) == 0 && used.count(name) == 0 && known.count(name) != 0) {
      old_of.emplace(name, name);
      used.insert(name);
    }
  }
  for (const std::string& name : to) {
    if (old_of.count(name) != 0) continue;
    const auto alike = std::find_if(from.begin(), from.end(), [&](const std::string& old) {
      return used.count(old) == 0 && text::equals_ignoring_case(old, name);
    });
    if (alike == from.end()) continue;
    old_of.emplace(name, *alike);
    used.insert(*alike);
  }

  Matching matching;
  for (const std::string& name : to) {
    const auto found = old_of.find(name);
    if (found == old_of.end()) {
      matching.added.push_back(name);
    } else {
      matching.pairs.push_back({found->second, name});
    }
  }
  std::copy_if(from.begin(), from.end(), std::back_inserter(matching.dropped),
               [&](const std::string& old) { return used.count(old) == 0; });
  return matching;
}

std::vector<Rename> rename_steps(const std::vector<Rename>& pairs,
                                 const std::vector<std::string>& taken, bool by_way) {
  std::multiset<std::string> occupied;
  for (const std::string& name : taken) occupied.insert(text::lower(name));
  std::deque<Rename> pending;
  for (const Rename& pair : pairs) {
    if (pair.from != pair.to) pending.push_back(pair);
  }

  std::vector<Rename> steps;
  const auto take = [&](const Rename& step) {
    occupied.erase(occupied.find(text::lower(step.from)));
    occupied.insert(text::lower(step.to));
    steps.push_back(step);
  };
  const auto can_go = [&](const Rename& rename) {
    if (text::equals_ignoring_case(rename.from, rename.to)) return !by_way;
    return occupied.count(text::lower(rename.to)) == 0;
  };
  while (!pending.empty()) {
    const auto next = std::find_if(pending.begin(), pending.end(), can_go);
    if (next != pending.end()) {
      take(*next);
      pending.erase(next);
      continue;
    }
    // Only its own old name, in another case, is in the way.
    Rename rename = std::move(pending.front());
    pending.pop_front();
    std::string temporary = "tmp_rename";
    while (occupied.count(text::lower(temporary)) != 0) temporary.insert(0, "_");
    take({rename.from, temporary});
    pending.push_front({std::move(temporary), std::move(rename.to)});
  }
  return steps;
}

}  // namespace dbmig::diff
