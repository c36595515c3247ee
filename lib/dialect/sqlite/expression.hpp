#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

/// An expression that belongs to a table (check, generated column, index part, partial index) in
/// the one form that is compared: without comments and outer parentheses, white space as single
/// blanks, names unquoted where they can be, and without the table's own name before a column. A
/// name in double quotes that is not a column stays as it is: SQLite reads it as a text.
std::string normal_expression(std::string_view sql, const schema::Table& table);

/// A query or a trigger's text for comparing: without blanks and comments that mean nothing, words
/// in one case.
std::string normal_statement(std::string_view sql);

/// The same for the query of a view, whose columns keep the letters of their names: readers get
/// them so.
std::string normal_query(std::string_view sql);

/// A statement or part of one from its first token to its last, comments inside kept: what SQLite
/// stores of a view's or trigger's text.
std::string trimmed_sql(std::string_view sql);

/// Whether a name or text equal to `name`, ignoring case, stands in `sql`.
bool mentions(std::string_view sql, std::string_view name);

/// `sql` with each name equal to `from`, ignoring case and quotes, replaced by `to`.
std::string replace_name(std::string_view sql, std::string_view from, std::string_view to);

/// One element of an index's list: `lower(a) COLLATE NOCASE DESC`. A lone name is a column, quoted
/// or not, as SQLite takes it.
schema::IndexPart parse_index_part(std::string_view sql);
/// An element of an index's list.
std::string index_part_sql(const schema::IndexPart& part);

/// `sql` without the table's own name before a column.
std::string without_qualifier(std::string_view sql, std::string_view table);

/// TRUE and FALSE as the numbers they are, where a column of that name would be meant instead. What
/// stands behind IS is not a number.
std::string without_truths(std::string_view sql);

}  // namespace dbmig::dialect::sqlite
