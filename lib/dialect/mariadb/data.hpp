#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "ops/operation.hpp"
#include "schema/table.hpp"

namespace dbmig::dialect::mariadb {

/// INSERT statements of a few hundred rows each.
std::vector<std::string> insert_rows(const ops::BulkInsert& operation, const schema::Table& table);

/// DELETE statements that match each row exactly: texts byte by byte, NULL by NULL.
std::vector<std::string> delete_rows(const ops::BulkDelete& operation, const schema::Table& table);

/// Whether plain SQL can run inside a transaction: DDL commits by itself.
/// Source: https://mariadb.com/kb/en/sql-statements-that-cause-an-implicit-commit/
bool is_data_statement(std::string_view sql);

}  // namespace dbmig::dialect::mariadb
