#pragma once

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "diff/match.hpp"
#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::diff {

/// Names of keys, indexes or checks to drop and to create; a changed one is in both.
struct Named {
  std::vector<std::string> drop;
  std::vector<std::string> create;
  bool empty() const { return drop.empty() && create.empty(); }
};

/// How a table that is in both schemas changes. Columns and other tables go by their new names, but
/// for those that are dropped.
struct TableChange {
  std::string from;  ///< the old name
  std::string to;
  const schema::Table* before = nullptr;  ///< the old table, its columns renamed already
  const schema::Table* after = nullptr;

  std::vector<Rename> renamed_columns;  ///< in an order that works
  std::set<std::string> dropped;        ///< columns that go
  std::set<std::string> added;          ///< columns that come
  /// Columns that are dropped and added again as generated ones.
  std::set<std::string> readded;
  /// Changes of columns that stay, without renames and places.
  std::vector<ops::AlterColumn> alters;
  bool reordered = false;

  bool options = false;  ///< comment or table options
  bool drop_primary_key = false;
  bool create_primary_key = false;
  Named uniques;
  Named indexes;
  /// Indexes that only get another name; in `indexes` they are not.
  std::vector<Rename> renamed_indexes;
  Named checks;
  Named foreign_keys;
  /// Of those to drop, what has to go before anything else is done.
  std::set<std::string> early_indexes;
  std::set<std::string> early_foreign_keys;

  /// Whether what a query or a foreign key sees of the table changes.
  bool changes_columns() const;
  /// The same, when columns that only come do not count.
  bool changes_old_columns() const;
  bool drops_keys() const;
  /// Whether anything is left to do once the early drops and the rename are done.
  bool empty() const;
  /// Whether its columns can go in a step of their own, after everything else is done.
  bool can_lose_late() const;
  /// Whether a new foreign key to `columns` has to wait until the table has changed.
  bool prepares_key(const std::vector<std::string>& columns) const;
  /// Whether values of `column` look different to a foreign key: both databases want the two sides
  /// alike at every moment.
  bool retypes(const std::string& column) const;
};

/// Everything but foreign keys and early drops. `before` and `after` must outlive the result.
TableChange compare_tables(const Rename& name, const schema::Table& before,
                           const schema::Table& after, const Matching& columns);

/// Moves what is dropped under one name and created alike under another from `indexes` to
/// `renamed_indexes`. An old name that is used again, by this table or as `is_taken` knows, has to
/// be free early: such an index is dropped.
void find_renamed_indexes(TableChange& change,
                          const std::function<bool(const std::string&)>& is_taken);

/// Whether an index or key that both tables have serves lookups by `columns`; what is dropped or
/// re-created does not count.
bool keeps_key_for(const TableChange& change, const std::vector<std::string>& columns);
/// The same of the table as it was.
bool had_key_for(const TableChange& change, const std::vector<std::string>& columns);

}  // namespace dbmig::diff
