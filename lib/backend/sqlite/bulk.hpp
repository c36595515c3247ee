#pragma once

#include <memory>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::sqlite {

/// The fastest sink that writes what INSERT would: of finished records, without a statement
/// (record_sink.hpp) or with one (record_insert.hpp), or of values. `connection` must outlive it.
/// Throws Error when its statements cannot be prepared.
std::unique_ptr<BulkSink> make_bulk_sink(SqliteConnection& connection, const schema::Table& table,
                                         const std::vector<std::string>& columns,
                                         OnDuplicate on_duplicate);

/// A sink of INSERT statements that read many rows from memory (cell_table.hpp), through SQLite's
/// own interface.
/// `connection` must outlive it. Throws Error when the statement cannot be prepared.
std::unique_ptr<BulkSink> make_bound_sink(SqliteConnection& connection, const schema::Table& table,
                                          const std::vector<std::string>& columns);

}  // namespace dbmig::backend::sqlite
