#pragma once

#include <set>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Whether the table is of dbmig's bookkeeping, and no application's.
bool is_own_table(const std::string& name);

/// `names` such that a table comes behind those that its foreign keys refer to, as far as circles
/// let it; otherwise as given.
std::vector<std::string> parents_first(const schema::Schema& schema,
                                       const std::vector<std::string>& names);

/// The tables that `wanted` names, letter case aside, or all, parents first. Throws
/// Error{not_found} with a suggestion.
std::vector<std::string> choose_tables(const schema::Schema& schema,
                                       const std::vector<std::string>& wanted);

/// The columns of `table` by which rows are found or told apart: in a key, constraint or index.
std::set<std::string> key_columns(const schema::Table& table);

/// The columns whose values can be written: all but generated ones.
std::vector<schema::Column> stored_columns(const schema::Table& table);

/// `SELECT` of `columns` in the order of the primary key, geometries as well-known text; of the
/// rows that the condition `range` chooses, if there is one.
std::string select_rows(const schema::Table& table, const std::vector<schema::Column>& columns,
                        const dialect::Dialect& dialect, const std::string& range = "");

}  // namespace dbmig::transfer
