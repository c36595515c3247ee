#include "diff/match.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "base/contains.hpp"
#include "base/identifier.hpp"

namespace dbmig::diff {
namespace {

/// New name → old name.
using OldNames = std::map<std::string, std::string>;

/// The hints in circles: each new name is the old one of the next hint.
std::vector<OldNames> circles_of(const OldNames& hints) {
  std::map<std::string, OldNames::const_iterator> by_old;
  for (auto hint = hints.begin(); hint != hints.end(); ++hint) {
    by_old.emplace(folded_identifier(hint->second), hint);
  }
  std::vector<OldNames> circles;
  std::set<std::string> seen;
  for (auto first = hints.begin(); first != hints.end(); ++first) {
    OldNames circle;
    auto hint = first;
    while (seen.insert(hint->first).second) {
      circle.insert(*hint);
      const auto next = by_old.find(folded_identifier(hint->first));
      if (next == by_old.end()) break;
      hint = next->second;
      if (hint == first) circles.push_back(circle);
    }
  }
  return circles;
}

/// Whether the hints of a circle are still to be carried out.
bool is_open(const OldNames& circle, const std::vector<std::string>& from, const Hints& hints) {
  int turned = 0;
  int straight = 0;
  bool is_done = false;
  for (const auto& [name, old] : circle) {
    is_done = is_done || hints.done.count(name) != 0;
    turned += hints.fit(old, name);
    const auto same = std::find_if(from.begin(), from.end(), [&](const std::string& other) {
      return same_identifier(other, name);
    });
    straight += hints.fit(*same, name);
  }
  return turned == straight ? !is_done : turned > straight;
}

/// The hints that count.
OldNames valid_hints(const std::vector<std::string>& from, const std::vector<std::string>& to,
                     const Hints& hints) {
  OldNames valid;
  OldNames open;
  for (const auto& [name, old] : hints.old_of) {
    if (contains(from, old) && contains(to, name)) open.emplace(name, old);
  }
  std::set<std::string> renamed_away;
  for (bool found = true; found;) {
    found = std::erase_if(open, [&](const auto& hint) {
              const auto& [name, old] = hint;
              if (renamed_away.count(old) != 0) return true;
              const bool is_taken =
                  std::any_of(from.begin(), from.end(), [&](const std::string& other) {
                    if (other == old && name != old) return false;
                    return same_identifier(other, name) && renamed_away.count(other) == 0;
                  });
              if (is_taken) return false;
              valid.insert(hint);
              renamed_away.insert(old);
              return true;
            }) > 0;
  }
  for (const OldNames& circle : circles_of(open)) {
    if (circle.size() > 1 && is_open(circle, from, hints)) {
      valid.insert(circle.begin(), circle.end());
    }
  }
  return valid;
}

}  // namespace

Matching match(const std::vector<std::string>& from, const std::vector<std::string>& to,
               const Hints& hints) {
  OldNames old_of = valid_hints(from, to, hints);
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
      return used.count(old) == 0 && same_identifier(old, name);
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
  for (const std::string& name : taken) occupied.insert(folded_identifier(name));
  std::deque<Rename> pending;
  for (const Rename& pair : pairs) {
    if (pair.from != pair.to) pending.push_back(pair);
  }

  std::vector<Rename> steps;
  const auto take = [&](const Rename& step) {
    occupied.erase(occupied.find(folded_identifier(step.from)));
    occupied.insert(folded_identifier(step.to));
    steps.push_back(step);
  };
  const auto can_go = [&](const Rename& rename) {
    if (same_identifier(rename.from, rename.to)) return !by_way;
    return occupied.count(folded_identifier(rename.to)) == 0;
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
    while (occupied.count(folded_identifier(temporary)) != 0) temporary.insert(0, "_");
    take({rename.from, temporary});
    pending.push_front({std::move(temporary), std::move(rename.to)});
  }
  return steps;
}

std::vector<Rename> whole_renames(const std::vector<Rename>& steps) {
  // A chain frees a name before it is taken, so a step only goes on from a later place than the one
  // that took the name.
  std::vector<Rename> whole;
  for (const Rename& step : steps) {
    const auto begun = std::find_if(whole.rbegin(), whole.rend(),
                                    [&](const Rename& one) { return one.to == step.from; });
    if (begun == whole.rend()) {
      whole.push_back(step);
    } else {
      begun->to = step.to;
    }
  }
  return whole;
}

}  // namespace dbmig::diff
