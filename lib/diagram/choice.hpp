#pragma once

#include <set>
#include <string>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::diagram {

/// Which tables are drawn: names or glob patterns (base/glob.hpp).
struct Choice {
  std::vector<std::string> tables;   ///< none: all
  std::vector<std::string> exclude;  ///< takes away from the tables, and is not passed through
  /// Beside `tables` also those that so many foreign keys lead to, in either direction.
  int distance = 0;

  bool empty() const { return tables.empty() && exclude.empty(); }
};

/// The names of the tables of `schema` that are chosen. Throws Error{not_found}, naming the nearest
/// table, for an entry of `tables` that fits none, and for a name in `exclude` that no table has.
std::set<std::string> chosen_tables(const schema::Schema& schema, const Choice& choice);

/// `names` and the tables of `schema` that at most `distance` foreign keys lead to, in either
/// direction, without passing through one of `excluded`.
std::set<std::string> tables_within(const schema::Schema& schema, std::set<std::string> names,
                                    int distance, const std::set<std::string>& excluded = {});

/// `schema` with the tables `names` alone, their triggers, and the views that read one of them.
/// Foreign keys to other tables stay, marked as external.
schema::Schema only_tables(schema::Schema schema, const std::set<std::string>& names);

}  // namespace dbmig::diagram
