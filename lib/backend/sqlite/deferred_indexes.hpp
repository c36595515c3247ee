#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/connection.hpp"

namespace dbmig::backend::sqlite {

/// Up to this many existing rows, indexing or checking them once more costs next to nothing.
inline constexpr std::uint64_t kFewRows = 1000;

/// Whether `table` has no more rows than that. Reads them.
bool has_at_most_rows(SqliteConnection& connection, const std::string& table, std::uint64_t rows);

/// Indexes of a table that do without its rows while it is filled: building an index of all rows at
/// the end takes a fraction of adding to it row by row. Everything happens in the open transaction,
/// which, rolled back, leaves the indexes as they were.
class DeferredIndexes {
 public:
  /// Drops the indexes of `table` that need not refuse a row: not those with expressions, and of
  /// the unique ones, while the table is empty, only those of keys in `deferrable` that no foreign
  /// key refers to. None of them when no transaction writes, when the table has more than kFewRows
  /// rows and more than are expected, when ANALYZE has counted it, whose counts would go too, or
  /// when a row that comes may make SQLite look for others in the table: by a trigger, or for its
  /// children. (The indexes of constraints are not dropped, so this is not about them.)
  DeferredIndexes(SqliteConnection& connection, const schema::Table& table,
                  const DeferrableChecks& deferrable);

  /// The indexes of UNIQUE and PRIMARY KEY constraints of `deferrable_keys`, while the table is
  /// empty. They cannot be dropped, but rows may be written past them after
  /// bypass_constraint_indexes().
  std::vector<std::string> constraint_indexes() const;
  /// From here on rows are written without adding them to constraint_indexes().
  void bypass_constraint_indexes() { bypasses_ = !constraint_indexes_.empty(); }

  /// Builds all of them again, with helping threads. To be called once, if at all. Throws
  /// Error{constraint} when rows repeat a value of a unique one, and names it.
  void rebuild();

  bool has_dropped() const { return !dropped_.empty(); }
  /// Whether repeated values of a unique key are only found by rebuild().
  bool defers_unique_keys() const;

 private:
  struct Index {
    std::string name;
    std::string rebuild;  ///< the statement
    /// Of a unique one: its columns, quoted.
    std::vector<std::string> columns = {};
    std::vector<std::string> collations = {};  ///< of the columns
  };
  void find_constraints(const std::vector<std::vector<std::string>>& deferrable_keys);
  void drop(const Rows& found);
  Index unique_index(const std::string& name, std::string rebuild) const;
  void rebuild(const Index& index);
  std::string repeated_value(const Index& index) const;

  SqliteConnection& connection_;
  std::string table_;
  std::vector<Index> constraint_indexes_;
  bool bypasses_ = false;
  std::vector<Index> dropped_;  ///< in their order
};

}  // namespace dbmig::backend::sqlite
