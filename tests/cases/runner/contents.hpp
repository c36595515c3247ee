#pragma once

#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "ops/operation.hpp"
#include "runner/case.hpp"
#include "runner/subject.hpp"

namespace dbmig::cases {

/// Where a column of the first schema is after a change.
struct Kept {
  std::string table;   ///< its name before
  std::string column;  ///< its name before
  std::string table_after;
  std::string column_after;
  /// Same type and no computed value on either side: its storage must be the same, not only its
  /// text.
  bool exact = false;
  /// Its table is told apart row by row by SQLite's rowid alone, which has to stay.
  bool rowid = false;
};

/// What survives `operations` on the way from `before` to `after`, in the order of the tables and
/// columns before: all but what was dropped, and computed columns whose expression changes.
std::vector<Kept> kept(const schema::Schema& before, const schema::Schema& after,
                       std::span<const ops::Operation> operations, DialectKind kind);

/// The tables of `kept`, by their names before.
std::set<std::string> kept_tables(const std::vector<Kept>& kept);

/// The values of the kept columns of one table (by its name before), a row a line, sorted. `moved`:
/// read where they are after the change.
std::vector<std::string> kept_rows(Subject& subject, const std::vector<Kept>& kept,
                                   const schema::Schema& now, const std::string& table, bool moved);

/// Every column of a table, a row a line, sorted.
std::vector<std::string> all_rows(Subject& subject, const schema::Table& table);
/// The same notation for what a case expects.
std::vector<std::string> lines_of(const Content& content);

/// Inserts the rows of a case, one statement each.
void insert_rows(Subject& subject, const schema::Schema& schema, const Case& one);

}  // namespace dbmig::cases
