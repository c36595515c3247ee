#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// A rebuild's new table stands beside the old one under this and the table's name.
inline constexpr std::string_view kRebuildPrefix = "dbmig_new_";

/// What a rebuild turns into what. Both tables are as written.hpp has them and have the same name;
/// columns of the same name are the same column unless `fresh` says otherwise.
struct Rebuild {
  schema::Table from;
  schema::Table to;
  /// Columns of `to` that are new, whatever `from` has by that name, as they were when they were
  /// added: rows hold the defaults of that time.
  std::map<std::string, schema::Column> fresh;
};

/// The statements that do what ALTER TABLE cannot: a new table is made and filled, takes the old
/// one's place, and gets its indexes and `triggers` back. Rows, rowids and AUTOINCREMENT's counter
/// are kept; tables, views and triggers that mention the table are left as they are.
///
/// Foreign keys must be off, or the DROP deletes the rows of child tables. A row that does not fit
/// the new table fails the copy. Source: https://www.sqlite.org/lang_altertable.html#otheralter
std::vector<std::string> rebuild(const Rebuild& change, std::span<const schema::Trigger> triggers);

}  // namespace dbmig::dialect::sqlite
