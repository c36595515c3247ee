#pragma once

#include <set>
#include <string>
#include <vector>

#include "dialect/dialect.hpp"
#include "schema/table.hpp"

namespace dbmig::transfer {

/// Whether the table belongs to dbmig's bookkeeping, not to the application.
bool is_own_table(const std::string& name);

/// `names` in an order in which a table comes after those that its foreign keys refer to, as far as
/// circular references allow; otherwise the order is kept.
std::vector<std::string> parents_first(const schema::Schema& schema,
                                       const std::vector<std::string>& names);

/// The tables that `wanted` names, ignoring case, or all, parents first. Throws Error{not_found}
/// with a suggestion.
std::vector<std::string> choose_tables(const schema::Schema& schema,
                                       const std::vector<std::string>& wanted);

/// The columns of `table` that are in a key, constraint or index.
std::set<std::string> key_columns(const schema::Table& table);

/// The columns that can be written: all but generated ones.
std::vector<schema::Column> stored_columns(const schema::Table& table);

/// A `SELECT` of `columns` in primary-key order, with geometries as well-known text; only rows that
/// satisfy the condition `range`, if there is one.
std::string select_rows(const schema::Table& table, const std::vector<schema::Column>& columns,
                        const dialect::Dialect& dialect, const std::string& range = "");

}  // namespace dbmig::transfer
