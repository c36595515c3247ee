#pragma once

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

/// `hints` are new name → old name. A hint counts when the old name is there and the new one is not
/// taken, or is freed by another hint that counts: chains of renames work, and a hint that was
/// carried out is spent. What no hint names is matched by name, and what is left by name without
/// case: both databases take `Nombre` and `nombre` for the same column.
Matching match(const std::vector<std::string>& from, const std::vector<std::string>& to,
               const std::map<std::string, std::string>& hints);

/// The renames that bring each `from` of `pairs` to its `to`, in an order in which every new name
/// is free. `taken` are the names that are there. With `by_way` a name that changes only its case
/// takes two steps over a temporary one, which SQLite needs for tables.
std::vector<Rename> rename_steps(const std::vector<Rename>& pairs,
                                 const std::vector<std::string>& taken, bool by_way);

}  // namespace dbmig::diff
