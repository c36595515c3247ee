#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "backend/sqlite/connection.hpp"

namespace dbmig::backend::sqlite {

/// Rows for which work may be done that would be done again for new ones.
inline constexpr std::size_t kFewRows = 1000;
bool has_few_rows(SqliteConnection& connection, const std::string& table);

/// Indexes of a table that do without its rows while it is filled: building an index of all rows at
/// the end takes a fraction of adding to it row by row. Everything happens in the open transaction,
/// which, rolled back, leaves the indexes as they were.
class DeferredIndexes {
 public:
  /// Drops the indexes of `table` that need not refuse a row: not those with expressions, and of
  /// the unique ones, while the table is empty, only those of `checked_keys` (DeferrableChecks)
  /// that no foreign key refers to. None of them when no transaction writes, when the table has
  /// more than kFewRows rows, or when ANALYZE has counted it, whose counts would go too.
  DeferredIndexes(SqliteConnection& connection, const std::string& table,
                  const std::vector<std::vector<std::string>>& checked_keys);

  /// The indexes of UNIQUE and PRIMARY KEY constraints of `checked_keys`, while the table is empty.
  /// They cannot be dropped, but rows may be written past them after leave_constraints().
  std::vector<std::string> of_constraints() const;
  /// From here on rows are written without adding them to of_constraints().
  void leave_constraints() { leaves_constraints_ = !of_constraints_.empty(); }

  /// Builds all of them again, with a helping thread. To be called once, if at all. Throws
  /// Error{constraint} when rows repeat a value of a unique one, and names it.
  void rebuild();

  bool has_dropped() const { return !dropped_.empty(); }
  /// Whether rows are not refused until rebuild().
  bool has_unique() const;

 private:
  struct Index {
    std::string name;
    std::string rebuild;  ///< the statement
    /// Of a unique one: its columns, quoted.
    std::vector<std::string> columns = {};
    std::vector<std::string> collations = {};  ///< of the columns
  };
  void find_constraints(const std::vector<std::vector<std::string>>& checked_keys);
  void drop(const Rows& found);
  Index unique_index(const std::string& name, std::string rebuild) const;
  void rebuild(const Index& index);
  std::string repeated_value(const Index& index) const;

  SqliteConnection& connection_;
  std::string table_;
  std::vector<Index> of_constraints_;
  bool leaves_constraints_ = false;
  std::vector<Index> dropped_;  ///< in their order
};

}  // namespace dbmig::backend::sqlite
