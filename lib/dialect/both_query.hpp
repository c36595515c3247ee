#pragma once

#include <string_view>

#include "dialect/two_meanings.hpp"

namespace dbmig::dialect {

/// Reads `sql`, the text of a view or trigger over the tables of `schema`, as SQLite reads it, and
/// says it for MariaDB: what for_both() does with its expressions, and WHEN of a trigger, FOR EACH
/// ROW, and the separator of group_concat(). What it cannot parse keeps its text but for the names.
ForBoth query_for_both(std::string_view sql, const schema::Schema& schema);

/// The same of plain SQL: statements that write or read rows, separated by `;`. What it cannot
/// parse is passed over.
ForBoth script_for_both(std::string_view sql, const schema::Schema& schema);

}  // namespace dbmig::dialect
