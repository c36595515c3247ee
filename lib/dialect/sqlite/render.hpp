#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect::sqlite {

// SQL from values. Tables must be in the form of written.hpp.

/// CREATE TABLE, or CREATE VIRTUAL TABLE, with its columns and constraints, without its indexes.
/// `name` instead of the table's own when it is given.
std::string create_table(const schema::Table& table,
                         std::optional<std::string_view> name = std::nullopt);

/// One column as it stands in CREATE TABLE and ADD COLUMN.
std::string column_definition(const schema::Column& column, const schema::Table& table);

/// A default as an expression that means the same anywhere.
std::string default_value_sql(const schema::Default& value);

std::string create_index(const schema::Index& index, std::string_view table);
std::string create_view(const schema::View& view);
std::string create_trigger(const schema::Trigger& trigger);

/// INSERT statements for the rows, several rows each. `table` gives the columns' types; without it
/// every value is a text, which the columns' affinities convert.
std::vector<std::string> insert_rows(const ops::BulkInsert& rows, const schema::Table* table);

/// A DELETE for each row.
std::vector<std::string> delete_rows(const ops::BulkDelete& rows, const schema::Table* table);

}  // namespace dbmig::dialect::sqlite
