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
/// must be inserted one at a time, if a column needs INSERT to compute its value, or if the
/// connection cannot read records so. `connection` must outlive it. Until `copies_from` rows have
/// come, they go as values: to set the statement up takes as long as inserting a thousand rows. So
/// do all rows of a sink that finds another one reading records then.
std::unique_ptr<BulkSink> make_record_insert_sink(SqliteConnection& connection,
                                                  const schema::Table& table,
                                                  const std::vector<std::string>& columns,
                                                  std::size_t copies_from = 2000);

}  // namespace dbmig::backend::sqlite
