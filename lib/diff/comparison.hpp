#pragma once

#include <string>
#include <vector>

#include "diff/table_change.hpp"
#include "schema/model.hpp"

namespace dbmig::diff {

/// Two schemas, table by table. Holds references to both; stays where it is made, since its parts
/// point at each other.
class Comparison {
 public:
  Comparison(const schema::Schema& from, const schema::Schema& to,
             const schema::RenameHints& hints);
  Comparison(const Comparison&) = delete;
  Comparison& operator=(const Comparison&) = delete;

  const schema::Schema& from;
  const schema::Schema& to;
  /// `from` with its tables and columns renamed and nothing else changed.
  schema::Schema renamed;
  std::vector<Rename> table_renames;  ///< in an order that works
  std::vector<TableChange> changes;   ///< tables that are in both, changed or not, by new name
  /// Tables that are in one schema only. A table that moves to another database (`only`) is in both
  /// lists.
  std::vector<std::string> dropped;
  std::vector<std::string> added;

  /// The change of the table whose new name is `table`; null for added and dropped ones.
  const TableChange* change_of(const std::string& table) const;

 private:
  void compare_tables(const schema::RenameHints& hints);
  void compare_foreign_keys();
  /// What must be out of the way before any table is touched.
  void find_early_drops();
  /// Whether a foreign key that stays as it is must be taken off while the tables change.
  bool is_disturbed(const TableChange& child, const schema::ForeignKey& key) const;
};

}  // namespace dbmig::diff
