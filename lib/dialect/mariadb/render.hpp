#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

// SQL text of the parts of a table. Every argument is canonical but for its SQL texts, which are as
// they were written (Form::build in canonical.hpp).

/// In backticks. Throws Error{invalid} for a name with a zero byte.
std::string quote(std::string_view name);

/// `(a, b)` with the names quoted.
std::string column_list(const std::vector<std::string>& columns);

/// The full definition of a column of `table` without its name: what is left out of a MODIFY is
/// lost, so nothing is ever left out. A check with the column's name stands on the column.
std::string column_definition(const schema::Column& column, const schema::Table& table);

/// A COMPRESSED column that is NOT NULL and has no default: the server gives it DEFAULT '' whenever
/// it is made or changed, and this clause of an ALTER TABLE takes that away. Empty for others.
std::string drop_implied_default(const schema::Column& column);

/// For SET STATEMENT: a zero that goes into an AUTO_INCREMENT column stays one, and does not ask
/// for the next number.
inline constexpr std::string_view kKeepZeros =
    "sql_mode=CONCAT(@@sql_mode,',NO_AUTO_VALUE_ON_ZERO')";

/// The primary key of `table`, which has one.
std::string primary_key_definition(const schema::Table& table);
std::string unique_definition(const schema::Table& table, const schema::Unique& unique);
std::string index_definition(const schema::Index& index);
std::string foreign_key_definition(const schema::ForeignKey& key);
std::string check_definition(const schema::Check& check);

/// `ADD`-able PERIOD FOR SYSTEM_TIME (a, b), or nothing when the table names no columns for it.
std::string period_definition(const schema::Table& table);

/// `ADD`-able PERIOD FOR the application's period, or nothing when the table has none.
std::string application_period_definition(const schema::Table& table);

/// `ENGINE=…`, `COMMENT='…'`: only what the model sets.
std::vector<std::string> table_options(const schema::Table& table);

std::string create_table(const schema::Table& table);

/// A value of a BulkInsert or BulkDelete for a column of `type`.
std::string value_sql(const std::optional<std::string>& value, const schema::Type& type);

}  // namespace dbmig::dialect::mariadb
