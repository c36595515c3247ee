#pragma once

#include <map>
#include <set>
#include <string>
#include <utility>

#include "schema/table.hpp"

namespace dbmig::schema {

/// What a model says about names it used to have (`renamed_from`). A hint whose old name is not in
/// the old schema, or whose new name is there already, is spent and ignored. Names that change in a
/// circle (`a` and `b` swapped) are there before and after: see `diff/match.hpp`.
struct RenameHints {
  std::map<std::string, std::string> tables;  ///< new name → old name
  /// {table's new name, column's new name} → old name
  std::map<std::pair<std::string, std::string>, std::string> columns;
  /// The new names that a revision gave already (history/renames.hpp).
  std::set<std::string> done_tables;
  std::set<std::pair<std::string, std::string>> done_columns;
  friend bool operator==(const RenameHints&, const RenameHints&) = default;
};

/// What people describe in schemas/*.yaml: the schema they want, and what was renamed on the way.
struct Model {
  Schema schema;
  RenameHints renames;
  friend bool operator==(const Model&, const Model&) = default;
};

}  // namespace dbmig::schema
