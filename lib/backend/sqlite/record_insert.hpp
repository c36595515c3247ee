#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "backend/bulk.hpp"
#include "backend/sqlite/connection.hpp"
#include "schema/table.hpp"

namespace dbmig::backend::sqlite {

/// A sink of INSERT statements that read finished records (record_table.hpp). It does what INSERT
/// of their values does, at half the cost, as the ranks make the records. Null if rows of the table
/// must be inserted one at a time, if a column needs INSERT to compute its value, or if this SQLite
/// cannot read records so. `connection` must outlive it.
std::unique_ptr<BulkSink> make_record_insert_sink(SqliteConnection& connection,
                                                  const schema::Table& table,
                                                  const std::vector<std::string>& columns,
                                                  std::size_t worthwhile = 2000);

}  // namespace dbmig::backend::sqlite
