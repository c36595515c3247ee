#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace dbmig::diff {

struct Rename {
  std::string from;
  std::string to;
  friend bool operator==(const Rename&, const Rename&) = default;
};

/// Which of the old names is which of the new ones.
struct Matching {
  std::vector<Rename> pairs;         ///< also those whose name stays; in the order of the new names
  std::vector<std::string> dropped;  ///< in the order of the old names
  std::vector<std::string> added;    ///< in the order of the new names
};

/// What is said about renames.
struct Hints {
  std::map<std::string, std::string> old_of;  ///< new name → old name
  std::set<std::string> done;                 ///< new names that were given already
  /// How well what is called `from` and what is called `to` fit, apart from their names.
  std::function<int(const std::string& from, const std::string& to)> fit;
};

/// A hint counts when the old name is there and the new one is not taken, or is freed by another
/// hint that counts: chains of renames work, and a hint that was carried out is spent.
///
/// Hints in a circle (`a` was `b` and `b` was `a`) look the same before and after. They count when
/// what is there fits better that way; when it fits as well either way, unless they are done.
///
/// What no hint names is matched by name, and what is left by name without case: both databases
/// take `Nombre` and `nombre` for the same column.
Matching match(const std::vector<std::string>& from, const std::vector<std::string>& to,
               const Hints& hints);

/// The renames that bring each `from` of `pairs` to its `to`, in an order in which every new name
/// is free. `taken` are the names that are there. With `by_way` a name that changes only its case
/// takes two steps over a temporary one, which SQLite needs for tables.
std::vector<Rename> rename_steps(const std::vector<Rename>& pairs,
                                 const std::vector<std::string>& taken, bool by_way);

/// `steps` without the temporary names: from the first name of each to its last.
std::vector<Rename> whole_renames(const std::vector<Rename>& steps);

}  // namespace dbmig::diff
